//! The questions, asked of our engine on blocks in memory.

use std::sync::Arc;
use std::time::Instant;

use analysis::calendar::{Bucket, Frame};
use analysis::funnel::{self, Entry, Order, Unit};
use analysis::history::{Cancel, History, Mask, Rows, Selection, Spread};
use analysis::keys::{Dimension, Keys};
use analysis::retention::{self, Back, Start};
use analysis::segment::{Attribute, Block, ColumnKey};
use analysis::trend::{self, By, Key};
use analysis::with_codes;
use chrono::{DateTime, SecondsFormat, Utc};
use protocol::range::Step;
use serde_json::{Value, json};

use crate::question::{Answer, Question, ROUTES_TOP, STEPS, TREND_NAME, WEEK_MS, WEEKS, WINDOW_MS, days_before_end};
use crate::traffic::{BEGIN_MS, DAY_MS, DAYS};

const HOUR_MS: i64 = DAY_MS / 24;
/// More than there are countries and OSes.
const ALL_PAIRS: usize = 1_000;

/// The columns that the questions read.
pub fn reads(key: &ColumnKey) -> bool {
    use Attribute::{Bot, Country, Name, Os, Route};
    match key {
        ColumnKey::Runs | ColumnKey::Time | ColumnKey::Weight => true,
        ColumnKey::Text(attribute) => [Name, Route, Country, Os, Bot].contains(attribute),
        _ => false,
    }
}

/// Every answer, each asked `times` times after once for nothing.
pub fn ask(blocks: &[Arc<Block>], times: usize) -> Vec<Answer> {
    let ask = |question| {
        let mut ms = Vec::new();
        let mut rows = answer(blocks, question);
        for _ in 0..times {
            let begin = Instant::now();
            rows = answer(blocks, question);
            ms.push(begin.elapsed().as_secs_f64() * 1e3);
        }
        Answer { question, rows, ms }
    };
    Question::ALL.map(ask).into()
}

fn answer(blocks: &[Arc<Block>], question: Question) -> Vec<Vec<Value>> {
    match question {
        Question::DailyUsers => daily_users(&last(blocks, DAYS)),
        Question::HourlyTrend => hourly_trend(&last(blocks, 7)),
        Question::TopRoutes => top_routes(&last(blocks, 7)),
        Question::CountryOs => country_os(&last(blocks, 1)),
        Question::Funnel => funnel(&last(blocks, DAYS)),
        Question::Retention => retention(&last(blocks, DAYS)),
    }
}

/// The history of the last days; blocks of other days are not looked at.
fn last(blocks: &[Arc<Block>], days: i64) -> History {
    let from = day(days_before_end(days)).date_naive();
    History::new(blocks.iter().filter(|block| block.day >= from).cloned().collect(), |actor| actor)
}

fn daily_users(history: &History) -> Vec<Vec<Value>> {
    let frame = frame(DAYS, DAY_MS);
    let series = counted(history, &people(history), &frame);
    let days = frame.buckets.iter().zip(&series.buckets);
    days.map(|(bucket, cell)| vec![json!(bucket.start.date_naive().to_string()), json!(cell.people)]).collect()
}

fn hourly_trend(history: &History) -> Vec<Vec<Value>> {
    let frame = frame(7, HOUR_MS);
    let series = counted(history, &people(history).and(named(history, TREND_NAME)), &frame);
    let hours = frame.buckets.iter().zip(&series.buckets).filter(|(_, cell)| cell.n > 0);
    let row = |(bucket, cell): (&Bucket, &trend::Cell)| {
        vec![json!(bucket.start.to_rfc3339_opts(SecondsFormat::Secs, true)), json!(cell.events as u64), json!(cell.people)]
    };
    hours.map(row).collect()
}

fn top_routes(history: &History) -> Vec<Vec<Value>> {
    let keys = Keys::of(history, &Dimension::Text(Attribute::Route));
    let text = |value: &str| vec![json!(value)];
    broken_down(history, &frame(7, 7 * DAY_MS), &keys, ROUTES_TOP, text)
}

fn country_os(history: &History) -> Vec<Vec<Value>> {
    let [countries, oses] = [Attribute::Country, Attribute::Os].map(|attribute| Keys::of(history, &Dimension::Text(attribute)));
    let join = |country: Option<&str>, os: Option<&str>| format!("{}\t{}", country.unwrap_or_default(), os.unwrap_or_default());
    let keys = Keys::pairs(history, &countries, &oses, join);
    broken_down(history, &frame(1, DAY_MS), &keys, ALL_PAIRS, |value| value.split('\t').map(|text| json!(text)).collect())
}

fn funnel(history: &History) -> Vec<Vec<Value>> {
    let steps = STEPS.map(|name| named(history, name));
    let rule = funnel::Rule { order: Order::Loose, entry: Entry::Every, unit: Unit::People, window_ms: WINDOW_MS };
    let counts = funnel::count(history, &people(history), &steps, &Keys::none(history), rule, &Cancel::default());
    vec![counts.expect("nobody cancels")[0].iter().map(|step| json!(step.reached)).collect()]
}

fn retention(history: &History) -> Vec<Vec<Value>> {
    let frame = frame(DAYS, WEEK_MS);
    let (rows, spread) = (people(history), Spread::over(history, &frame));
    let rule = retention::Rule { start: Start::First, back: Back::On };
    let cohorts = retention::count(history, (&rows, &rows), &spread, WEEKS, rule, &Cancel::default()).expect("nobody cancels");
    let rows = cohorts.iter().enumerate().flat_map(|(week, cohort)| {
        let weeks = cohort.back.iter().enumerate().filter(|(_, people)| **people > 0);
        weeks.map(move |(after, people)| vec![json!(week), json!(after), json!(people)])
    });
    rows.collect()
}

fn counted(history: &History, rows: &Selection, frame: &Frame) -> trend::Series {
    let (spread, keys) = (Spread::over(history, frame), Keys::none(history));
    trend::count(history, rows, &spread, frame.buckets.len(), &keys, &Cancel::default()).expect("nobody cancels").remove(0)
}

fn broken_down(history: &History, frame: &Frame, keys: &Keys, top: usize, texts: impl Fn(&str) -> Vec<Value>) -> Vec<Vec<Value>> {
    let spread = Spread::over(history, frame);
    let buckets = frame.buckets.len();
    let ranked = trend::break_down(history, &people(history), &spread, buckets, keys, (top, By::Events), &Cancel::default());
    let row = |ranked: trend::Ranked| {
        let Key::Value(value) = ranked.key else { return None };
        let total = ranked.series.total;
        Some([texts(&value), vec![json!(total.events as u64), json!(total.people)]].concat())
    };
    ranked.expect("nobody cancels").into_iter().filter_map(row).collect()
}

/// The rows that no robot did.
fn people(history: &History) -> Selection {
    Selection::of(history, |block| match block.text(&ColumnKey::Text(Attribute::Bot)) {
        None => Rows::All,
        Some(bots) => Mask::of(block.rows, |row| bots.at(row).is_none()).into(),
    })
}

fn named(history: &History, name: &str) -> Selection {
    Selection::of(history, |block| {
        let Some(names) = block.text(&ColumnKey::Text(Attribute::Name)) else { return Rows::None };
        let table: Vec<bool> = (0..names.distinct() as u32).map(|code| names.value(code) == Some(name)).collect();
        with_codes!(names.codes, codes => Mask::of_codes(codes, &table)).into()
    })
}

fn day(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// The last days of the month in buckets of this width, the last of them cut at the end.
fn frame(days: i64, width_ms: i64) -> Frame {
    let (begin, end) = (days_before_end(days), BEGIN_MS + DAYS * DAY_MS);
    let starts = (begin..end).step_by(width_ms as usize);
    let bucket = |start| Bucket { start: day(start), end: day((start + width_ms).min(end)), utc_offset_seconds: 0 };
    Frame { step: Step::Hour1, buckets: starts.map(bucket).collect() }
}
