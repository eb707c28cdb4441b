//! Characters that nobody sees but that command what is shown: they come with data and must not reach a terminal,
//! a page or a workbook.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character is a control character or turns the direction of writing, so that what surrounds it is
/// shown as something else. Line feed and tab are not among them.
#[must_use]
pub const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a text can hold a hidden character, told by its bytes; nearly every text is done with here.
#[must_use]
pub fn may_hide(text: &str) -> bool {
    // Without an early end, so that many bytes are looked at together.
    text.bytes().fold(false, |found, byte| {
        let control = byte < 0x20 && byte != b'\n' && byte != b'\t';
        found | control | matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2)
    })
}

/// The text without them.
#[must_use]
pub fn without_hidden(text: &str) -> Cow<'_, str> {
    if may_hide(text) && text.contains(is_hidden) {
        return Cow::Owned(text.replace(is_hidden, ""));
    }
    Cow::Borrowed(text)
}

/// The text with `\u001b` in the place of each, as in JSON: within a string of JSON it means the same.
#[must_use]
pub fn with_escapes(text: &str) -> Cow<'_, str> {
    if !may_hide(text) || !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            let _ = write!(shown, "\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_stays() {
        for text in ["", "催派 – “为什么”\n第二行\t次", "a‰b €", "é ü ¥"] {
            assert_eq!(without_hidden(text), text);
            assert_eq!(with_escapes(text), text);
        }
    }

    #[test]
    fn what_commands_a_terminal_does_not() {
        for (text, without, escaped) in [
            ("\u{1b}[2Jx", "[2Jx", "\\u001b[2Jx"),
            ("a\u{202e}cod", "acod", "a\\u202ecod"),
            ("\u{9b}31m", "31m", "\\u009b31m"),
            ("\r\n", "\n", "\\u000d\n"),
            ("\u{61c}\0\u{7f}", "", "\\u061c\\u0000\\u007f"),
        ] {
            assert_eq!(without_hidden(text), without);
            assert_eq!(with_escapes(text), escaped);
        }
    }

    #[test]
    fn bytes_tell_every_hidden_character() {
        for c in (0..=0xffff).filter_map(char::from_u32) {
            assert!(!is_hidden(c) || may_hide(&c.to_string()), "{c:?}");
        }
    }
}
