//! One JSON record: taken apart, and laid flat into named cells.

use std::borrow::Cow;

use memchr::memchr2;

/// How deep values may lie in each other.
pub(super) const DEPTH: usize = 128;
/// How many objects of an array become columns.
const INDEXED: usize = 4;

/// A value; numbers keep the digits of the file.
#[derive(Debug, PartialEq)]
pub(super) enum Node<'t> {
    Null,
    Scalar(Cow<'t, str>),
    Array(Vec<Self>),
    Object(Vec<(Cow<'t, str>, Self)>),
}

/// Where a record is broken: a byte of its text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken(pub usize);

type Parsed<T> = Result<T, Broken>;

/// Takes a whole text apart.
pub(super) fn parse(text: &str) -> Parsed<Node<'_>> {
    let mut parser = Parser { text, at: 0 };
    parser.space();
    let node = parser.value(0)?;
    parser.space();
    if parser.at < text.len() {
        return Err(Broken(parser.at));
    }
    Ok(node)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, byte: u8) -> Parsed<()> {
        if self.eat(byte) {
            Ok(())
        } else {
            Err(Broken(self.at))
        }
    }

    fn value(&mut self, depth: usize) -> Parsed<Node<'t>> {
        if depth > DEPTH {
            return Err(Broken(self.at));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Node::Scalar),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Parsed<Node<'t>> {
        self.at += 1;
        let mut fields = Vec::new();
        self.space();
        if self.eat(b'}') {
            return Ok(Node::Object(fields));
        }
        loop {
            self.space();
            let key = self.string()?;
            self.space();
            self.expect(b':')?;
            self.space();
            fields.push((key, self.value(depth + 1)?));
            self.space();
            if !self.eat(b',') {
                self.expect(b'}')?;
                return Ok(Node::Object(fields));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Parsed<Node<'t>> {
        self.at += 1;
        let mut elements = Vec::new();
        self.space();
        if self.eat(b']') {
            return Ok(Node::Array(elements));
        }
        loop {
            self.space();
            elements.push(self.value(depth + 1)?);
            self.space();
            if !self.eat(b',') {
                self.expect(b']')?;
                return Ok(Node::Array(elements));
            }
        }
    }

    /// A number, `true`, `false` or `null`; some writers put `NaN` where a number is missing.
    fn word(&mut self) -> Parsed<Node<'t>> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))
            .unwrap_or(rest.len());
        let word = &rest[..end];
        let node = match word {
            "true" | "false" => Node::Scalar(Cow::Borrowed(word)),
            "null" | "NaN" => Node::Null,
            _ if is_number(word.as_bytes()) => Node::Scalar(Cow::Borrowed(word)),
            _ => return Err(Broken(self.at)),
        };
        self.at += end;
        Ok(node)
    }

    fn string(&mut self) -> Parsed<Cow<'t, str>> {
        self.expect(b'"')?;
        let mut text: Option<String> = None;
        loop {
            let rest = self.rest();
            let end = memchr2(b'"', b'\\', rest.as_bytes()).ok_or(Broken(self.at))?;
            let plain = &rest[..end];
            // A tab within a text is forbidden but common; other control characters mean damage.
            if let Some(bad) = plain.bytes().position(|b| b < 0x20 && b != b'\t') {
                return Err(Broken(self.at + bad));
            }
            let quote = rest.as_bytes().get(end) == Some(&b'"');
            self.at += end + 1;
            if quote {
                return Ok(match text {
                    None => Cow::Borrowed(plain),
                    Some(text) => Cow::Owned(text + plain),
                });
            }
            let text = text.get_or_insert_default();
            text.push_str(plain);
            text.push(self.escape()?);
        }
    }

    /// The character of an escape, after its backslash.
    fn escape(&mut self) -> Parsed<char> {
        let byte = self.peek().ok_or(Broken(self.at))?;
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.unicode()?,
            _ => return Err(Broken(self.at - 1)),
        })
    }

    fn unicode(&mut self) -> Parsed<char> {
        let first = self.hex()?;
        if (0xd800..0xdc00).contains(&first) && self.rest().starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        // Half of a pair: an emoji that was cut in two. The rest of the record is good.
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Parsed<u32> {
        let digits = self.rest().get(..4).ok_or(Broken(self.at))?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Broken(self.at));
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| Broken(self.at))
    }
}

/// The grammar of numbers in JSON.
fn is_number(word: &[u8]) -> bool {
    let digits = |from: &[u8]| from.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut rest = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.starts_with(b"0")) {
        return false;
    }
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let signed = matches!(exponent, [b'+' | b'-', ..]);
        let exponent = &exponent[usize::from(signed)..];
        let count = digits(exponent);
        return count > 0 && count == exponent.len();
    }
    rest.is_empty()
}

/// Lays a value flat: `emit` gets the path and the text of every cell. `path` is where the value lies.
pub(super) fn flatten(node: &Node<'_>, path: &mut String, emit: &mut dyn FnMut(&str, &str)) {
    match node {
        Node::Null => emit(path, ""),
        Node::Scalar(text) => emit(path, text),
        Node::Object(fields) => {
            for (key, value) in fields {
                within(path, key, |path| flatten(value, path, emit));
            }
        }
        Node::Array(elements) => {
            let scalars: Option<Vec<&str>> = elements.iter().map(scalar).collect();
            if let Some(scalars) = scalars {
                emit(path, &scalars.join(","));
                return;
            }
            for (at, element) in elements.iter().enumerate().take(INDEXED) {
                within(path, &at.to_string(), |path| flatten(element, path, emit));
            }
        }
    }
}

fn scalar<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match node {
        Node::Null => Some(""),
        Node::Scalar(text) => Some(text),
        Node::Array(_) | Node::Object(_) => None,
    }
}

/// Does something one step further down the path.
pub(super) fn within(path: &mut String, step: &str, work: impl FnOnce(&mut String)) {
    let length = path.len();
    if length > 0 {
        path.push('.');
    }
    path.push_str(step);
    work(path);
    path.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(text: &str) -> Vec<(String, String)> {
        let node = parse(text).unwrap();
        let mut cells = Vec::new();
        flatten(&node, &mut String::new(), &mut |path, text| {
            cells.push((path.to_owned(), text.to_owned()));
        });
        cells
    }

    #[test]
    fn records_are_laid_flat() {
        let cells = flat(
            r#"{"id": 1234567890123456789, "ok": true, "none": null, "price": 1.50,
                "Agent": {"Name": "\u674e\n\ud83d\ude00", "Level": {"a/b": 1e5}},
                "tags": ["a", 2, null], "empty": [], "grid": [[1,2],[3]],
                "Pressed": [{"Key": "1", "Label": "好"}, {"Key": "2"}, {}, {"Key": "4"}, {"Key": "5"}]}"#,
        );
        let expected = [
            ("id", "1234567890123456789"),
            ("ok", "true"),
            ("none", ""),
            ("price", "1.50"),
            ("Agent.Name", "李\n😀"),
            ("Agent.Level.a/b", "1e5"),
            ("tags", "a,2,"),
            ("empty", ""),
            ("grid.0", "1,2"),
            ("grid.1", "3"),
            ("Pressed.0.Key", "1"),
            ("Pressed.0.Label", "好"),
            ("Pressed.1.Key", "2"),
            ("Pressed.3.Key", "4"),
        ];
        let expected: Vec<_> = expected
            .iter()
            .map(|(p, t)| ((*p).to_owned(), (*t).to_owned()))
            .collect();
        assert_eq!(cells, expected);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "[1 2]",
            "{a:1}",
            "01",
            "1.",
            "1e",
            "--1",
            "tru",
            "\"\\x\"",
            "\"\\u12\"",
            "\"a\nb\"",
            "{} {}",
            "\"open",
            "\"\\",
            "\"\\u12\u{4e2d}\"",
            ".5",
            "+1",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse("\"\\ud83dx\""), Ok(Node::Scalar("\u{fffd}x".into())));
        assert_eq!(parse("-0.5E-3"), Ok(Node::Scalar("-0.5E-3".into())));
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(&nested(DEPTH)).is_ok());
        assert_eq!(parse(&nested(1_000_000)), Err(Broken(DEPTH + 1)));
    }
}
