//! Who takes part in a call: members, callers and nobody, as the log names them.

/// A number that identifies somebody.
pub(super) fn known(number: &str) -> Option<String> {
    let number = number.trim_matches(|c: char| c.is_whitespace() || "<>\"".contains(c));
    let nobody = number.is_empty()
        || is_one_of(number, "- none null unknown anonymous unavailable")
        || is_one_of(number, "private restricted withheld");
    (!nobody).then(|| number.to_owned())
}

/// `Agent/1240`, `PJSIP/1240-0000a`, `Local/1240@from-queue/n` → `1240`; a name is kept as it is.
pub(super) fn agent(member: &str) -> Option<String> {
    let member = member.trim();
    let name = match member.split_once('/') {
        Some((technology, rest)) if is_technology(technology) => {
            let rest = rest.split(['@', ';']).next().unwrap_or_default();
            let part = rest.split('/').rfind(|part| !part.contains(':'));
            let part = part.unwrap_or(rest);
            match part.rsplit_once('-') {
                Some((name, suffix)) if is_channel_suffix(technology, suffix) => name,
                _ => part,
            }
        }
        _ => member,
    };
    (!is_nobody(name)).then(|| name.to_owned())
}

pub(super) fn is_nobody(name: &str) -> bool {
    name.is_empty() || is_one_of(name, "NONE")
}

fn is_technology(word: &str) -> bool {
    is_one_of(
        word,
        "Agent SIP PJSIP Local IAX2 DAHDI Zap SCCP Skinny MGCP",
    ) || is_one_of(word, "H323 OOH323 UNISTIM USTM Khomp Custom Mobile Console")
}

/// Asterisk ends the name of a live channel in five or more hex digits; an agent's number has no such end.
fn is_channel_suffix(technology: &str, suffix: &str) -> bool {
    !technology.eq_ignore_ascii_case("Agent")
        && suffix.len() >= 5
        && suffix.bytes().all(|b| b.is_ascii_hexdigit())
        && suffix.bytes().any(|b| b.is_ascii_digit())
}

/// Whether the text is one of these words, in capitals or not.
pub(super) fn is_one_of(text: &str, words: &str) -> bool {
    words.split(' ').any(|word| text.eq_ignore_ascii_case(word))
}
