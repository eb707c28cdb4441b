//! The summary as Markdown: findings, figures and tables as text, for reading in a mail or a ticket.

use std::fmt::Write as _;

use crate::i18n::text::Text;
use crate::report::document::{
    Block, Definition, Document, Finding, Findings, KpiRow, KpiTable, Mark, Table, Worksheet,
};
use crate::report::figure::Figure;

use super::{RenderError, Renderer};

/// The Markdown edition.
#[derive(Debug, Clone, Copy, Default)]
pub struct Markdown;

impl Renderer for Markdown {
    fn extension(&self) -> &'static str {
        "md"
    }

    fn render(&self, document: &Document) -> Result<Vec<u8>, RenderError> {
        Ok(text(document).into_bytes())
    }
}

/// The document as Markdown.
#[must_use]
pub fn text(document: &Document) -> String {
    let t = Text(document.lang);
    let mut out = String::new();
    let _ = writeln!(out, "# {}\n", escaped(&document.title));
    let _ = writeln!(
        out,
        "{} · {} · {}\n",
        escaped(&document.centre),
        escaped(&document.date),
        document.iso_date
    );
    for fact in &document.facts {
        let _ = writeln!(
            out,
            "- {}{}{}",
            escaped(&fact.label),
            t.colon(),
            escaped(&fact.value)
        );
    }
    for section in &document.sections {
        let _ = writeln!(out, "\n## {}\n", escaped(&section.title));
        if let Some(lead) = &section.lead {
            let _ = writeln!(out, "{}\n", escaped(lead));
        }
        for block in &section.blocks {
            self::block(&mut out, block, t);
        }
    }
    let _ = writeln!(out, "\n---\n\n{}", escaped(&document.footer));
    if let Some(stamp) = &document.stamp {
        let program = env!("CARGO_PKG_VERSION");
        let _ = writeln!(out, "\n{}", escaped(&t.sheet_of_run(&stamp.run, program)));
    }
    // A table ends with an empty line, a heading begins with one: never two.
    while out.contains("\n\n\n") {
        out = out.replace("\n\n\n", "\n\n");
    }
    out
}

fn block(out: &mut String, block: &Block, t: Text) {
    match block {
        Block::Text {
            heading,
            paragraphs,
        } => {
            let _ = writeln!(out, "### {}\n", escaped(heading));
            bullets(out, paragraphs);
        }
        Block::Findings(part) => findings(out, part, t),
        Block::KpiTable(part) => kpis(out, part),
        Block::Multiples { figures, .. } => figures.iter().for_each(|part| figure(out, part)),
        Block::Figure(part) => figure(out, part),
        Block::Table(part) => table(out, part),
        Block::Restated(part) => {
            table(out, &part.table);
            bullets(out, &part.notes);
        }
        Block::Definitions(list) => definitions(out, list, t),
        Block::Details { summary, blocks } => {
            let _ = writeln!(out, "### {}\n", escaped(summary));
            for inner in blocks {
                self::block(out, inner, t);
            }
        }
        Block::Worksheet(part) => worksheet(out, part),
    }
}

fn bullets(out: &mut String, lines: &[String]) {
    for line in lines {
        let _ = writeln!(out, "- {}", escaped(line));
    }
    out.push('\n');
}

fn findings(out: &mut String, findings: &Findings, t: Text) {
    let tallies: Vec<String> = findings
        .tallies
        .iter()
        .map(|tally| format!("{} {} {}", tally.mark.shape, tally.count, tally.mark.word))
        .collect();
    if !tallies.is_empty() {
        let _ = writeln!(out, "{}\n", escaped(tallies.join(" · ").trim()));
    }
    for (number, finding) in (1..).zip(&findings.items) {
        let _ = writeln!(out, "{number}. {}", claim(finding));
        let mut more = Vec::new();
        if !finding.evidence.is_empty() {
            more.push(finding.evidence.join(t.clause()));
        }
        more.extend(finding.owner.as_ref().map(|owner| t.ask(owner)));
        for line in more {
            let _ = writeln!(out, "   - {}", escaped(&line));
        }
    }
    out.push('\n');
    if let Some(rest) = &findings.rest {
        let _ = writeln!(out, "{}\n", escaped(rest));
    }
}

fn claim(finding: &Finding) -> String {
    format!("**{}** {}", word(&finding.mark), escaped(&finding.text))
}

/// Shape and word.
fn word(mark: &Mark) -> String {
    escaped(format!("{} {}", mark.shape, mark.word).trim())
}

fn kpis(out: &mut String, part: &KpiTable) {
    let columns = &part.columns;
    let _ = writeln!(out, "**{}**\n", escaped(&part.caption));
    let titles = [
        &columns.name,
        &columns.variation,
        &columns.value,
        &columns.basis,
        &columns.target,
        &columns.status,
        &columns.weekday,
    ];
    line(out, titles.iter().map(|title| escaped(title)));
    line(
        out,
        ["---", "---", "--:", "--:", "--:", "---", "--:"]
            .iter()
            .map(|rule| (*rule).to_owned()),
    );
    for row in &part.rows {
        line(out, cells(row).into_iter());
    }
    out.push('\n');
    bullets(out, &part.notes);
}

fn cells(row: &KpiRow) -> [String; 7] {
    let with = |text: &str, more: [Option<&String>; 2]| {
        let more: Vec<&str> = more.into_iter().flatten().map(String::as_str).collect();
        if more.is_empty() {
            escaped(text)
        } else {
            format!("{} ({})", escaped(text), escaped(&more.join("; ")))
        }
    };
    let mut variation = word(&row.variation);
    if let Some(detail) = &row.variation.detail {
        let _ = write!(variation, " ({})", escaped(detail));
    }
    let mut status = word(&row.status);
    if let Some(doubt) = &row.doubt {
        let _ = write!(status, " ({})", escaped(doubt));
    }
    [
        escaped(&row.name),
        variation,
        with(&row.value, [row.interval.as_ref(), row.day.as_ref()]),
        format!("{}, {}", escaped(&row.fraction), escaped(&row.n)),
        with(&row.target, [row.target_source.as_ref(), None]),
        status,
        with(&row.weekday, [row.weekday_change.as_ref(), None]),
    ]
}

/// What a figure says, without its picture and its data.
fn figure(out: &mut String, figure: &Figure) {
    let _ = writeln!(
        out,
        "- **{}** {}",
        escaped(&figure.title),
        escaped(&figure.subtitle)
    );
    for note in &figure.notes {
        let _ = writeln!(out, "  - {}", escaped(note));
    }
    out.push('\n');
}

fn table(out: &mut String, table: &Table) {
    if table.rows.is_empty() {
        let _ = writeln!(
            out,
            "**{}** {}\n",
            escaped(&table.caption),
            escaped(&table.empty)
        );
        return;
    }
    let _ = writeln!(out, "**{}**\n", escaped(&table.caption));
    line(
        out,
        table.columns.iter().map(|column| escaped(&column.title)),
    );
    let rule = |numeric| if numeric { "--:" } else { "---" };
    line(
        out,
        table
            .columns
            .iter()
            .map(|column| rule(column.numeric).to_owned()),
    );
    for row in &table.rows {
        line(out, row.iter().map(|cell| escaped(cell)));
    }
    out.push('\n');
}

/// Cases with a line for each answer.
fn worksheet(out: &mut String, part: &Worksheet) {
    let _ = writeln!(
        out,
        "### {}\n\n{}\n",
        escaped(&part.heading),
        escaped(&part.task)
    );
    for (number, case) in (1..).zip(&part.cases) {
        let _ = writeln!(
            out,
            "{number}. **{}** {}",
            escaped(&case.id),
            escaped(&case.facts)
        );
        let _ = writeln!(out, "   - {}", escaped(&case.text));
        for question in &part.questions {
            let _ = writeln!(out, "   - {} …", escaped(question));
        }
    }
    out.push('\n');
}

fn definitions(out: &mut String, list: &[Definition], t: Text) {
    for definition in list {
        let facts: Vec<String> = definition
            .facts
            .iter()
            .map(|fact| format!("{}{}{}", fact.label, t.colon(), fact.value))
            .collect();
        let _ = writeln!(
            out,
            "- **{}** (`{}`){}{} {}",
            escaped(&definition.name),
            definition.id,
            t.colon(),
            escaped(&definition.about),
            escaped(&facts.join(t.clause()))
        );
    }
    out.push('\n');
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    out.push('|');
    for cell in cells {
        let _ = write!(out, " {cell} |");
    }
    out.push('\n');
}

/// Text that says what it says: nothing in it is markup, a table or HTML, and it stays on its line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;
    use crate::report::nightly::fixture::{night, quiet};
    use crate::report::nightly::nightly;

    #[test]
    fn every_figure_finding_and_row_is_there() {
        for lang in Lang::ALL {
            let document = nightly(&night(), lang);
            let text = text(&document);
            for row in document.kpis() {
                let cells = cells(row);
                let line = format!("| {} |", cells.join(" | "));
                assert!(text.contains(&line), "{line}");
                assert!(cells[2].starts_with(&escaped(&row.value)));
            }
            for finding in document.findings() {
                assert!(text.contains(&escaped(&finding.text)));
            }
            for figure in document.figures() {
                assert!(text.contains(&escaped(&figure.title)));
            }
            // Every line of a table has as many cells as the line before it.
            let bars = |line: &str| line.matches('|').count() - line.matches("\\|").count();
            for pair in text.lines().collect::<Vec<_>>().windows(2) {
                if pair.iter().all(|line| line.starts_with('|')) {
                    assert_eq!(bars(pair[0]), bars(pair[1]), "{pair:?}");
                }
            }
            assert!(!text.contains("\n\n\n"));
        }
    }

    #[test]
    fn nothing_in_a_name_is_markup() {
        assert_eq!(
            escaped("<b>|a|</b> *x* _y_ [z](http://q)\nnew `c`"),
            "&lt;b>\\|a\\|&lt;/b> \\*x\\* \\_y\\_ \\[z\\](http://q) new \\`c\\`"
        );
    }

    #[test]
    fn a_quiet_night_is_written_too() {
        for lang in Lang::ALL {
            assert!(text(&nightly(&quiet(), lang)).starts_with("# "));
        }
    }
}
