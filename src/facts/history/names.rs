//! Texts as small numbers.

use ahash::AHashMap;
use polars::prelude::*;

use super::{NONE, Name};
use crate::schema::codes::{EVENT, PRIORITY, STATUS, TICKET_KIND};

/// The texts behind the names. Beyond 65 535 different ones a further text has none.
#[derive(Debug)]
pub struct Names {
    texts: Vec<String>,
    known: AHashMap<String, Name>,
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Self {
            texts: vec![String::new()],
            known: AHashMap::new(),
        };
        for set in [EVENT, STATUS, PRIORITY, TICKET_KIND] {
            for code in set {
                names.of(Some(code.code));
            }
        }
        names
    }
}

impl Names {
    /// The name of a text, a new one where it has none yet.
    pub fn of(&mut self, text: Option<&str>) -> Name {
        let Some(text) = text else { return NONE };
        if let Some(name) = self.known.get(text) {
            return *name;
        }
        let Ok(name) = Name::try_from(self.texts.len()) else {
            return NONE;
        };
        self.texts.push(text.to_owned());
        self.known.insert(text.to_owned(), name);
        name
    }

    /// The name of a text; [`NONE`] when no ticket and no rule uses it.
    #[must_use]
    pub fn find(&self, text: &str) -> Name {
        self.known.get(text).copied().unwrap_or(NONE)
    }

    /// The text of a name.
    #[must_use]
    pub fn text(&self, name: Name) -> Option<&str> {
        (name != NONE)
            .then(|| self.texts.get(usize::from(name)))?
            .map(String::as_str)
    }

    /// The names in a column of text.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn column(&mut self, frame: &DataFrame, name: &str) -> PolarsResult<Vec<Name>> {
        let texts = frame.column(name)?.str()?;
        Ok(texts.iter().map(|text| self.of(text)).collect())
    }
}
