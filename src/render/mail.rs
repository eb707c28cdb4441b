//! The mail: tables with inline styles, the figures that matter as pictures inside the message, and the Markdown
//! edition for readers of plain text. Nothing in it is fetched from anywhere.
//!
//! The same document gives the same bytes: date, message id and boundaries come from the data, not from a clock.

mod body;

#[cfg(test)]
mod tests;

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::text::Text as Header;
use mail_builder::mime::MimePart;

use crate::chart::Layout;
use crate::i18n::text::Text;
use crate::report::document::{Block, Document, Tone};
use crate::report::figure::{Figure, Legend};
use crate::settings::Mail as Addresses;

use super::{RenderError, Renderer, markdown, picture};

/// Pictures in a message: what fits a mailbox, and more than that nobody scrolls through.
const MOST_PICTURES: usize = 4;

/// Who sends when nothing is configured: a place-holder that no server accepts by accident.
const NOBODY: &str = "kefu@localhost";

/// The mail edition.
#[derive(Debug, Clone, Copy)]
pub struct Mail<'a> {
    /// Sender and recipients.
    pub addresses: &'a Addresses,
}

impl Renderer for Mail<'_> {
    fn extension(&self) -> &'static str {
        "eml"
    }

    fn render(&self, document: &Document) -> Result<Vec<u8>, RenderError> {
        let identity = Identity::of(document);
        let pictures = pictures(document, &identity)?;
        let html = body::html(document, &pictures);
        let mut related = vec![MimePart::new("text/html", html)];
        for picture in pictures {
            let part = MimePart::new("image/png", picture.png)
                .inline()
                .cid(picture.cid);
            related.push(part);
        }
        let whole = identity.multipart(
            "alternative",
            vec![
                MimePart::new("text/plain", markdown::text(document)),
                identity.multipart("related", related),
            ],
        );
        let from = if self.addresses.from.is_empty() {
            NOBODY
        } else {
            &self.addresses.from
        };
        let mut message = MessageBuilder::new()
            .from(address(from))
            .subject(subject(document))
            .date(identity.date)
            .message_id(identity.message.clone())
            .header("Content-Language", Header::new(document.lang.tag()));
        message = if self.addresses.to.is_empty() {
            // Mail programs open it as a draft that still wants its recipients.
            message.header("X-Unsent", Header::new("1"))
        } else {
            let to = self.addresses.to.iter().map(|to| address(to));
            message.to(Address::new_list(to.collect()))
        };
        let written = message.body(whole).write_to_vec();
        written.map_err(|error| RenderError::Mail(error.to_string()))
    }
}

/// `Name <a@b>` or `a@b`.
fn address(text: &str) -> Address<'_> {
    match text
        .trim()
        .strip_suffix('>')
        .and_then(|text| text.split_once('<'))
    {
        Some((name, email)) if !name.trim().is_empty() => {
            Address::new_address(Some(name.trim()), email.trim())
        }
        Some((_, email)) => Address::new_address(None::<&str>, email.trim()),
        None => Address::new_address(None::<&str>, text.trim()),
    }
}

/// The first finding, else the title and the day; one line.
fn subject(document: &Document) -> String {
    let first = document.findings().next();
    let text = match first {
        Some(finding) => {
            let words = [finding.mark.shape, &finding.mark.word].join(" ");
            let colon = Text(document.lang).colon();
            format!("{}{colon}{}", words.trim(), finding.text)
        }
        None => format!("{} {}", document.title, document.iso_date),
    };
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// What tells one message from another.
struct Identity {
    /// Seconds since 1970.
    date: i64,
    message: String,
    hash: String,
}

impl Identity {
    fn of(document: &Document) -> Self {
        let run = document.stamp.as_ref().map_or("", |stamp| &stamp.run);
        let title = &document.title;
        let name = format!(
            "{} {title} {} {run}",
            document.iso_date,
            document.lang.code()
        );
        let hash = blake3::hash(name.as_bytes()).to_hex().as_str()[..24].to_owned();
        let midnight = document
            .iso_date
            .parse::<chrono::NaiveDate>()
            .map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp());
        Self {
            date: document.stamp.as_ref().map_or_else(
                || midnight.unwrap_or_default(),
                |stamp| stamp.as_of.div_euclid(1_000_000),
            ),
            message: format!("{}.{hash}@kefu.invalid", document.iso_date),
            hash,
        }
    }

    /// The name of a picture inside the message.
    fn cid(&self, figure: &Figure) -> String {
        format!("{}.{}@kefu.invalid", figure.id, self.hash)
    }

    fn multipart<'x>(&self, kind: &str, parts: Vec<MimePart<'x>>) -> MimePart<'x> {
        // No line of a body in base64 or quoted-printable can begin with it: it holds `=_`.
        let boundary = format!("=_kefu_{kind}_{}", self.hash);
        let kind = ContentType::new(format!("multipart/{kind}")).attribute("boundary", boundary);
        MimePart::new(kind, parts)
    }
}

/// A figure as it lies in the message.
struct Picture<'a> {
    figure: &'a Figure,
    cid: String,
    png: Vec<u8>,
    /// Page pixels.
    width: u32,
}

/// Drawn upright: a phone shrinks a wide drawing until nobody reads it.
fn pictures<'a>(
    document: &'a Document,
    identity: &Identity,
) -> Result<Vec<Picture<'a>>, RenderError> {
    let draw = |(figure, legend): (&'a Figure, Option<&Legend>)| {
        let (png, width) = picture::sized_png(figure, Layout::Narrow, legend, document.lang)?;
        Ok(Picture {
            figure,
            cid: identity.cid(figure),
            png,
            width,
        })
    };
    shown(document).into_iter().map(draw).collect()
}

/// The figures to be seen at once: those that signal, then the others in their order.
fn shown(document: &Document) -> Vec<(&Figure, Option<&Legend>)> {
    let mut all: Vec<(&Figure, Option<&Legend>)> = document
        .blocks()
        .flat_map(|block| match block {
            Block::Multiples { legend, figures } => figures
                .iter()
                .map(|figure| (figure, Some(legend)))
                .collect(),
            Block::Figure(figure) => vec![(figure.as_ref(), None)],
            _ => Vec::new(),
        })
        .collect();
    let rank = |tone: Tone| match tone {
        Tone::Concern => 0,
        Tone::Improvement | Tone::Neutral => 1,
        _ => 2,
    };
    all.sort_by_key(|(figure, _)| rank(figure.tone));
    all.truncate(MOST_PICTURES);
    all
}
