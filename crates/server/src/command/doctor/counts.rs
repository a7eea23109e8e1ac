//! `throughline doctor --verify`: do rollup, segments and raw rows say the same?

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use protocol::access::Project;
use protocol::time::Clock;
use rollup_worker::{Checked, Extent, RawChecked, check_raw, verify};
use storage::{Db, projects};

use super::Finding;
use crate::config::DoctorOptions;

/// Quarters of each project, unless said otherwise.
const SAMPLE: usize = 200;
/// Differences that are shown; more tell nothing new.
const SHOWN_MAX: usize = 20;

/// What was found in each project.
pub(super) async fn look(db: &Db, options: &DoctorOptions, clock: &Clock) -> anyhow::Result<Vec<Finding>> {
    let projects = match &options.project {
        Some(word) => vec![super::super::project(db, word).await?],
        None => projects::all(db).await?,
    };
    let extent = if options.all { Extent::All } else { Extent::Sample(options.sample.map_or(SAMPLE, |quarters| quarters as usize)) };
    let mut findings = Vec::new();
    for project in projects {
        let style = ProgressStyle::with_template("{prefix}: recounting, day {pos} of {len} {bar:30}")?;
        let bar = ProgressBar::new(0).with_style(style).with_prefix(project.slug.clone());
        let checked = verify(db, &project, extent, crate::random_share, |done, total| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        })
        .await?;
        bar.set_style(ProgressStyle::with_template("{prefix}: counting raw events")?);
        let raw = check_raw(db, project.id, clock.now()).await?;
        bar.finish_and_clear();
        findings.extend([counts(&project, &checked), raw_events(&project, &raw)]);
    }
    Ok(findings)
}

fn counts(project: &Project, checked: &Checked) -> Finding {
    let Checked { quarters, events, debts, drifts, damaged } = checked;
    let slug = &project.slug;
    if *debts > 0 {
        return Finding::ok(format!("counts of {slug}: not compared while older events are put into segments; {debts} flushes are left"));
    }
    let looked_at = format!("{} quarters with {} events recounted", HumanCount(*quarters as u64), HumanCount(*events));
    if drifts.is_empty() && damaged.is_empty() {
        return Finding::ok(format!("counts of {slug}: {looked_at}; rollup and segments agree"));
    }
    let faults: Vec<String> = damaged.iter().cloned().chain(drifts.iter().map(ToString::to_string)).collect();
    let mut text = format!("counts of {slug}: {looked_at}; {} places are wrong. Please report this as a fault", faults.len());
    list(&mut text, &faults);
    Finding::bad(text)
}

fn raw_events(project: &Project, checked: &RawChecked) -> Finding {
    let RawChecked { days, events, waits_for, drifts } = checked;
    let slug = &project.slug;
    if let Some(waits_for) = waits_for {
        return Finding::ok(format!("raw events of {slug}: not compared while {waits_for}"));
    }
    let looked_at = format!("{days} days with {} events", HumanCount(events.unsigned_abs()));
    if drifts.is_empty() {
        return Finding::ok(format!("raw events of {slug}: {looked_at}; segments hold as many"));
    }
    let faults: Vec<String> =
        drifts.iter().map(|drift| format!("{}: {} raw events, {} in segments", drift.day, drift.raw, drift.in_segments)).collect();
    let mut text = format!("raw events of {slug}: {looked_at}; {} differ. Please report this as a fault", faults.len());
    list(&mut text, &faults);
    Finding::bad(text)
}

fn list(text: &mut String, faults: &[String]) {
    for fault in faults.iter().take(SHOWN_MAX) {
        text.push_str("\n    ");
        text.push_str(fault);
    }
    if faults.len() > SHOWN_MAX {
        text.push_str(&format!("\n    and {} more", faults.len() - SHOWN_MAX));
    }
}
