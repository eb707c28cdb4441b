//! Where the header of a table is: below titles, in two rows, or nowhere because the file has none.

use regex::Regex;

use crate::schema::{TABLES, fold};
use crate::settings::{Settings, Source};

use super::patterns::compiled;
use super::plan::{self, NoPlan, Part, Plan, closest, most_shared, plans};
use super::value::clean;

/// How many of the first rows may hold titles and the header.
pub const ROWS_LOOKED_AT: usize = 60;

/// What the header cells of a summary table say, in the languages of spreadsheet programs.
const PIVOT: &[&str] = &[
    "row labels",
    "column labels",
    "行标签",
    "列标签",
    "sum of ",
    "count of ",
    "average of ",
    "求和项",
    "计数项",
    "平均值项",
    "zeilenbeschriftungen",
    "étiquettes de lignes",
    "etiquetas de fila",
    "etichette di riga",
    "satır etiketleri",
    "названия строк",
    "行ラベル",
];

/// A header and what it makes of the file.
#[derive(Debug)]
pub struct Found {
    /// Names of the columns, cleaned.
    pub header: Vec<String>,
    /// How many of the rows looked at lie before the first record.
    pub skip: usize,
    /// One plan per table the file feeds.
    pub plans: Vec<Plan>,
}

/// Columns of the widest spreadsheet. Names of columns are compared with those of every table, so that more would take
/// minutes to be told that they are nonsense.
const MOST_COLUMNS: usize = 16_384;

/// Finds the header among the first rows of a file, or of a part of it.
///
/// # Errors
/// When no row, no two rows together and no source without a header fit; the message is about the row that
/// comes closest.
pub fn find(rows: &[Vec<String>], settings: &Settings, part: Part<'_>) -> Result<Found, NoPlan> {
    if let Some(most) = rows
        .iter()
        .map(Vec::len)
        .max()
        .filter(|most| *most > MOST_COLUMNS)
    {
        return Err(NoPlan {
            message: format!(
                "has rows of {most} columns, more than the {MOST_COLUMNS} of the widest spreadsheet"
            ),
            hint: "export the columns that are needed, one row per record".to_owned(),
            shared: 0,
            mapping: false,
        });
    }
    let mut closest: Option<NoPlan> = None;
    for at in 0..rows.len().min(ROWS_LOOKED_AT) {
        for (header, skip) in readings(rows, at) {
            match plans(&header, settings, part) {
                Ok(plans) => {
                    let skip = skip + repeated(rows.get(skip), &plans, settings);
                    return Ok(Found {
                        header,
                        skip,
                        plans,
                    });
                }
                Err(no) if no.mapping => return Err(no),
                Err(no) if header.iter().filter(|name| !name.is_empty()).count() > 1 => {
                    let nearer = closest
                        .as_ref()
                        .is_none_or(|known| no.shared > known.shared);
                    if nearer {
                        closest = Some(no);
                    }
                }
                Err(_) => {}
            }
        }
    }
    if let Some(found) = without_header(rows, settings, part)? {
        return Ok(found);
    }
    if let Some(mark) = pivot(rows) {
        return Err(NoPlan {
            message: format!(
                "is a summary (pivot) table, not an export of records: it says `{mark}`"
            ),
            hint: "export the list of calls, chats or tickets that the summary was made from"
                .to_owned(),
            shared: 0,
            mapping: false,
        });
    }
    Err(closest.unwrap_or_else(|| {
        let first = rows.first().map(|row| row.join(" | ")).unwrap_or_default();
        let begins: String = first.chars().take(80).collect();
        NoPlan {
            message: format!("no row of it is a header; it begins `{begins}`"),
            hint: "CSV, XLSX, JSON or Parquet with named columns is needed".to_owned(),
            shared: 0,
            mapping: false,
        }
    }))
}

/// The header that a row may be: alone, or with the row below where a group heading spans columns. The one
/// that names more columns comes first.
fn readings(rows: &[Vec<String>], at: usize) -> Vec<(Vec<String>, usize)> {
    let Some(row) = rows.get(at) else {
        return Vec::new();
    };
    let alone: Vec<String> = row.iter().map(|cell| name(cell)).collect();
    let Some(below) = rows.get(at + 1) else {
        return vec![(alone, at + 1)];
    };
    let two = merged(&alone, below);
    let (one, both) = (most_shared(&alone), most_shared(&two));
    if both > one {
        vec![(two, at + 2), (alone, at + 1)]
    } else {
        vec![(alone, at + 1)]
    }
}

/// Two header rows as one: the lower name, or the upper where there is none; where a group heading and a
/// name make a known column together, their compound.
fn merged(upper: &[String], lower: &[String]) -> Vec<String> {
    let mut group = String::new();
    (0..upper.len().max(lower.len()))
        .map(|at| {
            let above = upper.get(at).map_or("", String::as_str);
            let under = lower.get(at).map(|cell| name(cell)).unwrap_or_default();
            if !above.is_empty() {
                above.clone_into(&mut group);
            }
            if under.is_empty() {
                return above.to_owned();
            }
            let known = |name: &str| {
                let folded = fold(name);
                TABLES
                    .iter()
                    .any(|table| table.answering(&folded).is_some())
            };
            [
                under.clone(),
                format!("{group}{under}"),
                format!("{under}{group}"),
            ]
            .into_iter()
            .find(|name| known(name))
            .unwrap_or(under)
        })
        .collect()
}

/// A header cell as a name: without the star of required columns, a colon, or a formula around it.
pub(super) fn name(cell: &str) -> String {
    clean(cell)
        .trim_matches(['*', '＊', ':', '：'])
        .trim()
        .to_owned()
}

/// 1 when the row below the header is the header again in other words, as where Chinese titles stand above
/// field names; else 0.
fn repeated(below: Option<&Vec<String>>, plans: &[Plan], settings: &Settings) -> usize {
    let (Some(below), Some(first)) = (below, plans.first()) else {
        return 0;
    };
    let header: Vec<String> = below.iter().map(|cell| name(cell)).collect();
    let again = closest(&header, settings)
        .is_some_and(|plan| plan.table.name == first.table.name && plan.filled() >= 3);
    usize::from(again)
}

/// A source that names the columns itself and whose signature the first rows bear.
fn without_header(
    rows: &[Vec<String>],
    settings: &Settings,
    part: Part<'_>,
) -> Result<Option<Found>, NoPlan> {
    let profiles = settings
        .profiles
        .iter()
        .flat_map(|profile| &profile.sources);
    for (name, source) in settings.sources.iter().chain(profiles) {
        let chosen = settings
            .only_source
            .as_ref()
            .is_none_or(|only| only == name);
        let here = chosen && part.is_read_by(source);
        if source.header.is_empty() || !here || !bears(rows, source) {
            continue;
        }
        let plans = plan::of_source(name, source, &source.header, settings)?;
        return Ok(Some(Found {
            header: source.header.clone(),
            skip: 0,
            plans: vec![plans],
        }));
    }
    Ok(None)
}

/// Whether most of the first rows have the source's columns and match its signature.
fn bears(rows: &[Vec<String>], source: &Source) -> bool {
    let patterns: Vec<(usize, Regex)> = source
        .signature
        .iter()
        .filter_map(|(column, pattern)| {
            let at = source.header.iter().position(|name| name == column)?;
            Some((at, compiled(pattern).ok()?))
        })
        .collect();
    if patterns.is_empty() || rows.is_empty() {
        return false;
    }
    let matching = rows
        .iter()
        .filter(|row| {
            patterns.iter().all(|(at, pattern)| {
                row.get(*at)
                    .is_some_and(|cell| pattern.is_match(clean(cell)))
            })
        })
        .count();
    matching * 10 >= rows.len() * 8
}

/// What betrays a summary table.
pub(super) fn pivot(rows: &[Vec<String>]) -> Option<&str> {
    rows.iter().flatten().map(|cell| clean(cell)).find(|cell| {
        let lower = cell.to_lowercase();
        PIVOT.iter().any(|mark| lower.starts_with(mark))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines()
            .map(|line| line.split(',').map(str::to_owned).collect())
            .collect()
    }

    fn check(text: &str) -> Result<(usize, usize), String> {
        let settings = Settings::builtin().unwrap();
        find(&rows(text), &settings, Part::Whole)
            .map(|found| (found.skip, found.plans[0].filled()))
            .map_err(|no| no.message)
    }

    #[test]
    fn a_header_may_lie_below_titles() {
        let text = "客服中心通话明细,,,\n统计周期：3月,,,\n,,,\n通话编号,呼叫时间,技能组,工号\nc1,2026-03-02,查询,A1";
        assert_eq!(check(text), Ok((4, 4)));
    }

    #[test]
    fn two_header_rows_are_read_together() {
        let text = "通话编号,时间,,时长,,技能组\n,呼叫时间,挂机时间,排队,通话,\nc1,2026-03-02,2026-03-02,1,2,x";
        assert_eq!(check(text), Ok((2, 6)));
    }

    #[test]
    fn field_names_below_the_titles_are_no_row() {
        let text = "通话编号,呼叫时间,技能组\ncall_id,started_at,queue\nc1,2026-03-02,x";
        assert_eq!(check(text), Ok((2, 3)));
    }

    #[test]
    fn a_row_wider_than_any_spreadsheet_is_no_header() {
        let wide = format!("call_id,started_at{}", ",x".repeat(MOST_COLUMNS));
        let said = check(&wide).unwrap_err();
        assert!(said.contains("has rows of 16386 columns"), "{said}");
    }

    #[test]
    fn a_summary_table_is_called_one() {
        let error = check("Calls by Sentiment,,\n,,\nRow Labels,Count of id,\nNegative,11063,")
            .unwrap_err();
        assert!(error.contains("pivot"), "{error}");
        let error = check("行标签,计数项:通话编号\n查询,30").unwrap_err();
        assert!(error.contains("行标签"), "{error}");
    }

    #[test]
    fn the_closest_row_is_what_the_message_is_about() {
        let error = check("报表,\n技能组,工号,通话时长\nx,y,1").unwrap_err();
        assert!(
            error.contains("calls") && error.contains("call_id"),
            "{error}"
        );
    }
}
