//! Documents → files: one format per file, behind one small trait. Nothing here decides content.

mod csp;
pub mod html;
mod inks;
pub mod json;
pub mod mail;
pub mod markdown;
pub mod picture;
mod png;
pub mod xlsx;

use std::fmt;

use crate::chart::ChartError;
use crate::report::document::Document;

/// A format a document can be written in.
pub trait Renderer {
    /// Extension of its files, without the dot.
    fn extension(&self) -> &'static str;

    /// Writes the document. The same document gives the same bytes.
    ///
    /// # Errors
    /// When a figure cannot be drawn or a value cannot be written.
    fn render(&self, document: &Document) -> Result<Vec<u8>, RenderError>;
}

/// A document that could not be written.
#[derive(Debug)]
pub enum RenderError {
    /// A figure could not be drawn.
    Chart(ChartError),
    /// A value could not be written as JSON.
    Json(serde_json::Error),
    /// A picture could not be made.
    Picture(picture::PictureError),
    /// A message could not be put together.
    Mail(String),
    /// A workbook could not be written.
    Workbook(rust_xlsxwriter::XlsxError),
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chart(error) => write!(f, "{error}"),
            Self::Json(error) => write!(f, "summary: {error}"),
            Self::Picture(error) => write!(f, "{error}"),
            Self::Mail(reason) => write!(f, "mail: {reason}"),
            Self::Workbook(error) => write!(f, "workbook: {error}"),
        }
    }
}

impl std::error::Error for RenderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Chart(error) => Some(error),
            Self::Json(error) => Some(error),
            Self::Picture(error) => Some(error),
            Self::Mail(_) => None,
            Self::Workbook(error) => Some(error),
        }
    }
}

impl From<ChartError> for RenderError {
    fn from(error: ChartError) -> Self {
        Self::Chart(error)
    }
}

impl From<picture::PictureError> for RenderError {
    fn from(error: picture::PictureError) -> Self {
        Self::Picture(error)
    }
}

impl From<rust_xlsxwriter::XlsxError> for RenderError {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        Self::Workbook(error)
    }
}

impl From<serde_json::Error> for RenderError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

#[cfg(test)]
mod crowd;
#[cfg(test)]
mod gallery;
#[cfg(test)]
mod tests;
