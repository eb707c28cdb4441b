//! Texts that mean harm, in the forms that people open elsewhere: workbook, Markdown, mail, pictures, file names.

#![allow(
    clippy::format_push_string,
    reason = "a row of an export reads best as one format"
)]

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use kefu::i18n::visible::is_hidden;

use crate::builder::{Centre, contents};

/// What a spreadsheet would run, a Markdown viewer follow, a mail reader obey, a browser execute.
const HOSTILE: [&str; 8] = [
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "[open](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "a | b `c` | <img src=http://evil.example/p onerror=alert(1)>",
    "x\r\nBcc: evil@example.com\r\n\r\n<script>alert(1)</script>",
    "</text></svg><script>alert(2)</script>",
    "a\u{202e}cod.exe\u{2066}b\u{1b}[2J",
    "../../../etc/passwd\u{7}",
];

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Three weeks of calls and tickets with a hostile text in every text field.
fn centre() -> Centre {
    let mut calls = "call_id,started_at,answered_at,ended_at,queue,customer,agent_id,outcome,problem_type,score\n".to_owned();
    let mut tickets = "ticket_id,created_at,updated_at,channel,kind,problem_type,status,customer,agent_id,outlet,description\n".to_owned();
    let mut evaluations = "evaluation_id,item,evaluated_at,agent_id,passed,critical\n".to_owned();
    let mut agents = "agent_id,name,team,site\n".to_owned();
    let text = |at: usize| quoted(HOSTILE[at % HOSTILE.len()]);
    for day in 1..=21 {
        for at in 0..24 {
            let n = day * 100 + at;
            let hour = format!("2026-03-{day:02} {:02}", 8 + at % 12);
            let [agent, queue, problem] = [text(at), text(at / 2), text(at / 3 + day)];
            calls += &format!(
                "c{n},{hour}:00:00,{hour}:00:20,{hour}:04:00,{queue},u{},{agent},answered,{problem},{}\n",
                n % 90,
                1 + n % 5
            );
            tickets += &format!(
                "t{n},{hour}:20:00,{hour}:50:00,phone,complaint,{problem},pending,u{},{agent},{},{}\n",
                n % 9,
                text(at + 1),
                text(at + 2)
            );
            evaluations += &format!(
                "e{n},{},{hour}:30:00,{agent},{},false\n",
                text(at + 3),
                at % 8 > 1
            );
        }
    }
    for at in 0..HOSTILE.len() {
        let team = text(at / 2);
        agents += &format!("{},{},{team},{team}\n", text(at), text(at));
    }
    let centre = toml::Value::String(HOSTILE[4].replace("\r\n", " "));
    Centre::new()
        .file("calls.csv", calls)
        .file("tickets.csv", tickets)
        .file("evaluations.csv", evaluations)
        .file("agents.csv", agents)
        .config(&format!(
            "[centre]\nname = {{ en = {centre}, zh = {centre} }}\n\n[mail]\nfrom = \"kefu@example.com\"\nto = [\"qa@example.com\"]\n"
        ))
}

/// No formula and no link in a cell; texts as texts, without hidden characters.
fn workbook_is_inert(path: &Path, bytes: &[u8]) {
    let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
    for sheet in book.sheet_names().clone() {
        let formulas = book.worksheet_formula(&sheet).unwrap();
        assert!(
            formulas.used_cells().next().is_none(),
            "{} {sheet}: a formula",
            path.display()
        );
        for (_, _, cell) in book.worksheet_range(&sheet).unwrap().used_cells() {
            if let Data::String(text) = cell {
                assert!(
                    !text.contains(is_hidden),
                    "{} {sheet}: {text:?}",
                    path.display()
                );
            }
        }
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).unwrap();
        let mut text = String::new();
        if std::io::Read::read_to_string(&mut member, &mut text).is_ok() {
            let outside = text.contains("TargetMode=\"External\"");
            assert!(
                !outside,
                "{}: {:?} leads outside",
                path.display(),
                member.name()
            );
        }
    }
}

/// No tag, link or picture of a text is alive, and no text opens another cell of a table.
fn markdown_is_inert(path: &Path, text: &str) {
    // A sign after a backslash is itself and nothing else.
    let live = text.replace("\\]", "").replace("\\[", "");
    for alive in ["<img", "<script", "](javascript:", "![", "</svg>"] {
        assert!(!live.contains(alive), "{}: {alive}", path.display());
    }
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut width = None;
    for line in text.lines() {
        if line.starts_with('|') {
            let first = *width.get_or_insert(cells(line));
            assert_eq!(cells(line), first, "{}: {line}", path.display());
        } else {
            width = None;
        }
    }
}

/// One header block, with the fields the program writes and no other.
fn mail_is_inert(path: &Path, text: &str) {
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    for line in head.lines() {
        let folded = line.starts_with([' ', '\t']);
        let name = line.split(':').next().unwrap_or_default();
        let known = [
            "Date",
            "From",
            "To",
            "Subject",
            "Message-ID",
            "MIME-Version",
            "Content-Type",
            "X-Unsent",
            "Content-Language",
            "Auto-Submitted",
        ];
        assert!(
            folded || known.contains(&name),
            "{}: {line}",
            path.display()
        );
    }
    let parts = crate::formats::parts(text);
    let html = parts.iter().find(|(kind, _)| kind.starts_with("text/html"));
    let html = String::from_utf8(html.unwrap().1.clone()).unwrap();
    assert!(
        html.contains("&lt;script&gt;"),
        "the texts are there, as texts"
    );
    for alive in ["<script", "src=\"http", "href=\"javascript:", "onerror=\""] {
        assert!(!html.contains(alive), "{}: {alive}", path.display());
    }
}

#[test]
fn hostile_texts_are_inert_in_every_format() {
    let centre = centre();
    centre.run(&["-q", "--format", "xlsx,md,eml,svg,png"]);
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for (path, bytes) in contents(&centre.path("reports")) {
        let name = path.to_string_lossy().into_owned();
        assert!(
            name.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
                && !name.contains(".."),
            "{name:?}"
        );
        let kind = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        *seen.entry(kind.clone()).or_default() += 1;
        let text = std::str::from_utf8(&bytes).unwrap_or_default();
        let lines = text.replace("\r\n", "\n");
        assert!(!lines.contains(is_hidden), "{name} has hidden characters");
        match kind.as_str() {
            "xlsx" => workbook_is_inert(&path, &bytes),
            "md" if name.starts_with("nightly") || name.starts_with("trainer") => {
                markdown_is_inert(&path, text);
            }
            "eml" => mail_is_inert(&path, text),
            "svg" => assert!(
                !text.contains("<script")
                    && text.matches("<svg").count() == text.matches("</svg>").count(),
                "{name}"
            ),
            _ => {}
        }
    }
    for kind in ["xlsx", "md", "eml", "svg", "png"] {
        assert!(
            seen.get(kind).is_some_and(|count| *count >= 4),
            "{kind}: {seen:?}"
        );
    }
    let page = std::fs::read_to_string(centre.path("reports/latest/trainer_en.md")).unwrap();
    assert!(
        page.contains("javascript:alert"),
        "the texts are there, as texts"
    );
}
