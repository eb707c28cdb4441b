//! kefu
pub mod calendar;
pub mod chart;
pub mod cli;
pub mod error;
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
