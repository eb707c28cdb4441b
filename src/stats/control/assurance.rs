//! Will it meet the target? What limits say about the next points.

use super::Chart;

/// What a stable process does about its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assurance {
    /// Meets it whatever chance does: even the worse limit lies on the good side.
    Passing,
    /// Misses it whatever chance does: even the better limit lies on the bad side.
    Failing,
    /// Chance decides: the target lies between the limits.
    HitOrMiss,
}

impl Assurance {
    /// The name in outputs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Passing => "passing",
            Self::Failing => "failing",
            Self::HitOrMiss => "hit_or_miss",
        }
    }
}

/// Holds the limits `(lower, upper)` against the target; `higher_is_better` says which side is good.
///
/// A limit on the target meets it. `None` where a number is NaN. Source: NHS England, *Making data
/// count: strengthening your decisions* (2019), assurance icons.
#[must_use]
pub fn assurance(limits: (f64, f64), target: f64, higher_is_better: bool) -> Option<Assurance> {
    let (lower, upper) = limits;
    if lower.is_nan() || upper.is_nan() || target.is_nan() {
        return None;
    }
    let (worse, better) = if higher_is_better {
        (lower, upper)
    } else {
        (-upper, -lower)
    };
    let wanted = if higher_is_better { target } else { -target };
    Some(if worse >= wanted {
        Assurance::Passing
    } else if better < wanted {
        Assurance::Failing
    } else {
        Assurance::HitOrMiss
    })
}

impl Chart {
    /// What the process does about its target at points that rest on `n`.
    #[must_use]
    pub fn assurance(&self, n: f64, target: f64, higher_is_better: bool) -> Option<Assurance> {
        assurance(self.limits(n), target, higher_is_better)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_decide_on_both_sides() {
        let limits = (0.80, 0.90);
        for (target, higher, expected) in [
            (0.75, true, Assurance::Passing),
            (0.80, true, Assurance::Passing),
            (0.85, true, Assurance::HitOrMiss),
            (0.90, true, Assurance::HitOrMiss),
            (0.95, true, Assurance::Failing),
            (0.95, false, Assurance::Passing),
            (0.90, false, Assurance::Passing),
            (0.85, false, Assurance::HitOrMiss),
            (0.80, false, Assurance::HitOrMiss),
            (0.75, false, Assurance::Failing),
        ] {
            assert_eq!(
                assurance(limits, target, higher),
                Some(expected),
                "{target} {higher}"
            );
        }
        assert_eq!(assurance((f64::NAN, 1.0), 0.5, true), None);
    }

    #[test]
    fn a_chart_answers_for_points_of_any_n() {
        let chart = crate::stats::control::p(&[(85.0, 100.0); 20]).expect("a chart");
        assert_eq!(
            chart.assurance(10_000.0, 0.8, true),
            Some(Assurance::Passing)
        );
        assert_eq!(chart.assurance(50.0, 0.8, true), Some(Assurance::HitOrMiss));
    }
}
