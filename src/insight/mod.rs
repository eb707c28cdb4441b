//! What the figures say: marts in, findings out.
//!
//! Invariants: no figure is defined here (that is `kpi`'s), no formula is worked out here (that is
//! `stats`'): this module chooses the method, applies it and says what the result means. Nothing is
//! reported that noise explains.

/// Members against what the centre would show with the same contacts.
pub mod adjusted;
/// Who needs coaching in what, for the same case mix.
pub mod coaching;
/// Why did it move? A change between two periods, in parts.
pub mod compare;
/// When callers waited longer than usual: queues by part of the day.
pub mod dayparts;
/// What is emerging: counts above what their weekday leads to expect.
pub mod emerging;
/// 重点关注: customers and waybills with repeated complaints.
pub mod focus;
/// Results as columns.
pub mod frame;
/// Plain sums over facts that are no figures of their own.
pub mod measures;
/// Is it changing? Control charts over daily figures.
pub mod movement;
/// Which outlets serve worse than others with the same tickets.
pub mod outlets;
/// Insights as columns: marts and command output.
pub mod output;
/// Stretches of days.
pub mod period;
/// What people actually write.
pub mod phrases;
/// What keeps coming back, by what it costs.
pub mod problems;
/// How the promises to customers stand.
pub mod promises;
/// Repeat contacts by the reason of the first.
pub mod repeats;
mod rows;
/// Which script items which team fails.
pub mod script;
/// How long callers waited.
pub mod waits;
/// Problems at outlets by week.
pub mod weeks;
