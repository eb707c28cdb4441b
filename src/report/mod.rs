//! The report as data: text in one language, every number already printed, no drawing and no markup.
//!
//! [`nightly`] and [`trainer`] turn figures into a [`document::Document`]; [`mod@format`] is the only place where a number
//! becomes text. Renderers decide how a document looks, never what it says.

pub mod document;
mod edition;
pub mod figure;
pub mod format;
pub mod insights;
pub mod naming;
pub mod nightly;
mod rising;
pub mod trainer;

pub use edition::{Edition, Head, PassedOver, Scope};
