//! Panics of the host application become error reports.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, PanicHookInfo};

use protocol::limits::STRING_BYTES_MAX;

use crate::capture_error::ErrorBuilder;
use crate::client::{Client, Observer};
use crate::repair;

thread_local! {
    static IS_CAPTURING: Cell<bool> = const { Cell::new(false) };
}

/// Reports every panic from now on as an unhandled error of the level `fatal`, with the stack, scope and breadcrumbs of its
/// thread. The hook that was there is called afterwards, as before, so what is printed stays the same.
///
/// The hook does not keep the client: when its last handle is dropped, capture ends. In a program built with
/// `panic = "abort"` nothing runs after the hook, so there it waits for the delivery, at most [`Config::drop_wait`].
///
/// [`Config::drop_wait`]: crate::Config::drop_wait
pub fn capture_panics(client: &Client) {
    let observer = client.downgrade();
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        capture(&observer, info);
        before(info);
    }));
}

fn capture(observer: &Observer, info: &PanicHookInfo<'_>) {
    // A panic while a panic is captured is a fault of this library.
    if IS_CAPTURING.try_with(|capturing| capturing.replace(true)).unwrap_or(true) {
        return;
    }
    if let Some(client) = observer.client() {
        ErrorBuilder::panic(&client, message(info.payload()), info.location()).send();
        if cfg!(panic = "abort") {
            let _ = client.flush(client.config().drop_wait);
        }
    }
    let _ = IS_CAPTURING.try_with(|capturing| capturing.set(false));
}

/// What was said: text, unless somebody panicked with a value of their own.
fn message(payload: &dyn Any) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    repair::head(text.unwrap_or("a panic with a value that is no text"), STRING_BYTES_MAX).to_owned()
}
