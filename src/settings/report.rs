//! `[report]` and `[mail]`: which reports are written in which formats, and to whom the mail edition goes.

use serde::{Deserialize, Serialize};

/// A report, as it is asked for.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum EditionName {
    /// 客服质量日报, for the manager
    Nightly,
    /// 培训复发问题报告, for the trainer
    Trainer,
}

impl EditionName {
    /// Every edition.
    pub const ALL: [Self; 2] = [Self::Nightly, Self::Trainer];
}

/// A format of a report.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One page for browsers, on and off line
    Html,
    /// The figures for programs
    Json,
    /// A workbook with real numbers and native charts
    Xlsx,
    /// Text with tables
    Md,
    /// A mail with tables and pictures
    Eml,
    /// Every figure as a picture
    Png,
    /// Every figure as a drawing
    Svg,
}

/// What a run writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Report {
    /// The reports.
    pub editions: Vec<EditionName>,
    /// Their formats.
    pub formats: Vec<Format>,
}

impl Default for Report {
    /// Both reports as pages, workbooks and for programs: what is cheap to write, and what people open first.
    fn default() -> Self {
        Self {
            editions: EditionName::ALL.to_vec(),
            formats: vec![Format::Html, Format::Json, Format::Xlsx],
        }
    }
}

/// Sender and recipients of the mail edition; kefu writes the message and sends nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// `a@b` or `Name <a@b>`; empty: a place-holder.
    pub from: String,
    /// Recipients; without any the message opens as a draft.
    pub to: Vec<String>,
}

/// What is wrong with an address, if anything: it must not end its header or hold a second address.
#[must_use]
pub fn address_fault(text: &str) -> Option<&'static str> {
    let inner = match text.split_once('<') {
        Some((_, rest)) => match rest.strip_suffix('>') {
            Some(inner) => inner,
            None => return Some("the `<` is not closed"),
        },
        None => text,
    };
    let Some((name, host)) = inner.split_once('@') else {
        return Some("it has no @");
    };
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || "._-+=".contains(c))
    };
    if text.chars().any(char::is_control) {
        Some("it holds a line break or another control character")
    } else if !plain(name) || !plain(host) {
        Some("it is not of the form name@host")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_addresses() {
        for good in [
            "a@b.c",
            "质检 <qa@example.com>",
            "qa.team+x@mail.example.com",
        ] {
            assert_eq!(address_fault(good), None, "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "@b",
            "a@b, c@d",
            "x <a@b",
            "a@b\nBcc: c@d",
            "x <a b@c>",
        ] {
            assert!(address_fault(bad).is_some(), "{bad}");
        }
    }
}
