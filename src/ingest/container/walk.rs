//! Listing: layer after layer is opened until rows are found.

use std::path::Path;

use super::archive::{self, Zipped};
use super::magic::{self, Content};
use super::unpack::{self, explain};
use super::{Codec, Limits, Member, MemberKind, Origin, Stamp};
use crate::error::{Error, Result};

/// How deep files may be packed: a `.csv.gz` in a zip is two deep.
const DEPTH: usize = 2;

/// Listing what one file holds.
pub(super) struct Walk<'w> {
    spool_dir: &'w Path,
    limits: &'w Limits,
    stamp: Option<Stamp>,
    /// Bytes that may still be spooled.
    budget: u64,
    found: Vec<Member>,
}

impl<'w> Walk<'w> {
    pub(super) fn new(spool_dir: &'w Path, limits: &'w Limits, stamp: Option<Stamp>) -> Self {
        Self {
            spool_dir,
            limits,
            stamp,
            budget: limits.spooled,
            found: Vec::new(),
        }
    }

    pub(super) fn list(mut self, origin: Origin, name: &str) -> Result<Vec<Member>> {
        self.visit(origin, name, 0, false)?;
        if self.found.is_empty() {
            return Err(Error::input(
                Path::new(name),
                "holds no files",
                "check what was packed",
            ));
        }
        Ok(self.found)
    }

    fn add(&mut self, origin: Origin, name: &str, kind: MemberKind) {
        self.found.push(Member {
            name: name.to_owned(),
            origin,
            kind,
            stamp: self.stamp.clone(),
            limits: *self.limits,
        });
    }

    fn visit(&mut self, origin: Origin, name: &str, depth: usize, zipped: bool) -> Result<()> {
        let label = Path::new(name);
        let head = unpack::open(&origin, self.limits)
            .and_then(|mut reader| unpack::head(&mut reader, magic::HEAD))
            .map_err(|e| explain(label, e))?;
        let content = magic::tell(&head);
        let packed = matches!(content, Content::Gzip | Content::Zstd);
        if packed && depth >= DEPTH {
            return Err(nested(label));
        }
        match content {
            Content::Text => self.add(origin, name, MemberKind::Text),
            Content::Markup => self.add(origin, name, MemberKind::Markup),
            Content::Parquet => self.add(origin, name, MemberKind::Parquet),
            Content::Gzip => {
                let inner = Origin::Unpacked(Codec::Gzip, Box::new(origin));
                self.visit(inner, name, depth + 1, zipped)?;
            }
            Content::Zstd => {
                let inner = Origin::Unpacked(Codec::Zstd, Box::new(origin));
                self.visit(inner, name, depth + 1, zipped)?;
            }
            Content::Compound => {
                let origin = self.put_on_disk(origin, label)?;
                archive::look_compound(origin.on_disk().unwrap_or(label), label)?;
                self.add(origin, name, MemberKind::Workbook);
            }
            Content::Zip => self.zip(origin, name, depth, zipped)?,
            Content::Foreign(what, hint) => {
                return Err(Error::input(label, format!("is {what}"), hint));
            }
        }
        Ok(())
    }

    fn zip(&mut self, origin: Origin, name: &str, depth: usize, zipped: bool) -> Result<()> {
        let label = Path::new(name);
        let origin = self.put_on_disk(origin, label)?;
        let path = origin.on_disk().unwrap_or(label);
        let entries = match archive::look(path, label, self.limits)? {
            Zipped::Workbook => {
                self.add(origin, name, MemberKind::Workbook);
                return Ok(());
            }
            Zipped::Archive(_) if zipped || depth >= DEPTH => return Err(nested(label)),
            Zipped::Archive(entries) => entries,
        };
        for (entry_name, entry) in entries {
            let member = format!("{name}/{entry_name}");
            let archive = Box::new(origin.clone());
            let seen = match entry {
                Ok(entry) => self.visit(Origin::Zip { archive, entry }, &member, depth + 1, true),
                Err((message, hint)) => Err(Error::input(Path::new(&member), message, hint)),
            };
            // One PDF among the logs is no reason to refuse the logs.
            match seen {
                Ok(()) => {}
                Err(Error::Input { message, hint, .. }) => {
                    let kind = MemberKind::Refused { message, hint };
                    self.add(origin.clone(), &member, kind);
                }
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// The same content as a file on disk.
    fn put_on_disk(&mut self, origin: Origin, name: &Path) -> Result<Origin> {
        if origin.on_disk().is_some() {
            return Ok(origin);
        }
        let mut reader = unpack::open(&origin, self.limits).map_err(|e| explain(name, e))?;
        let (path, written) = unpack::spool(&mut reader, self.spool_dir, name, self.budget)?;
        self.budget -= written;
        Ok(Origin::Spool(path))
    }
}

fn nested(name: &Path) -> Error {
    Error::input(
        name,
        "is an archive within an archive",
        "unpack the outer one and give the inner files",
    )
}
