//! The known word somebody probably meant.

/// The known word nearest to `word` by edit distance, if it is near.
#[must_use]
pub fn closest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), *candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .map(|(_, candidate)| candidate)
}

/// The hint for an unknown word: the nearest known one, else all of them after `what`, as in
/// "the tables are calls, chats".
#[must_use]
pub fn suggestion(word: &str, known: &[&str], what: &str) -> String {
    match closest(word, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{what} {}", known.join(", ")),
    }
}
