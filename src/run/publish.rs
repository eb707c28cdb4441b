//! Marts and reports → files, each written whole or not at all, and only when its content changed.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::kpi::mart::Mart;
use crate::render::Renderer;
use crate::render::html::Html;
use crate::render::json::Json;
use crate::store::runs::Run;
use crate::store::write_atomically;

use super::night::{Documents, file_name};
use super::{Job, Progress};

/// A file that was written, or found to be as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Where it lies.
    pub path: PathBuf,
    /// Whether its content changed.
    pub changed: bool,
}

/// Writes `marts/kpi.parquet`, the other `marts` and the nightly report in every language of the job.
///
/// # Errors
/// When a figure cannot be drawn or a file cannot be written. Earlier reports stay as they are.
pub fn publish(
    job: &Job,
    run: &Run,
    (mart, marts): (&Mart<'_>, Vec<(PathBuf, Vec<u8>)>),
    documents: &Documents,
    progress: &dyn Progress,
) -> Result<Vec<Published>> {
    let mut rendered: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    for lang in &job.langs {
        let renderers: [&dyn Renderer; 2] = [&Html, &Json];
        for renderer in renderers {
            let name = file_name(documents.date, *lang, renderer.extension());
            let bytes = renderer
                .render(documents.get(*lang))
                .map_err(|error| Error::Render {
                    what: name.clone(),
                    message: error.to_string(),
                })?;
            rendered.push((job.out.join(&name), bytes));
        }
        progress.step(lang.tag());
    }
    // The marts last: nothing is written before everything could be rendered.
    rendered.push((job.out.join("marts/kpi.parquet"), mart.parquet(&run.id())?));
    rendered.extend(
        marts
            .into_iter()
            .map(|(path, bytes)| (job.out.join(path), bytes)),
    );
    let published = rendered
        .into_iter()
        .map(|(path, bytes)| {
            Ok(Published {
                changed: write_if_changed(&path, &bytes)?,
                path,
            })
        })
        .collect::<Result<_>>();
    progress.step("files written");
    published
}

fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<bool> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    write_atomically(path, bytes)?;
    // Reports are for reading by others; what is personal never reaches them.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
            .map_err(|error| Error::io("set the mode of", path, error))?;
    }
    Ok(true)
}
