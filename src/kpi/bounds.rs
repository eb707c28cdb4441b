//! Which target holds for a group of an answer.

use super::catalogue::Catalogue;
use super::figure::Bound;
use super::pass::{Group, Grouping};
use crate::expr::{Comparison, Expr};

/// The bound for a group: the first target whose condition every row of the group fulfils, else the unconditional
/// one. What is known of the rows are the group's members and the condition of the query.
pub(super) fn bound(
    catalogue: &Catalogue,
    kpi: usize,
    grouping: &Grouping,
    group: &Group,
    asked: Option<&Expr>,
) -> Option<Bound> {
    let own = || {
        let targets = catalogue.targets.iter();
        targets.filter(move |target| target.kpi == kpi)
    };
    let known = Known {
        grouping,
        group,
        asked: asked.map(Expr::conjuncts).unwrap_or_default(),
    };
    own()
        .find(|target| {
            target
                .condition
                .as_ref()
                .is_some_and(|condition| known.holds(condition) == Some(true))
        })
        .or_else(|| own().find(|target| target.condition.is_none()))
        .map(|target| target.bound)
}

/// What is known of every row of a group.
struct Known<'a> {
    grouping: &'a Grouping,
    group: &'a Group,
    /// Conditions that the query puts on all rows.
    asked: Vec<&'a Expr>,
}

/// What every row has in a column; nothing inside is null.
struct Member(Option<String>);

impl Known<'_> {
    /// The value of a column in all rows, where it is known.
    fn member(&self, column: &Expr) -> Option<Member> {
        let Expr::Column(named) = column else {
            return None;
        };
        let by = self.grouping.by.iter();
        if let Some(at) = by.clone().position(|name| name == named.name) {
            return self.group.members.get(at).cloned().map(Member);
        }
        let of = |literal: Option<String>| literal.map(|text| Member(Some(text)));
        self.asked.iter().find_map(|asked| match asked {
            Expr::Compare(Comparison::Equal, a, b) if a.as_ref() == column => of(literal(b)),
            Expr::Compare(Comparison::Equal, a, b) if b.as_ref() == column => of(literal(a)),
            Expr::In(value, items) if value.as_ref() == column && items.len() == 1 => {
                of(literal(items.first()?))
            }
            Expr::IsNull(value) if value.as_ref() == column => Some(Member(None)),
            Expr::Column(_) if *asked == column => of(Some("true".to_owned())),
            Expr::Not(inner) if inner.as_ref() == column => of(Some("false".to_owned())),
            _ => None,
        })
    }

    /// Whether a condition holds for every row, as far as is known; `None` when it is not, or SQL's null.
    fn holds(&self, condition: &Expr) -> Option<bool> {
        // What the query asks for holds, however it is written.
        if self.asked.contains(&condition) {
            return Some(true);
        }
        match condition {
            Expr::Compare(comparison, a, b) => match literal(b) {
                Some(literal) => compare(*comparison, &self.member(a)?.0?, &literal),
                None => compare(*comparison, &literal(a)?, &self.member(b)?.0?),
            },
            Expr::In(value, items) => {
                let member = self.member(value)?.0?;
                let mut equal = items
                    .iter()
                    .filter_map(|item| compare(Comparison::Equal, &member, &literal(item)?));
                Some(equal.any(|equal| equal))
            }
            Expr::And(a, b) => match (self.holds(a), self.holds(b)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Expr::Or(a, b) => match (self.holds(a), self.holds(b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Expr::Not(inner) => self.holds(inner).map(|held| !held),
            Expr::IsNull(inner) => self.member(inner).map(|member| member.0.is_none()),
            Expr::Flag(flag) => Some(*flag),
            Expr::Column(column) if column.physical == crate::schema::Physical::Flag => {
                self.member(condition)?.0.map(|member| member == "true")
            }
            _ => None,
        }
    }
}

/// A literal as members are written.
fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Text(text) => Some(text.clone()),
        Expr::Number(number) => Some(number.to_string()),
        Expr::Flag(flag) => Some(flag.to_string()),
        Expr::Date(date) => Some(date.to_string()),
        _ => None,
    }
}

/// Numbers by their size, everything else as text.
fn compare(comparison: Comparison, a: &str, b: &str) -> Option<bool> {
    let numbers: (Option<f64>, Option<f64>) = (a.parse().ok(), b.parse().ok());
    let order = match numbers {
        (Some(a), Some(b)) => a.partial_cmp(&b)?,
        _ => a.cmp(b),
    };
    Some(match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterEqual => order.is_ge(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Type;
    use crate::expr::parse::expression;
    use crate::schema::facts::Fact;

    /// What is known of a target's condition for a group of queue, hour and peak, under a `--where`.
    fn holds(condition: &str, members: [Option<&str>; 3], asked: &str) -> Option<bool> {
        let calls = Fact::by_name("call_facts").unwrap();
        let parse = |text: &str| expression(text, calls, Type::Flag).unwrap();
        let asked = (!asked.is_empty()).then(|| parse(asked));
        let grouping = Grouping {
            grain: crate::calendar::Grain::All,
            by: ["queue", "hour", "peak"].map(str::to_owned).to_vec(),
        };
        let group = Group {
            period: String::new(),
            members: members.map(|member| member.map(str::to_owned)).to_vec(),
        };
        let known = Known {
            grouping: &grouping,
            group: &group,
            asked: asked.as_ref().map(Expr::conjuncts).unwrap_or_default(),
        };
        known.holds(&parse(condition))
    }

    #[test]
    fn members_and_the_query_decide_whether_a_target_holds() {
        let group = [Some("投诉"), Some("9"), Some("true")];
        for (condition, asked, expect) in [
            ("queue = '投诉'", "", Some(true)),
            ("'查询' = queue", "", Some(false)),
            ("queue IN ('a', '投诉') AND peak", "", Some(true)),
            ("hour >= 9 AND hour < 18", "", Some(true)),
            ("hour > 10", "", Some(false)),
            ("hour <> 9 OR NOT peak", "", Some(false)),
            ("queue IS NOT NULL", "", Some(true)),
            ("line = '955'", "", None),
            ("line = '955'", "line = '955' AND wait_s > 3", Some(true)),
            ("line = '955'", "line IN ('955')", Some(true)),
            ("line = '955'", "line IN ('955', '956')", None),
            ("line <> '955'", "line = '956'", Some(true)),
            ("line IS NULL", "line IS NULL", Some(true)),
            ("answered", "answered", Some(true)),
            ("answered", "NOT answered", Some(false)),
            ("wait_s > 3", "wait_s > 3 AND answered", Some(true)),
            ("wait_s > 3", "wait_s > 4", None),
        ] {
            assert_eq!(
                holds(condition, group, asked),
                expect,
                "{condition} | {asked}"
            );
        }
        let empty = [None, Some("9"), None];
        assert_eq!(holds("queue = '投诉'", empty, ""), None);
        assert_eq!(holds("queue IS NULL", empty, ""), Some(true));
        assert_eq!(holds("peak", empty, ""), None);
    }
}
