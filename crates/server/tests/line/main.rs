//! The whole line, through the binary as people run it: requests, Postgres, answers.
//!
//! Every test has a database of its own and lets the binary bring its schema. HTTP is spoken with a blocking client: the
//! test's runtime has nothing else to do.

mod access;
mod bombs;
mod client;
mod commands;
mod dead_letters;
mod duplicates;
mod export;
mod figures;
mod journal;
mod kills;
mod limits;
mod links;
mod load;
mod lost_answers;
mod metric_examples;
mod outage;
mod overload;
mod person;
mod proxy;
mod recount;
mod retention;
mod roles;
mod routes;
mod server;
mod shop;
mod slow;
mod spool;
mod stop;
mod tail;
mod terminal;
mod truth;
mod verify;
