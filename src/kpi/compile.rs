//! Entries of the settings → the catalogue, with the place of whatever makes no sense.

use crate::error::{COLUMNS, Error};
use crate::schema::facts::{FACTS, Fact};
use crate::settings::catalogue::Of;
use crate::settings::document::{Document, Step};
use crate::settings::{KpiEntry, KpiKind, Settings, TargetEntry, suggestion};

use super::catalogue::{Catalogue, Formula, Kpi, Target};
use crate::expr::parse::{self, Fault};
use crate::expr::{Expr, Type};

/// What is wrong with a key of an entry.
pub(super) struct Wrong {
    entry: Entry,
    key: &'static str,
    fault: Fault,
    /// The text of the key, when the fault is within it.
    text: String,
}

/// Which entry.
enum Entry {
    Kpi(String),
    Target(String, Option<String>),
}

impl Wrong {
    /// The error, with line and column when the entry stands in this file.
    pub(super) fn error(self, file: Option<&Document>) -> Error {
        let (section, name) = match &self.entry {
            Entry::Kpi(id) => ("kpi", id),
            Entry::Target(kpi, _) => ("target", kpi),
        };
        let place = format!("`{}` of [[{section}]] `{name}`", self.key);
        let position = file.and_then(|file| {
            let at = match &self.entry {
                Entry::Kpi(id) => file.kpi(id),
                Entry::Target(kpi, condition) => file.target(kpi, condition.as_deref()),
            };
            at.map(|at| (file, at))
        });
        let Fault { message, hint, at } = self.fault;
        let Some((file, entry)) = position else {
            return Fault { message, hint, at }.located(place, &self.text);
        };
        let path = [Step::Key(section), Step::At(entry), Step::Key(self.key)];
        let message = format!("{place}: {message}");
        if file.line_of(&path).is_none() {
            // The key is missing: the entry itself is the place.
            let id = if section == "kpi" { "id" } else { "kpi" };
            let path = [Step::Key(section), Step::At(entry), Step::Key(id)];
            return file.value_error(&path, message, hint);
        }
        let hint = match at {
            Some(_) if hint.is_empty() => COLUMNS.to_owned(),
            _ => hint,
        };
        file.text_error(&path, at, &message, hint)
    }
}

type Checked<T> = Result<T, Box<Wrong>>;

/// Compiles every entry.
pub(super) fn catalogue(settings: &Settings) -> Checked<Catalogue> {
    let kpis = settings
        .kpis
        .iter()
        .map(|entry| kpi(entry, &settings.kpis))
        .collect::<Checked<Vec<_>>>()?;
    let targets = settings
        .targets
        .iter()
        .map(|entry| target(entry, &kpis))
        .collect::<Checked<_>>()?;
    Ok(Catalogue { kpis, targets })
}

fn about(message: impl Into<String>, hint: impl Into<String>) -> Fault {
    Fault {
        message: message.into(),
        hint: hint.into(),
        at: None,
    }
}

fn kpi(entry: &KpiEntry, all: &[KpiEntry]) -> Checked<Kpi> {
    let wrong = |key: &'static str, fault: Fault| {
        Box::new(Wrong {
            entry: Entry::Kpi(entry.id.clone()),
            key,
            fault,
            text: String::new(),
        })
    };
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    if entry.id.is_empty() || !entry.id.chars().all(is_name) {
        let hint = "an id has letters, digits and _ only, so that --kpi can name it";
        return Err(wrong("id", about("is not an id", hint)));
    }
    useless(entry).map_err(|(key, fault)| wrong(key, fault))?;
    let fact = fact_of(entry).map_err(|fault| wrong("fact", fault))?;
    if entry.period != "date" {
        let message = format!("`{}` is not known", entry.period);
        return Err(wrong(
            "period",
            about(message, "write \"date\", or leave it out"),
        ));
    }
    let parse = |key: &'static str, text: Option<&String>, kind: Type| match (text, fact) {
        (Some(text), Some(fact)) => {
            parse::expression(text, fact, kind)
                .map(Some)
                .map_err(|fault| {
                    let mut wrong = wrong(key, fault);
                    wrong.text.clone_from(text);
                    wrong
                })
        }
        _ => Ok(None),
    };
    let condition = parse("where", entry.condition.as_ref(), Type::Flag)?;
    let when = parse("when", entry.when.as_ref(), Type::Flag)?;
    let weight = parse("weight", entry.weight.as_ref(), Type::Number)?;
    let of = match &entry.of {
        Some(Of::Expression(text)) => parse("of", Some(text), Type::Number)?,
        _ => None,
    };
    let need = |key: &'static str, value: Option<Expr>| {
        let message = format!("is missing; the kind {} needs it", entry.kind.code());
        value.ok_or_else(|| wrong(key, about(message, "")))
    };
    // A flag can be summed and averaged; its largest value or its median says nothing.
    let number = |of: Expr| match of.kind() {
        Type::Flag => Err(wrong(
            "of",
            about(
                format!("is true or false, but {} needs a number", entry.kind.code()),
                "the kind rate gives the share of rows for which it is true",
            ),
        )),
        _ => Ok(of),
    };
    let formula = match entry.kind {
        KpiKind::Count => Formula::Count,
        KpiKind::Sum => Formula::Sum(need("of", of)?),
        KpiKind::Mean => Formula::Mean(need("of", of)?),
        KpiKind::Rate => Formula::Rate(need("when", when)?),
        KpiKind::Share => Formula::Share {
            of: need("of", of)?,
            weight: need("weight", weight)?,
        },
        KpiKind::Max => Formula::Max(number(need("of", of)?)?),
        KpiKind::Quantile => match entry.q {
            Some(q) if q > 0.0 && q < 1.0 => Formula::Quantile {
                of: number(need("of", of)?)?,
                q,
            },
            _ => {
                let hint = "the median is 0.5, the 90th percentile 0.9";
                return Err(wrong("q", about("needs a number between 0 and 1", hint)));
            }
        },
        KpiKind::Ratio => ratio(entry, all).map_err(|fault| wrong("of", fault))?,
    };
    Ok(Kpi {
        id: entry.id.clone(),
        name: entry.name.clone(),
        about: entry.about.clone(),
        fact,
        condition,
        formula,
        unit: entry.unit,
        better: entry.better,
        source: entry.source.clone(),
        kind: entry.kind,
        variant: entry.variant,
    })
}

/// The fact table; a ratio has none.
fn fact_of(entry: &KpiEntry) -> Result<Option<&'static Fact>, Fault> {
    let fact = Fact::by_name(&entry.fact);
    if fact.is_some() || entry.kind == KpiKind::Ratio {
        return Ok(fact);
    }
    let known: Vec<_> = FACTS.iter().map(|fact| fact.name).collect();
    let hint = suggestion(&entry.fact, &known, "the fact tables are");
    Err(if entry.fact.is_empty() {
        about("is missing", hint)
    } else {
        about(format!("`{}` is not a fact table", entry.fact), hint)
    })
}

/// Keys that say nothing for the kind of an entry: whoever wrote them expects them to count.
fn useless(entry: &KpiEntry) -> Result<(), (&'static str, Fault)> {
    use KpiKind::{Count, Max, Mean, Quantile, Rate, Ratio, Share, Sum};
    let kind = entry.kind;
    let ids = matches!(entry.of, Some(Of::Ids(_)));
    let given = [
        ("fact", !entry.fact.is_empty(), kind != Ratio),
        ("where", entry.condition.is_some(), kind != Ratio),
        ("when", entry.when.is_some(), kind == Rate),
        ("weight", entry.weight.is_some(), kind == Share),
        ("q", entry.q.is_some(), kind == Quantile),
        ("scale", entry.scale.is_some(), kind == Ratio),
        ("of", entry.of.is_some(), !matches!(kind, Count | Rate)),
    ];
    for (key, given, means) in given {
        if given && !means {
            let message = format!("means nothing for the kind {}", kind.code());
            let hint = match kind {
                Ratio => "a ratio has no rows of its own: `of` names two KPIs, which have",
                _ => "take it out, or choose another kind",
            };
            return Err((key, about(message, hint)));
        }
    }
    if ids && matches!(kind, Sum | Mean | Max | Quantile | Share) {
        let message = format!("names two KPIs, but the kind {} takes a value", kind.code());
        return Err(("of", about(message, "write it as an expression in quotes")));
    }
    Ok(())
}

fn ratio(entry: &KpiEntry, all: &[KpiEntry]) -> Result<Formula, Fault> {
    let Some(Of::Ids([numerator, denominator])) = &entry.of else {
        return Err(about(
            "needs the ids of two KPIs",
            "as of = [\"complaints\", \"contacts\"]",
        ));
    };
    let position = |id: &String| {
        let usable = |other: &&KpiEntry| other.kind != KpiKind::Ratio;
        match all.iter().position(|other| other.id == *id) {
            Some(at) if all[at].kind != KpiKind::Ratio => Ok(at),
            Some(_) => Err(about(
                format!("`{id}` is itself a ratio"),
                "a ratio is made of two KPIs that have rows",
            )),
            None => {
                let known: Vec<_> = all
                    .iter()
                    .filter(usable)
                    .map(|other| other.id.as_str())
                    .collect();
                let message = format!("there is no KPI `{id}`");
                Err(about(message, suggestion(id, &known, "the KPIs are")))
            }
        }
    };
    Ok(Formula::Ratio {
        numerator: position(numerator)?,
        denominator: position(denominator)?,
        scale: entry.scale.unwrap_or(1.0),
    })
}

fn target(entry: &TargetEntry, kpis: &[Kpi]) -> Checked<Target> {
    let wrong = |key: &'static str, fault: Fault| {
        Box::new(Wrong {
            entry: Entry::Target(entry.kpi.clone(), entry.condition.clone()),
            key,
            fault,
            text: entry.condition.clone().unwrap_or_default(),
        })
    };
    let known = kpis.iter().position(|kpi| kpi.id == entry.kpi);
    let kpi = known.ok_or_else(|| {
        let ids: Vec<_> = kpis.iter().map(|kpi| kpi.id.as_str()).collect();
        let hint = suggestion(&entry.kpi, &ids, "the KPIs are");
        wrong("kpi", about("there is no such KPI", hint))
    })?;
    let condition = match (&entry.condition, kpis[kpi].fact) {
        (Some(text), Some(fact)) => {
            Some(parse::expression(text, fact, Type::Flag).map_err(|fault| wrong("where", fault))?)
        }
        (Some(_), None) => {
            let message = "a ratio has no rows to put a condition on";
            return Err(wrong("where", about(message, "take it out")));
        }
        (None, _) => None,
    };
    Ok(Target {
        kpi,
        bound: entry.bound,
        condition,
        source: entry.source.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Loaded;

    const HEAD: &str = "[[kpi]]\nid = \"x\"\nname = { en = \"x\", zh = \"x\" }\nabout = { en = \"x\", zh = \"x\" }\nunit = \"count\"\nbetter = \"neither\"\nsource = \"test\"\n";

    fn said(extra: &str) -> (String, Option<String>) {
        let loaded = Loaded::parse("kefu.toml", &format!("{HEAD}{extra}")).unwrap();
        let error = Catalogue::load(&loaded).unwrap_err();
        // Without a file the same is said, without the place.
        let plain = Catalogue::compile(&loaded.settings).unwrap_err();
        assert!(plain.hint().is_some(), "{plain}");
        (error.to_string(), error.hint())
    }

    #[test]
    fn entries_that_make_no_sense_name_key_and_place() {
        for (extra, expect) in [
            (
                "fact = \"call_fact\"\nkind = \"count\"",
                "kefu.toml:8:8: `fact` of [[kpi]] `x`: `call_fact` is not a fact table",
            ),
            (
                "fact = \"call_facts\"\nkind = \"rate\"",
                "kefu.toml:2:6: `when` of [[kpi]] `x`: is missing; the kind rate needs it",
            ),
            (
                "fact = \"call_facts\"\nkind = \"sum\"\nof = \"queue\"",
                "kefu.toml:10:7: `of` of [[kpi]] `x`: `queue` is text, but a number is needed\n   |\n10 | of = \"queue\"\n   |       ^",
            ),
            (
                "fact = \"call_facts\"\nkind = \"mean\"\nof = \"wait_s + answered / offered\"",
                "kefu.toml:10:16: `of` of [[kpi]] `x`: `answered` is true or false, but a number is needed\n   |\n10 | of = \"wait_s + answered / offered\"\n   |                ^",
            ),
            (
                "fact = \"call_facts\"\nkind = \"quantile\"\nof = \"wait_s\"\nq = 90",
                "kefu.toml:11:5: `q` of [[kpi]] `x`: needs a number between 0 and 1",
            ),
            (
                "fact = \"call_facts\"\nkind = \"max\"\nof = \"answered\"",
                "kefu.toml:10:6: `of` of [[kpi]] `x`: is true or false, but max needs a number",
            ),
            (
                "kind = \"ratio\"\nof = [\"offered\", \"complaint\"]",
                "kefu.toml:9:6: `of` of [[kpi]] `x`: there is no KPI `complaint`",
            ),
            (
                "kind = \"ratio\"\nof = [\"offered\", \"complaint_rate\"]",
                "kefu.toml:9:6: `of` of [[kpi]] `x`: `complaint_rate` is itself a ratio",
            ),
            (
                "fact = \"call_facts\"\nkind = \"count\"\nwhen = \"answered\"",
                "kefu.toml:10:8: `when` of [[kpi]] `x`: means nothing for the kind count",
            ),
            (
                "fact = \"call_facts\"\nkind = \"count\"\nwhere = '''\noffered\n  AND queue > 3'''",
                "kefu.toml:12:7: `where` of [[kpi]] `x`: cannot compare text with a number\n   |\n12 |   AND queue > 3'''\n   |       ^",
            ),
            (
                // With an escape the place in the file is not that in the text.
                "fact = \"call_facts\"\nkind = \"count\"\nwhere = \"queue = '\\u67e5' AND wiat_s > 1\"",
                "kefu.toml:10:9: `where` of [[kpi]] `x`: call_facts has no column `wiat_s`\n  |\n1 | queue = '查' AND wiat_s > 1\n  |                  ^",
            ),
            (
                "fact = \"call_facts\"\nkind = \"count\"\n[[target]]\nkpi = \"x\"\nat_most = 1\nwhere = \"qeue = 'a'\"\nsource = \"test\"",
                "kefu.toml:13:10: `where` of [[target]] `x`: call_facts has no column `qeue`\n   |\n13 | where = \"qeue = 'a'\"\n   |          ^",
            ),
        ] {
            assert_eq!(said(extra).0, expect, "{extra}");
        }
        let (_, hint) = said("fact = \"call_facts\"\nkind = \"count\"\nwhere = \"wiat_s > 1\"");
        assert_eq!(hint.as_deref(), Some("did you mean `wait_s`?"));
    }
}
