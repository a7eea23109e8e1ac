//! The parts that several pages share.

pub(crate) mod annotations;
pub(crate) mod audience_head;
pub(crate) mod bucket;
pub(crate) mod download;
pub(crate) mod empty;
pub(crate) mod filter_bar;
pub(crate) mod filter_line;
pub(crate) mod freshness;
pub(crate) mod kind;
pub(crate) mod pages;
pub(crate) mod person;
pub(crate) mod picker;
pub(crate) mod record;
pub(crate) mod releases;
pub(crate) mod saved;
pub(crate) mod shade;
pub(crate) mod share;
pub(crate) mod stat;
pub(crate) mod table_behind;
pub(crate) mod when;
