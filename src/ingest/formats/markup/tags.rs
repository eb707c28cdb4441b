//! Text and tags of a page, as they come.

use std::io::{self, BufRead, BufReader, Read};

use memchr::memchr;

/// Bytes of a text or tag that are kept.
const KEPT: usize = 1 << 20;
/// Elements whose content is no text of the table.
const SKIPPED: &[&str] = &["script", "style", "xml", "comment", "styles", "title"];

/// A piece of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Text, its entities resolved.
    Text(String),
    /// A tag.
    Tag(Tag),
}

/// A tag: its name in lower case without prefix, and its attributes as they stand.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub name: String,
    pub closing: bool,
    attributes: String,
}

impl Tag {
    fn new(text: &str) -> Self {
        let closing = text.starts_with('/');
        let text = text.trim_start_matches('/');
        let end = text
            .find(|c: char| c.is_whitespace() || c == '/')
            .unwrap_or(text.len());
        let name = text[..end].to_ascii_lowercase();
        Self {
            name: name.rsplit(':').next().unwrap_or_default().to_owned(),
            closing,
            attributes: text[end..].to_ascii_lowercase(),
        }
    }

    /// The number an attribute holds; the name is in lower case.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        let at = self
            .attributes
            .match_indices(name)
            .find(|(at, _)| self.attributes[..*at].ends_with(|c: char| c.is_whitespace()))?;
        let value = self.attributes[at.0 + name.len()..]
            .trim_start()
            .strip_prefix('=')?;
        let digits: String = value
            .trim_start()
            .trim_start_matches(['"', '\''])
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse().ok()
    }
}

/// Cuts a page into pieces.
pub(super) struct Scanner {
    reader: BufReader<Box<dyn Read + Send>>,
    /// The tag that follows the text given last.
    tag: bool,
}

impl Scanner {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self {
            reader: BufReader::with_capacity(1 << 16, reader),
            tag: false,
        }
    }

    /// The next piece; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Token>> {
        loop {
            if !self.tag {
                let Some((text, found)) = self.until(b'<')? else {
                    return Ok(None);
                };
                self.tag = found;
                if !text.is_empty() {
                    return Ok(Some(Token::Text(entities(&String::from_utf8_lossy(&text)))));
                }
                continue;
            }
            self.tag = false;
            let Some((text, _)) = self.tag_text()? else {
                return Ok(None);
            };
            let text = String::from_utf8_lossy(&text);
            if let Some(data) = text.strip_prefix("![CDATA[") {
                return Ok(Some(Token::Text(data.trim_end_matches("]]").to_owned())));
            }
            if text.starts_with(['!', '?']) {
                continue;
            }
            let tag = Tag::new(&text);
            let empty = text.ends_with('/');
            if !tag.closing && !empty && SKIPPED.contains(&tag.name.as_str()) {
                self.skip(&tag.name)?;
                continue;
            }
            return Ok(Some(Token::Tag(tag)));
        }
    }

    /// The inside of a tag; a comment or section of character data up to its own end.
    fn tag_text(&mut self) -> io::Result<Option<(Vec<u8>, bool)>> {
        let Some((mut text, mut found)) = self.until(b'>')? else {
            return Ok(None);
        };
        let end: &[u8] = if text.starts_with(b"!--") {
            b"--"
        } else if text.starts_with(b"![CDATA[") {
            b"]]"
        } else {
            return Ok(Some((text, found)));
        };
        while found && !(text.ends_with(end) && text.len() >= end.len() + 3) {
            let Some((more, again)) = self.until(b'>')? else {
                break;
            };
            found = again;
            if text.len() < KEPT {
                text.push(b'>');
                text.extend_from_slice(&more);
            } else {
                // The middle is dropped; the end is looked for in what comes.
                text.truncate(KEPT);
                text.extend_from_slice(&more[more.len().saturating_sub(2)..]);
            }
        }
        Ok(Some((text, found)))
    }

    /// Goes past the end of an element.
    fn skip(&mut self, name: &str) -> io::Result<()> {
        loop {
            let Some((_, true)) = self.until(b'<')? else {
                return Ok(());
            };
            let Some((text, _)) = self.until(b'>')? else {
                return Ok(());
            };
            let tag = Tag::new(&String::from_utf8_lossy(&text));
            if tag.closing && tag.name == name {
                return Ok(());
            }
        }
    }

    /// Bytes up to a mark, without it; at most [`KEPT`] are kept. Says whether the mark was found; `None` at
    /// the end of the page.
    fn until(&mut self, mark: u8) -> io::Result<Option<(Vec<u8>, bool)>> {
        let mut kept = Vec::new();
        let mut any = false;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            if buffer.is_empty() {
                return Ok(any.then_some((kept, false)));
            }
            any = true;
            let stop = memchr(mark, buffer);
            let part = &buffer[..stop.unwrap_or(buffer.len())];
            kept.extend_from_slice(&part[..part.len().min(KEPT.saturating_sub(kept.len()))]);
            let used = part.len() + usize::from(stop.is_some());
            self.reader.consume(used);
            if stop.is_some() {
                return Ok(Some((kept, true)));
            }
        }
    }
}

/// Resolves the entities that tables hold; others stay as they are.
fn entities(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let resolved = end.and_then(|end| entity(&rest[1..end]).map(|c| (c, end)));
        let (c, length) = resolved.map_or(('&', 1), |(c, end)| (c, end + 1));
        shown.push(c);
        rest = &rest[length..];
    }
    shown + rest
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return code.ok().and_then(char::from_u32);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => return None,
    })
}
