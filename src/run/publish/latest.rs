//! `latest`: the reports of the newest day under names without day and version, for bookmarks.
//!
//! They are copies, not links: shares of Windows machines and `file://` know no links. The folder follows what lies
//! beside it, so that it needs no memory of its own: a report of an older day that is written again changes nothing
//! in it, and what a newer day does not have does not stay behind from an older one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::report::Edition;

use super::super::names::{Imprint, Named};
use super::{Published, Rendered, place};

/// Name of the folder, below the output folder.
pub const FOLDER: &str = "latest";

/// The copies of the reports of a day and run, for the editions whose newest day it is. Of a day the run that is
/// reported on is shown, whatever its number: a store that was built anew begins with the first again.
pub(super) fn files(out: &Path, editions: &[Edition], imprint: &Imprint) -> Result<Vec<Rendered>> {
    let names = listed(out)?;
    let found: Vec<(&String, Named)> = names
        .iter()
        .filter_map(|name| Some((name, Named::parse(name)?)))
        .collect();
    let newest = |edition: Edition| {
        let of = found.iter().filter(|(_, file)| file.edition == edition);
        of.map(|(_, file)| file.date).max()
    };
    let shown = found.iter().filter(|(_, file)| {
        editions.contains(&file.edition)
            && file.is_of(imprint)
            && newest(file.edition) == Some(imprint.date)
    });
    shown
        .map(|(name, file)| {
            let path = out.join(name);
            let bytes = std::fs::read(&path).map_err(|error| Error::io("read", &path, error))?;
            let bytes = if file.rest.ends_with("html") {
                relinked(&bytes, imprint)
            } else {
                bytes
            };
            Ok((PathBuf::from(FOLDER).join(file.plain()), bytes.into()))
        })
        .collect()
}

/// A page whose links to pages of its day and run lead to those beside it in the folder.
fn relinked(page: &[u8], imprint: &Imprint) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(page).into_owned();
    for edition in Edition::ALL {
        for lang in Lang::ALL {
            let dated = format!("href=\"{}", imprint.file(edition, lang, "html"));
            let plain = format!("href=\"{}_{}.html", edition.code(), lang.code());
            text = text.replace(&dated, &plain);
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

fn edition_of(name: &str) -> Option<Edition> {
    Edition::ALL
        .into_iter()
        .find(|edition| name.starts_with(edition.code()))
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
    use crate::report::Scope;

    fn imprint(date: &str, run: &str) -> Imprint {
        Imprint {
            date: date.parse().unwrap(),
            scope: Scope::whole(),
            run: run.to_owned(),
        }
    }

    /// Writes reports of a day and run and brings the folder up to date, as a run does.
    fn night(out: &Path, date: &str, run: &str, names: &[&str]) -> Vec<String> {
        let imprint = imprint(date, run);
        let link = imprint.file(Edition::Nightly, Lang::En, "html");
        for name in names {
            let text = format!("{date} {run} href=\"{link}\" href=\"nightly_2020-01-01_en.html\"");
            let name = name.replace("DATE", date).replace("RUN", run);
            std::fs::write(out.join(name), text).unwrap();
        }
        let editions = [Edition::Nightly];
        let copies = files(out, &editions, &imprint).unwrap();
        publish(out, &editions, copies).unwrap();
        listed(&out.join(FOLDER)).unwrap_or_default()
    }

    const ALL: [&str; 3] = [
        "nightly_DATE_all_RUN_en.html",
        "nightly_DATE_all_RUN_zh.html",
        "nightly_DATE_all_RUN_en.xlsx",
    ];

    #[test]
    fn it_follows_the_newest_day() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path();
        let read = |name: &str| std::fs::read_to_string(out.join(FOLDER).join(name)).unwrap();
        let expect = ["nightly_en.html", "nightly_en.xlsx", "nightly_zh.html"];
        assert_eq!(night(out, "2026-03-02", "r0001", &ALL), expect);
        assert_eq!(
            read("nightly_en.html"),
            "2026-03-02 r0001 href=\"nightly_en.html\" href=\"nightly_2020-01-01_en.html\""
        );
        // A newer day without a workbook leaves none of the day before.
        assert_eq!(
            night(out, "2026-03-03", "r0002", &ALL[..2]),
            ["nightly_en.html", "nightly_zh.html"]
        );
        // An older day that is written again changes nothing.
        night(out, "2026-03-01", "r0002", &ALL);
        assert!(read("nightly_en.html").starts_with("2026-03-03"));
        // A format that is added later stands beside the others.
        assert_eq!(night(out, "2026-03-03", "r0002", &ALL[2..]), expect);
    }

    #[test]
    fn of_a_day_it_shows_the_run_that_was_reported_last() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path();
        let read = |name: &str| std::fs::read_to_string(out.join(FOLDER).join(name)).unwrap();
        // The last one is that of a store that was built anew.
        for run in ["r0009", "r0010", "r9999", "r10000", "r0001"] {
            night(out, "2026-03-02", run, &ALL);
            for name in ["nightly_en.html", "nightly_zh.html", "nightly_en.xlsx"] {
                let begins = format!("2026-03-02 {run} ");
                assert!(read(name).starts_with(&begins), "{run}: {}", read(name));
            }
        }
        // What the newer run has not written does not stay behind from the older one.
        assert_eq!(
            night(out, "2026-03-02", "r0002", &ALL[..1]),
            ["nightly_en.html"]
        );
    }

    #[test]
    fn files_of_the_former_names_only_say_that_their_day_was() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path();
        let former = ["nightly_DATE_en.html", "nightly_DATE_zh.html"];
        assert!(night(out, "2026-03-02", "r0001", &former).is_empty());
        let read = || std::fs::read_to_string(out.join(FOLDER).join("nightly_en.html")).unwrap();
        night(out, "2026-03-02", "r0002", &ALL[..1]);
        assert!(read().starts_with("2026-03-02 r0002"));
        // One of a later day: an older day does not become the newest.
        std::fs::write(out.join("nightly_2026-03-04_en.html"), "").unwrap();
        night(out, "2026-03-03", "r0003", &ALL[..1]);
        assert!(read().starts_with("2026-03-02 r0002"));
    }

    #[test]
    fn other_files_are_nobodys() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path();
        std::fs::create_dir(out.join(FOLDER)).unwrap();
        std::fs::write(out.join(FOLDER).join("notes.txt"), "").unwrap();
        std::fs::write(out.join(FOLDER).join("trainer_en.html"), "").unwrap();
        let names = [
            ALL[0],
            "nightly_DATE_all_RUN_en_x.html",
            "nightly_9_en.html",
        ];
        let names = night(out, "2026-03-02", "r0001", &names);
        assert_eq!(names, ["nightly_en.html", "notes.txt", "trainer_en.html"]);
    }
}
