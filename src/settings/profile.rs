//! The built-in profiles: source mappings of common systems, in the form users write their own in.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Source;
use crate::error::Result;

/// The sources of one system.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name, such as `zendesk`.
    pub name: &'static str,
    /// Its sources: one per kind of export and table.
    pub sources: BTreeMap<String, Source>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: BTreeMap<String, Source>,
}

/// Name and text of every profile.
pub const TEXTS: &[(&str, &str)] = &[];

/// All built-in profiles.
///
/// # Errors
/// Only when a compiled-in file is broken, which the tests exclude.
pub fn builtin() -> Result<Vec<Profile>> {
    TEXTS
        .iter()
        .map(|(name, text)| {
            let file: File = super::parse(text, &format!("the built-in profile {name}"))?;
            Ok(Profile {
                name,
                sources: file.source,
            })
        })
        .collect()
}
