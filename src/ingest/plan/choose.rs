//! Which sources read a file, and which table its header names when none does.

use std::collections::BTreeSet;

use crate::schema::{TABLES, Table};
use crate::settings::source::Rule;
use crate::settings::{Settings, Source};

use super::mapped::{dropped, mapped};
use super::names::{Header, doubled, unused};
use super::{AUTO, Cell, NoPlan, Origin, Part, Plan, missing};

type Named<'s> = (&'s String, &'s Source);

/// Makes the plans for a table with this header: one for every source of the settings that recognises it,
/// else those of the built-in profile that fits best, else one for the table its header names best.
///
/// # Errors
/// When no table fits, two fit equally well, or a mapping names a column that does not exist.
pub fn plans(header: &[String], settings: &Settings, part: Part<'_>) -> Result<Vec<Plan>, NoPlan> {
    let header = Header::new(header);
    if let Some(name) = &settings.only_source {
        return asked(name, &header, settings, part).map(|plan| vec![plan]);
    }
    let mut sources = recognised(&header, settings, part);
    if sources.is_empty() {
        sources = profile(&header, settings, part);
    }
    if sources.is_empty() {
        return automatic(&header, settings)
            .map(|plan| vec![plan])
            .map_err(|no| elsewhere(&header, settings).unwrap_or(no));
    }
    sources
        .into_iter()
        .map(|(name, source)| mapped(name, source, &header, settings))
        .collect()
}

/// The plan of the one source that was asked for.
fn asked(
    name: &str,
    header: &Header<'_>,
    settings: &Settings,
    part: Part<'_>,
) -> Result<Plan, NoPlan> {
    let no = |message: String, hint: &str| NoPlan {
        message,
        hint: hint.to_owned(),
        shared: 0,
        mapping: true,
    };
    let source = settings.source(name).ok_or_else(|| {
        no(
            format!("there is no source `{name}`"),
            "`kefu check --help` says where the names are listed",
        )
    })?;
    // Whoever names a source for a file without sheets means that file.
    let sheetless = source.rows.is_none() && part == Part::Whole;
    if sheetless || part.is_read_by(source) {
        return mapped(name, source, header, settings);
    }
    Err(no(
        format!("[source.{name}] reads {}", place(source)),
        "correct the mapping, or leave --source out",
    ))
}

/// The sources of the settings that read the table. Of those that make the same table, the ones that state
/// this sheet go before the ones that read every sheet.
fn recognised<'s>(header: &Header<'_>, settings: &'s Settings, part: Part<'_>) -> Vec<Named<'s>> {
    let mut sources: Vec<Named<'s>> = settings
        .sources
        .iter()
        .filter(|(_, source)| part.is_read_by(source) && recognises(source, header))
        .collect();
    let stated: BTreeSet<&str> = sources
        .iter()
        .filter(|(_, source)| source.sheet.is_some())
        .map(|(_, source)| source.table.as_str())
        .collect();
    sources.retain(|(_, source)| source.sheet.is_some() || !stated.contains(source.table.as_str()));
    sources
}

/// Whether the header is one of a source's. One that names the columns itself is for files without a header.
fn recognises(source: &Source, header: &Header<'_>) -> bool {
    source.header.is_empty()
        && source
            .required_headers()
            .iter()
            .all(|wanted| header.position(wanted).is_some())
}

/// Where a source finds its rows, for people.
fn place(source: &Source) -> String {
    match (&source.rows, &source.sheet) {
        (Some(rows), _) => format!("only the array `{rows}` of JSON records"),
        (None, Some(sheet)) => format!("only the sheet `{sheet}`"),
        (None, None) => "no array within JSON records: it states no `rows`".to_owned(),
    }
}

/// A source of the settings that has the header, but reads another part of such files.
fn elsewhere(header: &Header<'_>, settings: &Settings) -> Option<NoPlan> {
    let (name, source) = settings
        .sources
        .iter()
        .find(|(_, source)| recognises(source, header))?;
    Some(NoPlan {
        message: format!(
            "has the columns of [source.{name}], which reads {}",
            place(source)
        ),
        hint: "correct `sheet` or `rows` in kefu.toml, or leave this part out".to_owned(),
        shared: header.given.len(),
        mapping: true,
    })
}

/// The sources of the built-in profile that asks for the most headers, one per table.
fn profile<'s>(header: &Header<'_>, settings: &'s Settings, part: Part<'_>) -> Vec<Named<'s>> {
    let fitting = |source: &Source| {
        (part.is_read_by(source) && recognises(source, header)).then_some(source.recognise.len())
    };
    let best = settings
        .profiles
        .iter()
        .filter_map(|profile| {
            let most = profile.sources.values().filter_map(fitting).max()?;
            Some((most, profile))
        })
        .max_by_key(|(most, _)| *most);
    let Some((_, profile)) = best else {
        return Vec::new();
    };
    let mut chosen: Vec<Named<'s>> = Vec::new();
    for (name, source) in &profile.sources {
        let Some(asked) = fitting(source) else {
            continue;
        };
        match chosen
            .iter_mut()
            .find(|(_, known)| known.table == source.table)
        {
            Some(known) if known.1.recognise.len() < asked => *known = (name, source),
            Some(_) => {}
            None => chosen.push((name, source)),
        }
    }
    chosen
}

fn automatic(header: &Header<'_>, settings: &Settings) -> Result<Plan, NoPlan> {
    let mut ranked: Vec<Fit> = fits(header)
        .filter(Fit::is_complete)
        // Two common column names are no proof: `ticket_id, created_at` beside strangers is some other table.
        .filter(|fit| fit.shared() >= 3 || fit.shared() == header.given.len())
        .collect();
    ranked.sort_by_key(|fit| std::cmp::Reverse(fit.shared()));
    let mut ranked = ranked.into_iter();
    match (ranked.next(), ranked.next()) {
        (None, _) => Err(unrecognised(header, settings)),
        (Some(best), Some(next)) if best.shared() == next.shared() => Err(NoPlan {
            message: format!(
                "the header fits {} and {} equally well",
                best.table.name, next.table.name
            ),
            hint: "say which in a [source.NAME] mapping of kefu.toml".to_owned(),
            shared: best.shared(),
            mapping: false,
        }),
        (Some(best), _) => Ok(best.plan(header, settings)),
    }
}

/// The table whose column names the header shares most, with a plan that may miss required columns.
#[must_use]
pub fn closest(header: &[String], settings: &Settings) -> Option<Plan> {
    let header = Header::new(header);
    nearest(&header).map(|fit| fit.plan(&header, settings))
}

/// How many columns of the [`closest`] table the header names; 0 when it names no more than one of any.
#[must_use]
pub fn most_shared(header: &[String]) -> usize {
    nearest(&Header::new(header)).map_or(0, |fit| fit.shared())
}

fn nearest(header: &Header<'_>) -> Option<Fit> {
    fits(header)
        .max_by_key(Fit::shared)
        .filter(|fit| fit.shared() > 1)
}

/// What a header names of a table.
struct Fit {
    table: &'static Table,
    /// The field of every column.
    fields: Vec<Option<usize>>,
}

fn fits(header: &Header<'_>) -> impl Iterator<Item = Fit> {
    TABLES.iter().map(|table| Fit {
        table,
        fields: header.answering(table),
    })
}

impl Fit {
    fn shared(&self) -> usize {
        self.fields.iter().flatten().count()
    }

    /// Whether no required column is missing.
    fn is_complete(&self) -> bool {
        let mut columns = self.table.columns.iter().zip(&self.fields);
        columns.all(|(column, field)| field.is_some() || !column.required)
    }

    fn plan(self, header: &Header<'_>, settings: &Settings) -> Plan {
        let columns = self.table.columns.iter().zip(self.fields);
        let cells: Vec<Option<Cell>> = columns
            .map(|(column, field)| {
                let field = field?;
                let name = header.given.get(field).cloned().unwrap_or_default();
                let origin = Origin::Field(field);
                Some(Cell::new(column, origin, name, Rule::default()))
            })
            .collect();
        Plan {
            table: self.table,
            source: AUTO.to_owned(),
            fold: None,
            zone: settings.centre.zone,
            unused: unused(header.given, &cells),
            doubled: doubled(header, &cells),
            cells,
            exclude: Vec::new(),
            absent: Vec::new(),
            stated: Vec::new(),
            dropped: dropped(self.table, settings),
        }
    }
}

/// The closest table and what it misses, so that the message says how far off the header is.
fn unrecognised(header: &Header<'_>, settings: &Settings) -> NoPlan {
    let closest = closest(header.given, settings);
    let shown: Vec<_> = header
        .given
        .iter()
        .filter(|name| !name.is_empty())
        .take(8)
        .map(String::as_str)
        .collect();
    let begins = shown.join(" | ");
    let message = match &closest {
        Some(plan) if missing(plan).is_empty() => format!(
            "shares only {} column names with {}, too few to be sure; its header begins {begins}",
            plan.filled(),
            plan.table.name,
        ),
        Some(plan) => format!(
            "looks most like {}, but has no column for {}; its header begins {begins}",
            plan.table.name,
            missing(plan).join(", "),
        ),
        None => format!("no table has such columns; its header begins {begins}"),
    };
    NoPlan {
        message,
        hint: "`kefu check FILE` proposes a [source.NAME] section for kefu.toml; or leave the file out"
            .to_owned(),
        shared: closest.map_or(0, |plan| plan.filled()),
        mapping: false,
    }
}
