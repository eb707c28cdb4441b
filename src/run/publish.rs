//! Marts and reports → files: all rendered first, then written beside their places, then put there. A night that
//! fails leaves the files of the nights before as they were.

mod latest;
mod place;

use std::path::PathBuf;

use rayon::prelude::*;

use crate::chart::Layout;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::render::html::Html;
use crate::render::json::Json;
use crate::render::mail::Mail;
use crate::render::markdown::Markdown;
use crate::render::xlsx::Xlsx;
use crate::render::{RenderError, Renderer, picture};
use crate::report::Edition;
use crate::report::document::{Block, Document};
use crate::report::figure::{Figure, Legend};
use crate::settings::Format;

use super::night::Documents;
use super::{Job, Progress};

pub use latest::FOLDER as LATEST;
pub use place::Content;

/// Folder of single figures, below the output folder.
const FIGURES: &str = "figures";

/// A file to be written: its place below the output folder and what it holds.
pub type Rendered = (PathBuf, Content);

/// A file that was written, or found to be as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Where it lies.
    pub path: PathBuf,
    /// Whether its content changed.
    pub changed: bool,
}

/// Writes the marts and the reports of the job in its languages and formats, and brings the folder `latest` up to
/// date.
///
/// # Errors
/// When a figure cannot be drawn or a file cannot be written. Earlier reports stay as they are.
pub fn publish(
    job: &Job,
    marts: Vec<Rendered>,
    documents: &Documents,
    progress: &dyn Progress,
) -> Result<Vec<Published>> {
    let reports = reports(job, documents, progress)?;
    // Pages are put in their place last: who opens one finds the marts and figures it belongs to.
    let (figures, pages): (Vec<Rendered>, Vec<Rendered>) = reports
        .into_iter()
        .partition(|(path, _)| path.starts_with(FIGURES));
    let mut all = figures;
    all.extend(marts);
    all.extend(pages);
    let mut published = place::put(&job.out, all)?;
    // What an earlier run said is for looking up, not for opening first thing in the morning.
    if job.snapshot.is_none() {
        let files = latest::files(&job.out, &job.editions, &documents.imprint)?;
        published.extend(latest::publish(&job.out, &job.editions, files)?);
    }
    progress.step("files written");
    Ok(published)
}

/// How many steps [`publish`] takes.
pub(super) fn steps(job: &Job) -> u64 {
    (job.langs.len() * job.editions.len() * job.formats.len()) as u64 + 1
}

/// Every report of the job in every language and format, by all threads, in the same order.
fn reports(job: &Job, documents: &Documents, progress: &dyn Progress) -> Result<Vec<Rendered>> {
    let mut wanted: Vec<(Lang, Edition, Format)> = Vec::new();
    for lang in &job.langs {
        for edition in &job.editions {
            wanted.extend(job.formats.iter().map(|format| (*lang, *edition, *format)));
        }
    }
    let rendered = wanted
        .into_par_iter()
        .map(|(lang, edition, format)| {
            let document = documents.get(edition, lang);
            let name = |extension: &str| documents.imprint.file(edition, lang, extension);
            let files = render(job, document, format, name);
            progress.step(lang.tag());
            files
        })
        .collect::<Result<Vec<Vec<Rendered>>>>()?;
    Ok(rendered.into_iter().flatten().collect())
}

/// The files of one document in one format; `name` gives a file's name from its extension.
fn render(
    job: &Job,
    document: &Document,
    format: Format,
    name: impl Fn(&str) -> String,
) -> Result<Vec<Rendered>> {
    let mail = Mail {
        addresses: &job.settings.mail,
    };
    let renderer: &dyn Renderer = match format {
        Format::Html => &Html,
        Format::Json => &Json,
        Format::Xlsx => &Xlsx,
        Format::Md => &Markdown,
        Format::Eml => &mail,
        Format::Png | Format::Svg => return pictures(document, format, name),
    };
    let name = name(renderer.extension());
    let bytes = renderer
        .render(document)
        .map_err(|error| failed(&name, &error))?;
    Ok(vec![(PathBuf::from(name), bytes.into())])
}

/// Every figure of a document as a file of its own.
fn pictures(
    document: &Document,
    format: Format,
    name: impl Fn(&str) -> String,
) -> Result<Vec<Rendered>> {
    let one = |figure: &Figure, legend: Option<&Legend>| -> Result<Rendered> {
        let extension = if format == Format::Svg { "svg" } else { "png" };
        let name = name(extension);
        let stem = name.strip_suffix(extension).unwrap_or(&name);
        let name = format!("{}_{}.{extension}", stem.trim_end_matches('.'), figure.id);
        let bytes = match format {
            Format::Svg => {
                picture::svg(figure, Layout::Wide, legend, document.lang).map(String::into_bytes)
            }
            _ => picture::png(figure, Layout::Wide, legend, document.lang),
        };
        let bytes = bytes.map_err(|error| failed(&name, &error))?;
        Ok((PathBuf::from(FIGURES).join(name), bytes.into()))
    };
    let mut files = Vec::new();
    for block in document.blocks() {
        match block {
            Block::Multiples { legend, figures } => {
                for figure in figures {
                    files.push(one(figure, Some(legend))?);
                }
            }
            Block::Figure(figure) => files.push(one(figure, None)?),
            _ => {}
        }
    }
    Ok(files)
}

fn failed(name: &str, error: &RenderError) -> Error {
    Error::Render {
        what: name.to_owned(),
        message: error.to_string(),
    }
}
