//! The lists below the chart: what people did, and who they are. Every value leads to the page with it required or left out.

use std::collections::HashMap;

use dashboard_islands::charts::ranked::{Ranked, ranked};
use dashboard_islands::country;
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::analyses::{Breakdown, BreakdownRow, BreakdownsAnswer, GroupKey};
use protocol::audience::AudienceAnswer;
use protocol::event::PAGE_VIEW;
use protocol::filter::{Field, Test};
use protocol::number;
use protocol::receipt::Missing;

use super::{MetricsQuery, words};
use crate::Frame;
use crate::components::download::download;
use crate::components::picker::{Choice, segments};

/// A list that can be of one of several fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Sources,
    Places,
    Devices,
}

impl Who {
    const ALL: [Self; 3] = [Self::Sources, Self::Places, Self::Devices];

    /// The word in URLs.
    const fn word(self) -> &'static str {
        match self {
            Self::Sources => "sources",
            Self::Places => "places",
            Self::Devices => "devices",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Sources => "Sources",
            Self::Places => "Places",
            Self::Devices => "Devices",
        }
    }

    /// What it can be of, the first by itself, with the words on screen.
    const fn fields(self) -> &'static [(Field, &'static str)] {
        match self {
            Self::Sources => &[
                (Field::Referrer, "Referrer"),
                (Field::UtmSource, "Source"),
                (Field::UtmMedium, "Medium"),
                (Field::UtmCampaign, "Campaign"),
            ],
            Self::Places => &[(Field::Country, "Country"), (Field::Locale, "Language")],
            Self::Devices => &[(Field::Os, "OS"), (Field::Browser, "Browser"), (Field::Device, "Device"), (Field::Release, "Release")],
        }
    }
}

/// Which field each list is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lists([usize; 3]);

impl Lists {
    /// Reads the query string; what it does not know is left at its default.
    pub(super) fn read(words: &HashMap<String, String>) -> Self {
        let place = |who: Who| {
            let word = words.get(who.word())?;
            who.fields().iter().position(|(field, _)| field.word() == word)
        };
        Self(Who::ALL.map(|who| place(who).unwrap_or_default()))
    }

    /// As the query string has it; defaults are left out.
    pub(super) fn words<'w>(&self) -> impl Iterator<Item = (&'w str, &'w str)> + use<'w> {
        let chosen = Who::ALL.into_iter().zip(self.0).filter(|(_, place)| *place > 0);
        chosen.map(|(who, place)| (who.word(), who.fields()[place].0.word()))
    }

    pub(super) fn fields(&self) -> Vec<Field> {
        Who::ALL.into_iter().zip(self.0).map(|(who, place)| who.fields()[place].0.clone()).collect()
    }

    fn with(&self, who: Who, place: usize) -> Self {
        let mut lists = *self;
        lists.0[who as usize] = place;
        lists
    }
}

/// Routes and events.
pub(super) fn what(frame: &Frame, query: &MetricsQuery, answer: &AudienceAnswer) -> AnyView {
    let (people, events) = (answer.totals.people as f64, answer.totals.events);
    let routes =
        answer.routes.iter().map(|row| Ranked { mono: true, ..value(frame, query, Field::Route, &row.route, (row.people as f64, people)) });
    let names = answer.names.iter().map(|row| Ranked {
        name: Some(words::event_name(&row.name)),
        mono: row.name != PAGE_VIEW,
        ..value(frame, query, Field::Name, &row.name, (row.events, events))
    });
    let head = |by: &'static str| view! { <span>{by}</span> }.into_any();
    let note = |words: &'static str| view! { <span>{words}</span> }.into_any();
    view! {
        <div class="cols-2 gap-below">
            {panel("Routes", head("people"), routes.collect(), note("Share of all people; one person can be on several routes"))}
            {panel("Events", head("events"), names.collect(), note("Share of all events"))}
        </div>
    }
    .into_any()
}

/// Where people come from, where they are and what they use.
pub(super) fn who(frame: &Frame, query: &MetricsQuery, answer: &BreakdownsAnswer) -> AnyView {
    let panels = Who::ALL.into_iter().zip(&answer.breakdowns).map(|(who, list)| {
        let tab = |(place, (_, label)): (usize, &(Field, &'static str))| Choice {
            label: (*label).to_owned(),
            href: MetricsQuery { lists: query.lists.with(who, place), ..query.clone() }.href(frame),
            chosen: query.lists.0[who as usize] == place,
        };
        let tabs = segments(who.title(), "tabs-small", who.fields().iter().enumerate().map(tab).collect());
        let rows = list.rows.iter().map(|row| person_value(frame, query, list, row, answer.total.people)).collect();
        let mut words = query.selected.words();
        words.extend([("by", list.by.path().into_owned()), ("top", "1000".to_owned())]);
        let receipt = answer.receipt.clone();
        let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
        let foot = view! {
            <ReceiptMark receipt=receipt offsets=offsets figure=format!("{} people", number::count(answer.total.people as f64)) up=true/>
            {missing(answer).map(|words| view! { <span>{words}</span> })}
            {download(frame, "breakdowns", words)}
        };
        panel(who.title(), tabs, rows, foot.into_any())
    });
    view! { <div class="cols-3">{panels.collect_view()}</div> }.into_any()
}

/// The lists are of segments, which may be kept for less long than what stands above.
fn missing(answer: &BreakdownsAnswer) -> Option<&'static str> {
    answer.receipt.missing.map(|missing| match missing {
        Missing::Before(_) => "of a part of the range",
        Missing::Arriving => "still being read",
    })
}

fn person_value(frame: &Frame, query: &MetricsQuery, list: &Breakdown, row: &BreakdownRow, people: u64) -> Ranked {
    let count = (row.counts.people as f64, people as f64);
    let GroupKey::Value(text) = &row.key else {
        return Ranked { name: None, mono: false, ..tested(frame, query, &list.by, &Test::Absent, count) };
    };
    let named = value(frame, query, list.by.clone(), text, count);
    match list.by {
        Field::Country => Ranked { name: Some(country::name(text).to_owned()), ..named },
        _ => named,
    }
}

/// One value of a field: its count, of the whole.
fn value(frame: &Frame, query: &MetricsQuery, field: Field, text: &str, count: (f64, f64)) -> Ranked {
    Ranked { name: Some(text.to_owned()), ..tested(frame, query, &field, &Test::is(text), count) }
}

fn tested(frame: &Frame, query: &MetricsQuery, field: &Field, test: &Test, (count, whole): (f64, f64)) -> Ranked {
    Ranked {
        name: None,
        count,
        share: (whole > 0.0).then(|| (count / whole).min(1.0)),
        mono: false,
        href: Some(query.href_filtered(frame, &query.selected.filtered.with(field.clone(), test.clone()))),
        without: Some(query.href_filtered(frame, &query.selected.filtered.without(field.clone(), test.clone()))),
    }
}

fn panel(title: &'static str, head: AnyView, rows: Vec<Ranked>, foot: AnyView) -> AnyView {
    let empty = rows.is_empty();
    view! {
        <section class="panel">
            <header class="inline"><h2>{title}</h2><div class="right">{head}</div></header>
            {ranked(rows)}
            {empty.then(|| view! { <p class="body faint">"None in this range"</p> })}
            <footer>{foot}</footer>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_they_are_written_and_defaults_are_not_written() {
        let words = |lists: Lists| lists.words().map(|(name, word)| (name.to_owned(), word.to_owned())).collect::<HashMap<_, _>>();
        assert_eq!(words(Lists::default()), HashMap::new());
        for who in Who::ALL {
            for place in 0..who.fields().len() {
                let lists = Lists::default().with(who, place);
                assert_eq!(Lists::read(&words(lists)), lists);
            }
        }
        let unknown = HashMap::from([("sources".to_owned(), "country".to_owned())]);
        assert_eq!(Lists::read(&unknown), Lists::default());
    }
}
