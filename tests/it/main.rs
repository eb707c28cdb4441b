//! The program as its users see it: commands, files, messages, exit codes.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod architecture;
mod builder;
mod check;
mod drill;
mod editions;
mod figures;
mod formats;
mod golden;
mod inert;
mod insight;
mod intake;
mod messages;
mod nightly;
mod profiles;
mod real;
mod recurring;
mod restated;
mod robust;
mod robust_corpus;
mod robust_hostile;
mod robust_operations;
mod robust_short;
mod robust_upgrade;
#[path = "../../benches/insight/score.rs"]
mod score;
mod settings;
mod sla;
mod snapshot;
mod store;
mod taxonomy;
