//! Which target holds for a group of an answer.

use super::catalogue::Catalogue;
use super::expr::{self, Expr};
use super::figure::Bound;
use super::pass::{Group, Grouping};

/// The bound for a group: a target whose condition the group's members fulfil, else the unconditional one.
pub(super) fn bound(
    catalogue: &Catalogue,
    kpi: usize,
    grouping: &Grouping,
    group: &Group,
) -> Option<Bound> {
    let own = catalogue.targets.iter().filter(|target| target.kpi == kpi);
    own.clone()
        .find(|target| {
            target
                .condition
                .as_ref()
                .is_some_and(|condition| holds(condition, grouping, group) == Some(true))
        })
        .or_else(|| own.clone().find(|target| target.condition.is_none()))
        .map(|target| target.bound)
}

/// Whether a condition holds for every row of a group, as far as its members tell; `None` when they do not.
fn holds(condition: &Expr, grouping: &Grouping, group: &Group) -> Option<bool> {
    let member = |column: &Expr| match column {
        Expr::Column(column) => {
            let at = grouping.by.iter().position(|name| name == column.name)?;
            group.members.get(at)?.clone()
        }
        _ => None,
    };
    let literal = |expr: &Expr| match expr {
        Expr::Text(text) => Some(text.clone()),
        Expr::Number(number) => Some(number.to_string()),
        Expr::Flag(flag) => Some(flag.to_string()),
        _ => None,
    };
    match condition {
        Expr::Compare(expr::Comparison::Equal, a, b) => Some(member(a)? == literal(b)?),
        Expr::Compare(expr::Comparison::NotEqual, a, b) => Some(member(a)? != literal(b)?),
        Expr::In(value, items) => {
            let member = member(value)?;
            Some(
                items
                    .iter()
                    .any(|item| literal(item).as_ref() == Some(&member)),
            )
        }
        Expr::And(a, b) => match (holds(a, grouping, group), holds(b, grouping, group)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Expr::Or(a, b) => match (holds(a, grouping, group), holds(b, grouping, group)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Expr::Not(inner) => holds(inner, grouping, group).map(|held| !held),
        Expr::Column(column) if column.physical == crate::schema::Physical::Flag => {
            member(condition).map(|member| member == "true")
        }
        _ => None,
    }
}
