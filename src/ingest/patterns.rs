//! Regular expressions of the settings, compiled once: every file that is opened is compared with all of them.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::Regex;

static COMPILED: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);

/// The compiled form of a pattern.
///
/// # Errors
/// When it is none.
pub(super) fn compiled(pattern: &str) -> Result<Regex, regex::Error> {
    // A panic elsewhere leaves the map as whole as it was.
    let mut known = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = known.get(pattern) {
        return Ok(regex.clone());
    }
    let regex = Regex::new(pattern)?;
    known.insert(pattern.to_owned(), regex.clone());
    Ok(regex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_compiled_and_a_wrong_one_told() {
        for _ in 0..2 {
            assert!(compiled("^a+$").is_ok_and(|regex| regex.is_match("aa")));
            assert!(compiled("(").is_err());
        }
    }
}
