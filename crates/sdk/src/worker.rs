//! The background thread: seals, sends, waits, and books what came of it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use crate::bell::Bell;
use crate::breaker::Breaker;
use crate::clock;
use crate::config::{Config, InitError};
use crate::consent::{Consent, Gate};
use crate::courier::Carry;
use crate::identity::{Ids, Randomness};
use crate::item::{Item, Origin};
use crate::lanes::Lanes;
use crate::loss::LossReason;
use crate::sequence::Sequence;
use crate::sources::Sources;
use crate::transport::Transport;

thread_local! {
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is a client's own: what it does is not to be captured, or sending would make more to send.
pub(crate) fn is_own_thread() -> bool {
    IS_WORKER.try_with(Cell::get).unwrap_or(true)
}

/// What the client's handles and its thread share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) lanes: Lanes,
    pub(crate) restarts: AtomicU64,
    pub(crate) openings: AtomicU64,
    /// What else reports at each flush interval.
    pub(crate) sources: Sources,
    /// Rung after a change that the thread should look at.
    pub(crate) bell: Bell,
    gate: Gate,
    stop: Mutex<Option<Instant>>,
    /// How often somebody asked for a flush or the end.
    asks: AtomicU64,
    breaker: Mutex<Breaker>,
    randomness: Randomness,
    sequence: Sequence,
    transport: Transport,
    install_id: String,
    config: Config,
}

impl Shared {
    /// Starts the thread too.
    pub(crate) fn start(config: Config, consent: Consent, sources: Sources) -> Result<Arc<Self>, InitError> {
        let shared = Self::new(config, consent, sources);
        let worker = Arc::clone(&shared);
        thread::Builder::new().name("throughline".to_owned()).spawn(move || run(&worker))?;
        Ok(shared)
    }

    /// The same where nobody can be told: without a thread, everything is counted as lost.
    pub(crate) fn start_or_close(config: Config, consent: Consent, sources: impl Fn() -> Sources) -> Arc<Self> {
        Self::start(config.clone(), consent, sources()).unwrap_or_else(|_| {
            let shared = Self::new(config, consent, sources());
            shared.stop_by(Instant::now());
            shared.lanes.all().iter().for_each(|lane| lane.finish());
            shared
        })
    }

    fn new(config: Config, consent: Consent, sources: Sources) -> Arc<Self> {
        let randomness = Randomness::from_system(clock::now_micros() as u64);
        let drawn = || Ids::new(&randomness).id(clock::now_micros(), u64::MAX).to_string();
        Arc::new(Self {
            lanes: Lanes::new(&config),
            restarts: AtomicU64::new(0),
            openings: AtomicU64::new(0),
            sources,
            bell: Bell::default(),
            gate: Gate::new(consent),
            stop: Mutex::new(None),
            asks: AtomicU64::new(0),
            breaker: Mutex::default(),
            install_id: config.install_id.clone().unwrap_or_else(drawn),
            transport: Transport::new(&config.url, &config.key),
            randomness,
            sequence: Sequence::default(),
            config,
        })
    }

    /// Captures an item, or counts it where nothing may be captured.
    #[inline]
    pub(crate) fn capture<T: Item>(&self, item: T) {
        let lane = T::lane(&self.lanes);
        if self.gate.consent() == Consent::Denied {
            lane.refuse(LossReason::OptOut);
        } else if lane.push(item) {
            self.bell.ring();
        }
    }

    /// Asks the thread to end by `deadline`; true for the first to ask.
    pub(crate) fn stop_by(&self, deadline: Instant) -> bool {
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        let first = stop.is_none();
        stop.get_or_insert(deadline);
        self.lanes.all().iter().for_each(|lane| lane.close());
        self.ask();
        first
    }

    /// Somebody waits for what the thread does next.
    pub(crate) fn ask(&self) {
        self.asks.fetch_add(1, Ordering::Relaxed);
        self.bell.ring();
    }

    pub(crate) fn stop(&self) -> Option<Instant> {
        *self.stop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_consent(&self, consent: Consent) {
        self.gate.set(consent);
        self.ask();
    }

    #[inline]
    pub(crate) fn consent(&self) -> Consent {
        self.gate.consent()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn randomness(&self) -> &Randomness {
        &self.randomness
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    pub(crate) fn install_id(&self) -> &str {
        &self.install_id
    }

    pub(crate) fn with_breaker<R>(&self, look: impl FnOnce(&mut Breaker) -> R) -> R {
        look(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn origin(&self) -> Origin<'_> {
        Origin {
            ids: Ids::new(&self.randomness),
            sequence: &self.sequence,
            release: self.config.release.as_deref(),
            environment: self.config.environment.as_deref(),
            service: self.config.service.as_deref(),
            os: self.config.one_person.as_ref().map(|_| system()),
            in_app: &self.config.in_app,
            filters: &self.config.filters,
        }
    }
}

/// This system's name as people know it.
fn system() -> &'static str {
    match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "macOS",
        "windows" => "Windows",
        "ios" => "iOS",
        "android" => "Android",
        other => other,
    }
}

/// The body of the thread. A panic in here is a fault of this library: it is counted and the work goes on.
fn run(shared: &Shared) {
    IS_WORKER.set(true);
    while catch_unwind(AssertUnwindSafe(|| work(shared))).is_err() {
        shared.restarts.fetch_add(1, Ordering::Relaxed);
        shared.lanes.all().iter().for_each(|lane| lane.recover());
        shared.report_restart();
        thread::sleep(shared.config.retry_base);
    }
    shared.lanes.all().iter().for_each(|lane| lane.finish());
}

/// Works until it is told to stop and either nothing waits or the time is over.
fn work(shared: &Shared) {
    let origin = shared.origin();
    let lanes = shared.lanes.all();
    let mut couriers: Vec<Box<dyn Carry + '_>> = lanes.iter().map(|lane| lane.courier(shared, &origin)).collect();
    let mut asks_seen = 0;
    let mut next_gathering = Instant::now() + shared.config.flush_every;
    loop {
        // Asked before: a stop that comes while we deliver has not been heard by the couriers, whose `next` may then be the
        // next flush. It has also rung the bell, so the loop comes round at once.
        let stop = shared.stop();
        let asks = shared.asks.load(Ordering::Relaxed);
        if asks != asks_seen {
            asks_seen = asks;
            shared.with_breaker(Breaker::hurry);
        }
        if Instant::now() >= next_gathering {
            shared.sources.gather(shared);
            next_gathering = Instant::now() + shared.config.flush_every;
        }
        let next = couriers.iter_mut().map(|courier| courier.deliver()).min().unwrap_or(next_gathering);
        if let Some(deadline) = stop {
            let allowed = shared.consent() == Consent::Granted;
            // `next` is where all lanes stand still: waiting past the deadline would change nothing.
            if !allowed || shared.lanes.are_empty() || next >= deadline {
                return;
            }
        }
        shared.bell.wait_until(if shared.sources.is_empty() { next } else { next.min(next_gathering) });
    }
}
