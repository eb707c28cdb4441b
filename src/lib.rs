//! kefu (客服): the exported call and ticket logs of a service centre → KPIs and charted reports.
//!
//! # The way of the data
//!
//! ```text
//! exports ──ingest──▶ records ──facts──▶ facts ──kpi──▶ marts ──report, render──▶ pages
//!  files              what was said      what it means  figures
//! ```
//!
//! [`run`] reads like that sentence: ingest, derive, measure, judge, explain, write.
//!
//! # The modules, from the leaves down
//!
//! A module uses only modules that stand above it; a test reads the `crate::` paths and fails on a backward
//! arrow.
//!
//! | module | what it does |
//! |---|---|
//! | [`error`] | one error type: what, where, what to do next |
//! | [`i18n`] | the two languages; every sentence of a report in both |
//! | [`schema`] | canonical tables, fact tables, codes, units |
//! | [`settings`] | `kefu.toml` and the built-in catalogue, targets and taxonomy |
//! | [`calendar`] | zones, local dates, periods, working time |
//! | [`stats`] | numbers in, numbers out: intervals, control charts |
//! | [`ingest`] | export bytes → typed rows and rejects |
//! | [`store`] | Delta tables, runs, accounts, quarantine |
//! | [`expr`] | row-level conditions and values: SQL text → typed tree → Polars, SQL |
//! | [`facts`] | records → facts: links, flags, elapsed times, clocks of promises |
//! | [`kpi`] | the catalogue, its compiler (Polars, SQL), one pass per fact table, the answers |
//! | [`insight`] | which changes are real |
//! | [`report`] | the document as data |
//! | [`chart`] | figure → SVG with title, description and labels |
//! | [`render`] | document → HTML, JSON: one file per format behind one small trait |
//! | [`generate`] | a synthetic centre with planted anomalies |
//! | [`run`] | the nightly job |
//! | [`cli`] | the command line: the only place that prints and picks exit codes |
//!
//! # What always holds
//!
//! * `ingest` loses no row: a bad row is a value with a reason, not an error, and per file
//!   read = stored + replaced + duplicate + rejected.
//! * Customers become pseudonyms and free text is masked before anything is stored.
//! * `kpi` holds the only definitions; `stats` knows no column names; `chart` computes no statistics;
//!   `render` decides no content.
//! * A run becomes visible by its last act, the record of the version of every table.
//! * Nothing reads the network, and no figure depends on the wall clock (only the age of quarantined rows does).
//!   The same input gives the same bytes, whatever the number of threads.

pub mod calendar;
pub mod chart;
pub mod cli;
pub mod error;
pub mod expr;
pub mod facts;
pub mod generate;
pub mod i18n;
pub mod ingest;
pub mod insight;
pub mod kpi;
pub mod render;
pub mod report;
pub mod run;
pub mod schema;
pub mod settings;
pub mod stats;
pub mod store;
#[cfg(test)]
mod testing;
