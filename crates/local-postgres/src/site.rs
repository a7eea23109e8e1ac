//! Everything that is settled before Postgres is touched: where, as whom, with which binaries.

use std::process::Command;

use crate::binaries::Binaries;
use crate::error::Error;
use crate::home::Home;
use crate::identity::Identity;
use crate::log;

#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) home: Home,
    pub(crate) identity: Identity,
    pub(crate) binaries: Binaries,
    /// Whether what was committed must survive a power cut.
    pub(crate) durable: bool,
}

impl Site {
    /// One of Postgres' programs, to be run as its user.
    pub(crate) fn command(&self, program: &str) -> Command {
        self.identity.command(self.binaries.program(program))
    }

    pub(crate) fn did_not_stop(&self, pid: u32) -> Error {
        let log = self.home.log();
        let tail = log::tail(&log, 0);
        Error::DidNotStop { pid, log, tail }
    }
}
