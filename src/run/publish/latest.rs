//! `latest`: the reports of the newest day under names without a date, for bookmarks.
//!
//! They are copies, not links: shares of Windows machines and `file://` know no links. The folder follows what lies
//! beside it, so that it needs no memory of its own: a report of an older day that is written again changes nothing
//! in it, and what a newer day does not have does not stay behind from an older one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::report::Edition;

use super::{Published, Rendered, place};

/// Name of the folder, below the output folder.
pub const FOLDER: &str = "latest";

/// A report's file, told by its name.
struct Dated {
    edition: Edition,
    date: NaiveDate,
    /// `_zh.html`
    rest: String,
}

impl Dated {
    fn parse(name: &str) -> Option<Self> {
        let edition = edition_of(name)?;
        let rest = name.strip_prefix(edition.code())?.strip_prefix('_')?;
        let (date, rest) = rest.split_at_checked(10)?;
        let (lang, extension) = rest.strip_prefix('_')?.split_once('.')?;
        let known = Lang::ALL.iter().any(|known| known.code() == lang);
        let plain = extension.chars().all(|c| c.is_ascii_alphanumeric());
        (known && plain).then_some(Self {
            edition,
            date: date.parse().ok()?,
            rest: rest.to_owned(),
        })
    }

    /// The name without its date.
    fn undated(&self) -> String {
        format!("{}{}", self.edition.code(), self.rest)
    }
}

fn edition_of(name: &str) -> Option<Edition> {
    Edition::ALL
        .into_iter()
        .find(|edition| name.starts_with(edition.code()))
}

/// The copies of the reports of `date`, for the editions whose newest day it is.
pub(super) fn files(out: &Path, editions: &[Edition], date: NaiveDate) -> Result<Vec<Rendered>> {
    let names = listed(out)?;
    let found: Vec<(&String, Dated)> = names
        .iter()
        .filter_map(|name| Some((name, Dated::parse(name)?)))
        .collect();
    let newest = |edition: Edition| {
        let of = found.iter().filter(|(_, file)| file.edition == edition);
        of.map(|(_, file)| file.date).max()
    };
    let shown: Vec<&(&String, Dated)> = found
        .iter()
        .filter(|(_, file)| {
            editions.contains(&file.edition)
                && file.date == date
                && newest(file.edition) == Some(date)
        })
        .collect();
    shown
        .iter()
        .map(|(name, file)| {
            let path = out.join(name);
            let bytes = std::fs::read(&path).map_err(|error| Error::io("read", &path, error))?;
            let bytes = if file.rest.ends_with("html") {
                relinked(&bytes, date)
            } else {
                bytes
            };
            Ok((PathBuf::from(FOLDER).join(file.undated()), bytes.into()))
        })
        .collect()
}

/// A page whose links to pages of its day lead to those beside it in the folder.
fn relinked(page: &[u8], date: NaiveDate) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(page).into_owned();
    for edition in Edition::ALL {
        for lang in Lang::ALL {
            let (edition, lang) = (edition.code(), lang.code());
            let dated = format!("href=\"{edition}_{date}_{lang}.html");
            text = text.replace(&dated, &format!("href=\"{edition}_{lang}.html"));
        }
    }
    text.into_bytes()
}

/// Puts the copies into the folder and takes out what an older day left there of the same editions.
pub(super) fn publish(
    out: &Path,
    editions: &[Edition],
    files: Vec<Rendered>,
) -> Result<Vec<Published>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let fresh: BTreeSet<PathBuf> = files.iter().map(|(path, _)| out.join(path)).collect();
    let published = place::put(out, files)?;
    let folder = out.join(FOLDER);
    for name in listed(&folder)? {
        let path = folder.join(&name);
        let ours = edition_of(&name).is_some_and(|edition| editions.contains(&edition));
        // An edition that is not the newest day's has no copies in `fresh`: its folder stays as it is.
        let renewed = fresh
            .iter()
            .filter_map(|path| path.file_name()?.to_str())
            .any(|known| edition_of(known) == edition_of(&name));
        if ours && renewed && !fresh.contains(&path) {
            std::fs::remove_file(&path).map_err(|error| Error::io("delete", &path, error))?;
        }
    }
    Ok(published)
}

/// Names of the files in a folder, sorted.
fn listed(folder: &Path) -> Result<Vec<String>> {
    let failed = |error| Error::io("list", folder, error);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.path().is_file()
            && let Ok(name) = entry.file_name().into_string()
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Writes reports of a day and brings the folder up to date, as a run does.
    fn night(out: &Path, date: &str, names: &[&str]) -> Vec<String> {
        for name in names {
            let text = format!(
                "{date} href=\"nightly_{date}_en.html\" href=\"nightly_2020-01-01_en.html\""
            );
            std::fs::write(out.join(name.replace("DATE", date)), text).unwrap();
        }
        let editions = [Edition::Nightly];
        let copies = files(out, &editions, day(date)).unwrap();
        publish(out, &editions, copies).unwrap();
        listed(&out.join(FOLDER)).unwrap_or_default()
    }

    #[test]
    fn it_follows_the_newest_day() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path();
        let all = [
            "nightly_DATE_en.html",
            "nightly_DATE_zh.html",
            "nightly_DATE_en.xlsx",
        ];
        let read = |name: &str| std::fs::read_to_string(out.join(FOLDER).join(name)).unwrap();
        let expect = ["nightly_en.html", "nightly_en.xlsx", "nightly_zh.html"];
        assert_eq!(night(out, "2026-03-02", &all), expect);
        assert_eq!(
            read("nightly_en.html"),
            "2026-03-02 href=\"nightly_en.html\" href=\"nightly_2020-01-01_en.html\""
        );
        // A newer day without a workbook leaves none of the day before.
        assert_eq!(
            night(out, "2026-03-03", &all[..2]),
            ["nightly_en.html", "nightly_zh.html"]
        );
        // An older day that is written again changes nothing.
        night(out, "2026-03-01", &all);
        assert!(read("nightly_en.html").starts_with("2026-03-03"));
        // A format that is added later stands beside the others.
        assert_eq!(night(out, "2026-03-03", &all[2..]), expect);
    }

    #[test]
    fn other_files_are_nobodys() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path();
        std::fs::create_dir(out.join(FOLDER)).unwrap();
        std::fs::write(out.join(FOLDER).join("notes.txt"), "").unwrap();
        std::fs::write(out.join(FOLDER).join("trainer_en.html"), "").unwrap();
        let names = night(
            out,
            "2026-03-02",
            &[
                "nightly_DATE_en.html",
                "nightly_DATE_en_x.html",
                "nightly_9_en.html",
            ],
        );
        assert_eq!(names, ["nightly_en.html", "notes.txt", "trainer_en.html"]);
    }
}
