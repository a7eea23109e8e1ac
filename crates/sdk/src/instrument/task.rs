//! Background tasks: `<prefix>.task.…`.

use std::any::type_name;
use std::future::Future;
use std::time::Duration;

use super::family::Family;
use crate::capture_error::short;
use crate::value::Text;

/// An execution under way; its outcome sends `task.execution_time`, `task.executions` and, where it failed,
/// `task.failures`.
#[derive(Debug)]
#[must_use = "nothing is sent before its outcome is said"]
pub struct Task(Family);

impl Task {
    pub(super) fn new(family: Family) -> Self {
        Self(family)
    }

    /// The type of task, such as `scheduled`: the attribute `task_type`.
    pub fn kind(self, kind: impl Into<Text>) -> Self {
        Self(self.0.with("task_type", kind.into()))
    }

    /// How long it took, if not the time since it was named.
    pub fn took(self, duration: Duration) -> Self {
        Self(self.0.took(duration))
    }

    /// It did what it should.
    pub fn succeeded(self) {
        send(&self.0.succeeded(true));
    }

    /// It failed; the type of error, such as `Timeout`.
    pub fn failed(self, error_type: impl Into<Text>) {
        let family = self.0.failed(error_type.into());
        send(&family);
        family.count("task.failures");
    }

    /// Runs it: an error fails it with its type, a panic with `panic`.
    ///
    /// # Errors
    /// Those of the work.
    pub fn run<T, E>(self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let under_way = UnderWay(Some(self));
        let result = work();
        under_way.end(&result);
        result
    }

    /// Awaits it: an error fails it with its type, a panic with `panic`, and being dropped before its end with `cancelled`.
    ///
    /// # Errors
    /// Those of the work.
    pub async fn watch<T, E>(self, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let under_way = UnderWay(Some(self));
        let result = work.await;
        under_way.end(&result);
        result
    }
}

/// A task whose end is seen even when nobody says it.
struct UnderWay(Option<Task>);

impl UnderWay {
    fn end<T, E>(mut self, result: &Result<T, E>) {
        match (self.0.take(), result) {
            (Some(task), Ok(_)) => task.succeeded(),
            (Some(task), Err(_)) => task.failed(short(type_name::<E>())),
            (None, _) => {}
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.failed(if std::thread::panicking() { "panic" } else { "cancelled" });
        }
    }
}

fn send(family: &Family) {
    family.duration("task.execution_time");
    family.count("task.executions");
}
