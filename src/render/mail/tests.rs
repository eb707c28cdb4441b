use super::*;
use crate::i18n::Lang;
use crate::report::document::{Section, Stamp};
use crate::report::figure::samples::samples;
use crate::report::nightly::fixture::{night, quiet};
use crate::report::nightly::nightly;

fn addresses() -> Addresses {
    Addresses {
        from: "客服质检 <kefu@example.com>".to_owned(),
        to: vec![
            "boss@example.com".to_owned(),
            "Li <li@example.com>".to_owned(),
        ],
    }
}

fn document(lang: Lang) -> Document {
    let mut document = nightly(&night(), lang);
    document.stamp = Some(Stamp {
        run: "r0007".to_owned(),
        as_of: 1_774_814_400_000_000,
    });
    document.sections.push(Section {
        id: "samples",
        title: "Samples".to_owned(),
        lead: None,
        blocks: samples(lang)
            .into_iter()
            .map(|figure| Block::Figure(Box::new(figure)))
            .collect(),
    });
    document
}

fn message(document: &Document, addresses: &Addresses) -> String {
    String::from_utf8(Mail { addresses }.render(document).unwrap()).unwrap()
}

fn html(document: &Document) -> String {
    body::html(
        document,
        &pictures(document, &Identity::of(document)).unwrap(),
    )
}

#[test]
fn the_same_document_gives_the_same_message() {
    for lang in Lang::ALL {
        let document = document(lang);
        let first = message(&document, &addresses());
        assert!(first == message(&document, &addresses()));
        for part in [
            "Date: Sun, 29 Mar 2026 20:00:00 +0000\r\n",
            "Message-ID: <2026-03-29.",
            "To: <boss@example.com>, \"Li\" <li@example.com>",
            "MIME-Version: 1.0\r\n",
            "Content-Type: multipart/alternative;",
            "Content-Type: multipart/related;",
            "Content-Type: image/png",
        ] {
            assert!(first.contains(part), "{part}\n{}", &first[..2000]);
        }
        assert!(!first.contains("X-Unsent"));
        if let Some(folder) = std::env::var_os("KEFU_GALLERY") {
            let folder = std::path::Path::new(&folder);
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join(format!("mail.{}.eml", lang.code())), first).unwrap();
            std::fs::write(
                folder.join(format!("mail.{}.html", lang.code())),
                html(&document),
            )
            .unwrap();
        }
    }
}

#[test]
fn every_picture_is_in_the_message_and_nothing_is_fetched() {
    let document = document(Lang::En);
    let html = html(&document);
    let text = message(&document, &Addresses::default());
    let cids: Vec<&str> = html
        .split("src=\"cid:")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(cids.len(), MOST_PICTURES);
    for cid in cids {
        assert!(text.contains(&format!("Content-ID: <{cid}>")), "{cid}");
    }
    assert_eq!(html.matches("src=").count(), MOST_PICTURES);
    for word in [
        "http:", "https:", "<script", "<link", "<style", "url(", "class=",
    ] {
        assert!(!html.contains(word), "{word}");
    }
    assert!(text.contains("X-Unsent: 1") && text.contains("kefu@localhost"));
}

/// Base64 back to bytes.
fn decoded(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<u32> = text
        .bytes()
        .filter_map(|byte| DIGITS.iter().position(|known| *known == byte))
        .map(|at| u32::try_from(at).unwrap())
        .collect();
    digits
        .chunks(4)
        .flat_map(|four| {
            let bits =
                four.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - four.len()));
            bits.to_be_bytes()[1..four.len()].to_vec()
        })
        .collect()
}

#[test]
fn pictures_are_whole() {
    let text = message(&document(Lang::Zh), &addresses());
    for part in text.split("Content-Type: image/png").skip(1) {
        let body = part.split("\r\n\r\n").nth(1).unwrap();
        let body = body.split("\r\n--").next().unwrap();
        let bytes = decoded(body);
        assert!(bytes.starts_with(b"\x89PNG") && bytes.ends_with(b"IEND\xaeB`\x82"));
    }
}

#[test]
fn html_stays_small_and_long_tables_are_folded() {
    let mut document = document(Lang::Zh);
    for block in document
        .sections
        .iter_mut()
        .flat_map(|section| &mut section.blocks)
    {
        if let Block::Table(table) = block {
            let row = table.rows.first().cloned().unwrap_or_default();
            table.rows.extend(std::iter::repeat_n(row, 500));
        }
    }
    let html = html(&document);
    assert!(html.len() < 100_000, "{}", html.len());
    assert!(html.contains("见完整报告"));
}

#[test]
fn headers_cannot_be_added_by_a_name() {
    let mut document = document(Lang::En);
    for block in document
        .sections
        .iter_mut()
        .flat_map(|section| &mut section.blocks)
    {
        if let Block::Findings(findings) = block {
            findings.items[0].text = "x\r\nBcc: evil@example.com\r\n\r\n<script>".to_owned();
        }
    }
    let text = message(&document, &addresses());
    let head = text.split("\r\n\r\n").next().unwrap();
    assert!(!head.contains("\nBcc:"), "{head}");
    assert!(!html(&document).contains("<script>"));
}

#[test]
fn a_quiet_night_has_a_subject() {
    for lang in Lang::ALL {
        let document = nightly(&quiet(), lang);
        assert!(!subject(&document).is_empty());
        assert!(message(&document, &Addresses::default()).contains("Subject: "));
    }
}
