//! kefu
pub mod calendar;
pub mod error;
pub mod i18n;
pub mod ingest;
pub mod insight;
pub mod kpi;
pub mod schema;
pub mod settings;
pub mod stats;
pub mod store;
