//! The ground truth as tables.

use demo::Truth;

use crate::command::table;

pub(super) fn print(truth: &Truth) -> std::io::Result<()> {
    out!("From {} until {}, days in {}: {} people, {} events\n", truth.from, truth.until, truth.zone, truth.users, truth.events)?;
    let mut days = table(["day", "DAU", "page views", "events"]);
    for day in &truth.days {
        days.add_row([day.date.to_string(), day.users.to_string(), day.page_views.to_string(), day.events.to_string()]);
    }
    out!("{days}\n")?;
    out!("Funnel, all steps within 30 minutes")?;
    let mut funnel = table(["step", "people"]);
    for step in &truth.funnel {
        funnel.add_row([step.event.clone(), step.users.to_string()]);
    }
    out!("{funnel}\n")?;
    let mut metrics = table(["metric", "kind", "points", "sum or distinct"]);
    for metric in &truth.metrics {
        metrics.add_row([metric.name.clone(), metric.kind.word().to_owned(), metric.points.to_string(), format!("{:.3}", metric.total)]);
    }
    out!("{metrics}")
}
