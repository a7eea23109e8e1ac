//! The spool's promise: what was acknowledged is there again, whatever happened to the process, the disk or the file.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod crash;
mod damage;
mod limits;
mod model;
mod requests;
