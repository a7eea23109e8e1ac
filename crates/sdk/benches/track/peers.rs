//! What others offer for the same purpose, set up as their own documentation says, without sending anything.

use std::hint::black_box;
use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusBuilder;
use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::metrics::{ManualReader, SdkMeterProvider};
use sentry_core::{Breadcrumb, ClientOptions, Hub, Scope};

/// A call, with a number that varies.
pub type Call = Box<dyn Fn(u32) + Sync>;

/// Somebody else's call.
pub struct Peer {
    /// What it is.
    pub name: &'static str,
    /// The call itself.
    pub call: Call,
}

/// All of them.
pub fn all() -> Result<[Peer; 3], Box<dyn std::error::Error>> {
    metrics::set_global_recorder(PrometheusBuilder::new().build_recorder())?;
    let facade: Call = Box::new(|i| {
        metrics::counter!("cart.add", "table" => "users", "op" => "select").increment(black_box(u64::from(i)));
    });

    let provider = SdkMeterProvider::builder().with_reader(ManualReader::builder().build()).build();
    let counter = provider.meter("bench").u64_counter("cart.add").build();
    let counted: Call = Box::new(move |i| {
        // The provider lives as long as its counter is used.
        black_box(&provider);
        counter.add(black_box(u64::from(i)), &[KeyValue::new("table", "users"), KeyValue::new("op", "select")]);
    });

    let client = Arc::new(sentry_core::Client::from_config(ClientOptions::default()));
    let crumbs: Call = Box::new(move |i| {
        thread_local! {
            static HUB: std::cell::OnceCell<Hub> = const { std::cell::OnceCell::new() };
        }
        HUB.with(|hub| {
            let hub = hub.get_or_init(|| Hub::new(Some(Arc::clone(&client)), Arc::new(Scope::default())));
            let mut crumb =
                Breadcrumb { category: Some("track".to_owned()), message: Some("cart.add".to_owned()), ..Breadcrumb::default() };
            crumb.data.insert("sku".to_owned(), "A-1".into());
            crumb.data.insert("qty".to_owned(), black_box(i).into());
            hub.add_breadcrumb(crumb);
        });
    });
    Ok([
        Peer { name: "metrics facade with Prometheus, counter, 2 labels", call: facade },
        Peer { name: "OpenTelemetry counter, 2 attributes", call: counted },
        Peer { name: "Sentry breadcrumb, 2 data fields", call: crumbs },
    ])
}
