//! The data-quality gate: whether the new files of a run have too many bad rows to be taken in.

use std::collections::BTreeMap;
use std::fmt;

use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::ingest::reason;
use crate::settings::document::Step;
use crate::settings::{Loaded, Quality, suggestion};

/// Reasons of rows that a rule leaves out, so they are neither read nor rejected: they are no records of the table,
/// or the part of a call that lies in another file of its log.
const BY_RULE: [&str; 5] = [
    "excluded",
    "total_row",
    "outside_table",
    "unfinished_call",
    "orphan_event",
];

/// Reasons that can have a limit of their own, for suggestions; [`reason::describe`] decides what is known.
const REASONS: [&str; 18] = [
    "field_count",
    "unterminated_quote",
    "invalid_encoding",
    "nul_byte",
    "blank_line",
    "too_long",
    "bad_json",
    "missing",
    "scientific_id",
    "bad_time",
    "skipped_time",
    "bad_duration",
    "negative_duration",
    "long_duration",
    "bad_number",
    "bad_flag",
    "score_scale",
    "order",
];

/// A batch with more bad rows than a limit allows.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The reason whose limit it is; `None` for the limit on all rejected rows.
    pub reason: Option<String>,
    /// The limit, a share of `read`.
    pub limit: f64,
    /// Rows rejected, for the reason or in all.
    pub rejected: u64,
    /// Rows read.
    pub read: u64,
    /// Examples, as "calls.csv: 12 rows, column 挂机时间: not a time (line 4: 2026-13-01)"; the caller adds them.
    pub examples: Vec<String>,
}

/// Judges the new files of a run together: `rejected` rows by reason code, of `read` rows in all.
///
/// Rows that a rule leaves out (`excluded`, `total_row` and the like) count neither as rejected nor as read. Up to
/// [`Quality::allowed_rows`] rows are allowed whatever their share. The limits of single reasons are looked at first,
/// because they say more.
///
/// # Errors
/// With the first limit that is passed.
pub fn judge(
    settings: &Quality,
    rejected: &BTreeMap<String, u64>,
    read: u64,
) -> std::result::Result<(), Refused> {
    let by_rule: u64 = BY_RULE.iter().filter_map(|rule| rejected.get(*rule)).sum();
    let read = read.saturating_sub(by_rule);
    let bad = || {
        rejected
            .iter()
            .filter(|(reason, _)| !BY_RULE.contains(&reason.as_str()))
    };
    let within =
        |rows: u64, limit: f64| rows <= settings.allowed_rows || rows as f64 <= limit * read as f64;
    for (reason, rows) in bad() {
        if let Some(limit) = settings.max_rejected_by_reason.get(reason)
            && !within(*rows, *limit)
        {
            return Err(Refused {
                reason: Some(reason.clone()),
                limit: *limit,
                rejected: *rows,
                read,
                examples: Vec::new(),
            });
        }
    }
    let all: u64 = bad().map(|(_, rows)| rows).sum();
    if within(all, settings.max_rejected) {
        return Ok(());
    }
    Err(Refused {
        reason: None,
        limit: settings.max_rejected,
        rejected: all,
        read,
        examples: Vec::new(),
    })
}

/// Makes sure that every reason with a limit of its own exists and can be limited. The settings cannot know: reasons
/// belong to `ingest`, which stands below them.
///
/// # Errors
/// With the place in the file and the nearest known reason.
pub fn check_reasons(loaded: &Loaded) -> Result<()> {
    let by_reason = &loaded.settings.quality.max_rejected_by_reason;
    for code in by_reason.keys() {
        let (message, hint) = if BY_RULE.contains(&code.as_str()) {
            (
                format!("rows with the reason `{code}` are left out by a rule and not limited"),
                "take the line out".to_owned(),
            )
        } else if reason::describe(code, Lang::En) == code {
            (
                format!("unknown reason `{code}` in [quality.max_rejected_by_reason]"),
                suggestion(code, &REASONS, "the reasons are"),
            )
        } else {
            continue;
        };
        let path = [
            Step::Key("quality"),
            Step::Key("max_rejected_by_reason"),
            Step::Key(code),
        ];
        return Err(match &loaded.file {
            Some(file) => file.key_error(&path, message, hint),
            None => Error::usage(message, hint),
        });
    }
    Ok(())
}

impl Refused {
    /// The same with examples of the rows at fault, one per file.
    #[must_use]
    pub fn with_examples(mut self, examples: impl IntoIterator<Item = String>) -> Self {
        self.examples.extend(examples);
        self
    }

    /// The key in `kefu.toml` whose limit was passed.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.reason {
            Some(reason) => format!("quality.max_rejected_by_reason.{reason}"),
            None => "quality.max_rejected".to_owned(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = if self.read == 0 {
            1.0
        } else {
            self.rejected as f64 / self.read as f64
        };
        write!(f, "{} of {} rows were rejected", self.rejected, self.read)?;
        if let Some(reason) = &self.reason {
            write!(f, " as `{reason}`: {}", reason::describe(reason, Lang::En))?;
        }
        write!(
            f,
            "; that is {}, and {} = {} allows {}",
            percent(share),
            self.key(),
            self.limit,
            percent(self.limit)
        )?;
        for example in &self.examples {
            write!(f, "\n  {example}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Gate {
            message: format!("nothing was stored: {refused}"),
            hint: format!(
                "`kefu check INPUT` lists the rows; correct the export or its mapping, or raise {} in kefu.toml",
                refused.key()
            ),
        }
    }
}

/// A share in per cent with as many digits as tell it from others: `4.6 %`, `0.05 %`.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let digits = if percent >= 1.0 || percent == 0.0 {
        1
    } else {
        3
    };
    let text = format!("{percent:.digits$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{} %", if text.is_empty() { "0" } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(list: &[(&str, u64)]) -> BTreeMap<String, u64> {
        list.iter()
            .map(|(reason, rows)| ((*reason).to_owned(), *rows))
            .collect()
    }

    fn strict(max_rejected: f64, by_reason: &[(&str, f64)]) -> Quality {
        Quality {
            max_rejected,
            allowed_rows: 0,
            max_rejected_by_reason: by_reason
                .iter()
                .map(|(reason, share)| ((*reason).to_owned(), *share))
                .collect(),
        }
    }

    #[track_caller]
    fn check(settings: &Quality, rejected: &[(&str, u64)], read: u64, expect: Option<&str>) {
        let said = judge(settings, &counts(rejected), read)
            .err()
            .map(|refused| refused.to_string());
        assert_eq!(said.as_deref(), expect);
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        let settings = strict(0.02, &[]);
        check(&settings, &[("bad_time", 2)], 100, None);
        check(
            &settings,
            &[("bad_time", 2), ("missing", 1)],
            100,
            Some(
                "3 of 100 rows were rejected; that is 3 %, and quality.max_rejected = 0.02 allows 2 %",
            ),
        );
        check(&settings, &[], 0, None);
        check(&strict(0.0, &[]), &[], 10, None);
    }

    #[test]
    fn rows_left_out_by_a_rule_are_neither_read_nor_rejected() {
        let settings = strict(0.02, &[]);
        let rules = [("excluded", 500), ("total_row", 1), ("outside_table", 9)];
        check(&settings, &rules, 510, None);
        check(
            &settings,
            &[("excluded", 900), ("bad_time", 3)],
            1000,
            Some(
                "3 of 100 rows were rejected; that is 3 %, and quality.max_rejected = 0.02 allows 2 %",
            ),
        );
    }

    #[test]
    fn a_reason_has_a_limit_of_its_own() {
        let settings = strict(0.5, &[("bad_time", 0.001)]);
        check(&settings, &[("missing", 100)], 1000, None);
        check(
            &settings,
            &[("bad_time", 2), ("missing", 900)],
            1000,
            Some(
                "2 of 1000 rows were rejected as `bad_time`: not a time, or an impossible date; \
                 that is 0.2 %, and quality.max_rejected_by_reason.bad_time = 0.001 allows 0.1 %",
            ),
        );
    }

    #[test]
    fn a_handful_of_rows_is_always_allowed() {
        let settings = Quality::default();
        check(&settings, &[("bad_time", 10)], 10, None);
        assert!(judge(&settings, &counts(&[("bad_time", 21)]), 21).is_err());
        // The sample of the repository.
        check(&settings, &[("bad_time", 12)], 26_084, None);
    }

    #[test]
    fn a_refusal_ends_with_four_and_shows_examples() {
        let refused = judge(&strict(0.0, &[]), &counts(&[("bad_time", 1)]), 3)
            .unwrap_err()
            .with_examples(["calls.csv: line 4".to_owned()]);
        let error = Error::from(refused);
        assert_eq!(error.exit_code(), 4);
        assert_eq!(
            error.to_string(),
            "nothing was stored: 1 of 3 rows were rejected; that is 33.3 %, and quality.max_rejected = 0 allows 0 %\n  calls.csv: line 4"
        );
        assert_eq!(
            error.hint().unwrap(),
            "`kefu check INPUT` lists the rows; correct the export or its mapping, or raise quality.max_rejected in kefu.toml"
        );
    }

    #[test]
    fn every_reason_that_is_suggested_is_one() {
        for code in REASONS {
            assert_ne!(reason::describe(code, Lang::En), code);
        }
        for (code, expect) in [
            (
                "bad_tiem",
                "kefu.toml:2:1: unknown reason `bad_tiem` in [quality.max_rejected_by_reason]; did you mean `bad_time`?",
            ),
            (
                "excluded",
                "kefu.toml:2:1: rows with the reason `excluded` are left out by a rule and not limited; take the line out",
            ),
        ] {
            let text = format!("[quality.max_rejected_by_reason]\n{code} = 0.1");
            let error = check_reasons(&Loaded::parse("kefu.toml", &text).unwrap()).unwrap_err();
            assert_eq!(
                format!("{error}; {}", error.hint().unwrap_or_default()),
                expect
            );
        }
    }
}
