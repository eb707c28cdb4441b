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
pub const TEXTS: &[(&str, &str)] = &[
    ("aliyun_ccc", include_str!("profiles/aliyun_ccc.toml")),
    (
        "amazon_connect",
        include_str!("profiles/amazon_connect.toml"),
    ),
    ("asterisk_cdr", include_str!("profiles/asterisk_cdr.toml")),
    (
        "asterisk_queue_log",
        include_str!("profiles/asterisk_queue_log.toml"),
    ),
    ("chatwoot", include_str!("profiles/chatwoot.toml")),
    ("genesys", include_str!("profiles/genesys.toml")),
    ("kf5", include_str!("profiles/kf5.toml")),
    ("netease_qiyu", include_str!("profiles/netease_qiyu.toml")),
    (
        "ronglian_7moor",
        include_str!("profiles/ronglian_7moor.toml"),
    ),
    ("tencent_tccc", include_str!("profiles/tencent_tccc.toml")),
    ("udesk", include_str!("profiles/udesk.toml")),
    ("vicidial", include_str!("profiles/vicidial.toml")),
    ("zendesk", include_str!("profiles/zendesk.toml")),
];

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
