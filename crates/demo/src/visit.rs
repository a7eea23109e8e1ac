//! One visit: a person walks through the shop, and browser and servers say so.

mod failure;
mod open;
mod page;
mod pay;
mod request;
mod scene;

use chrono::{DateTime, Utc};
use protocol::span::SpanStatus;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::person::Person;
use crate::signal::Signal;
use crate::stock::{CATEGORIES, Product, SEARCHES};
use page::Page;
use request::Work;
use scene::Scene;

/// Most visitors are still signed in.
const SIGNS_IN: f64 = 0.2;
/// What the shop can do beside selling, and how often per hundred it is what somebody uses.
const FEATURES: [(u32, &str); 4] = [(46, "wishlist"), (27, "size-guide"), (19, "compare"), (8, "gift-wrap")];
/// Nobody looks at more pages than this before they decide.
const BROWSED_MAX: usize = 9;

/// What a visit that begins at `begin` sends. `end` is the end of the history, from which roll-outs are dated.
pub(crate) fn walk(dice: &mut Dice, person: &Person, begin: DateTime<Utc>, end: DateTime<Utc>) -> Vec<Signal> {
    let mut scene = Scene::new(dice, person, begin, end);
    if scene.dice.chance(SIGNS_IN) {
        scene.sign_in();
    }
    arrive(&mut scene);
    let cart = browse(&mut scene);
    if !cart.is_empty() && scene.dice.chance(0.64) && look_into_cart(&mut scene, &cart) {
        check_out(&mut scene, &cart);
    }
    scene.track("$pageleave", json!({}));
    scene.signals
}

fn arrive(scene: &mut Scene<'_>) {
    match scene.dice.below(10) {
        0..=5 => scene.open(Page::Home),
        6..=7 => scene.open(Page::Category),
        _ => scene.open(Page::Search),
    }
    if scene.dice.chance(0.02) {
        let enabled = scene.dice.chance(0.8);
        scene.track("feature.toggled", json!({"feature": "dark-mode", "enabled": enabled}));
    }
}

/// What was put into the cart.
fn browse(scene: &mut Scene<'_>) -> Vec<Product> {
    let mut cart = Vec::new();
    let pages = 1 + scene.dice.below(BROWSED_MAX).min(scene.dice.below(BROWSED_MAX));
    let mut category = *scene.dice.pick(&CATEGORIES);
    for page in 0..pages {
        match scene.dice.below(10) {
            0..=2 => {
                category = *scene.dice.pick(&CATEGORIES);
                scene.open(Page::Category);
            }
            3 => search(scene),
            _ => {
                let product = Product::chosen(category, scene.dice);
                look_at(scene, &product, page == 0);
                // The experiment works: the treatment puts more into the cart.
                let appeal = if scene.person.variant == "treatment" { 0.31 } else { 0.25 };
                if scene.dice.chance(appeal) {
                    cart.push(product);
                    scene.track("cart.add", json!({"sku": product.sku(), "price": product.price, "qty": 1}));
                }
            }
        }
    }
    cart
}

fn search(scene: &mut Scene<'_>) {
    scene.open(Page::Search);
    let (words, found) = *scene.dice.weighted(&SEARCHES);
    let hits = if scene.dice.chance(found) { 1 + scene.dice.below(24) } else { 0 };
    scene.track("search", json!({"query": words, "results_count": hits}));
    scene.note_search();
}

fn look_at(scene: &mut Scene<'_>, product: &Product, first: bool) {
    scene.open(Page::Product);
    if first {
        let variant = scene.person.variant;
        scene.track("$exposure", json!({"experiment": "sticky-cart", "variant": variant}));
    }
    if scene.dice.chance(0.06) {
        let feature = *scene.dice.weighted(&FEATURES);
        scene.track("feature.used", json!({"feature": feature}));
    }
    scene.track("product.viewed", json!({"sku": product.sku(), "category": product.category, "price": product.price}));
}

/// Whether they go on to pay.
fn look_into_cart(scene: &mut Scene<'_>, cart: &[Product]) -> bool {
    scene.open(Page::Cart);
    scene.note_cart(cart.len());
    scene.dice.chance(0.72)
}

/// A moment: from the first look at the form to the order, with when each step was reached.
fn check_out(scene: &mut Scene<'_>, cart: &[Product]) {
    let value = (cart.iter().map(|product| product.price).sum::<f64>() * 100.0).round() / 100.0;
    let begun = scene.at;
    let mut checkpoints = Vec::new();
    let status = pay_for(scene, (cart.len(), value), begun, &mut checkpoints);
    let trace = std::mem::replace(&mut scene.trace, scene.dice.trace_id());
    let reached = checkpoints.into_iter().map(|(step, ms): (&str, f64)| (format!("checkpoint.{step}"), json!(ms)));
    let attributes = reached.chain([("items".to_owned(), json!(cart.len()))]).collect();
    let took = since(begun, scene.at);
    let moment = Work { status, attributes: Value::Object(attributes), ..Work::new("checkout", "moment", "web", (0.0, took)) };
    scene.work(begun, None, moment);
    scene.trace = trace;
}

/// How it ends: paid, with a payment that failed, or given up.
fn pay_for(
    scene: &mut Scene<'_>,
    (items, value): (usize, f64),
    begun: DateTime<Utc>,
    checkpoints: &mut Vec<(&'static str, f64)>,
) -> SpanStatus {
    scene.open(Page::Checkout);
    scene.track("checkout.started", json!({"items": items, "value": value}));
    checkpoints.push(("form", since(begun, scene.at)));
    if scene.dice.chance(0.15) {
        return SpanStatus::Cancelled;
    }
    for attempt in 1..=2 {
        let method = *scene.dice.weighted(&[(62, "card"), (25, "paypal"), (13, "invoice")]);
        let Err(reason) = scene.pay(value, method) else {
            scene.track("checkout.completed", json!({"items": items, "value": value, "method": method}));
            checkpoints.push(("paid", since(begun, scene.at)));
            scene.open(Page::Order);
            return SpanStatus::Ok;
        };
        scene.track("payment.failed", json!({"attempt": attempt, "value": value, "method": method, "reason": reason}));
        if scene.dice.chance(0.4) {
            return SpanStatus::Error;
        }
    }
    SpanStatus::Error
}

/// Milliseconds.
fn since(begun: DateTime<Utc>, now: DateTime<Utc>) -> f64 {
    (now - begun).num_milliseconds() as f64
}
