//! One HTML file: no network, no frame, readable without JavaScript, on a phone and on paper.

mod figures;
mod kpis;
mod tables;

#[cfg(test)]
pub(super) use figures::ROWS;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::i18n::text::Text;
use crate::report::document::{
    Block, Definition, Document, Fact, Finding, Findings, Mark, Section, Worksheet,
};

use super::{RenderError, Renderer, csp};

const STYLE: &str = include_str!("assets/report.css");
const SCRIPT: &str = include_str!("assets/report.js");

/// The HTML edition.
#[derive(Debug, Clone, Copy, Default)]
pub struct Html;

impl Renderer for Html {
    fn extension(&self) -> &'static str {
        "html"
    }

    fn render(&self, document: &Document) -> Result<Vec<u8>, RenderError> {
        page(document).map(|page| page.into_string().into_bytes())
    }
}

fn page(document: &Document) -> Result<Markup, RenderError> {
    let t = Text(document.lang);
    let sections = document
        .sections
        .iter()
        .map(|part| section(part, t))
        .collect::<Result<Vec<Markup>, _>>()?;
    Ok(html! {
        (DOCTYPE)
        html lang=(document.lang.tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(csp::policy(STYLE, SCRIPT));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content={ "kefu " (env!("CARGO_PKG_VERSION")) };
                @if let Some(stamp) = &document.stamp { meta name="kefu-run" content=(stamp.run); }
                title { (document.title) " · " (document.centre) " · " (document.iso_date) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { (t.skip()) }
                (masthead(document, t))
                main id="main" { @for section in &sections { (section) } }
                footer.foot { p { (document.footer) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    })
}

fn masthead(document: &Document, t: Text) -> Markup {
    html! {
        header.masthead {
            div.bar {
                p.centre { (document.centre) }
                div.controls {
                    @if let Some(other) = &document.other {
                        a.language href=(other.href) hreflang=(other.lang.tag()) lang=(other.lang.tag()) { (other.label) }
                    }
                    (theme(t))
                }
            }
            div.title {
                h1 { (document.title) }
                p.date { time datetime=(document.iso_date) { (document.date) } }
            }
            (facts(&document.facts))
            nav.contents aria-label=(t.contents()) {
                ul {
                    @for section in &document.sections {
                        li { a href={ "#" (section.id) } { (section.title) } }
                    }
                }
            }
        }
    }
}

/// Radio buttons: the style sheet alone follows them, the script only remembers the choice.
fn theme(t: Text) -> Markup {
    let choices = [
        ("auto", t.theme_auto()),
        ("light", t.theme_light()),
        ("dark", t.theme_dark()),
    ];
    html! {
        fieldset.theme {
            legend { (t.theme()) }
            @for (code, word) in choices {
                input type="radio" name="theme" id={ "theme-" (code) } value=(code) checked[code == "auto"];
                label for={ "theme-" (code) } { (word) }
            }
        }
    }
}

fn facts(facts: &[Fact]) -> Markup {
    html! {
        dl.facts { @for fact in facts { div { dt { (fact.label) } dd { (fact.value) } } } }
    }
}

fn section(section: &Section, t: Text) -> Result<Markup, RenderError> {
    let blocks = section
        .blocks
        .iter()
        .map(|part| block(part, t))
        .collect::<Result<Vec<Markup>, _>>()?;
    let heading = format!("{}-title", section.id);
    Ok(html! {
        section id=(section.id) aria-labelledby=(heading) {
            h2 id=(heading) { (section.title) }
            @if let Some(lead) = &section.lead { p.lead { (tables::spoken(lead, t)) } }
            @for block in &blocks { (block) }
        }
    })
}

fn block(block: &Block, t: Text) -> Result<Markup, RenderError> {
    Ok(match block {
        Block::Text {
            heading,
            paragraphs,
        } => html! {
            div.prose {
                @if !heading.is_empty() { h3 { (tables::spoken(heading, t)) } }
                ul { @for paragraph in paragraphs { li { (tables::spoken(paragraph, t)) } } }
            }
        },
        Block::Findings(part) => findings(part, t),
        Block::KpiTable(table) => kpis::table(table, t)?,
        Block::Multiples { legend, figures } => figures::multiples(legend, figures, t)?,
        Block::Figure(figure) => figures::wide(figure, t)?,
        Block::Table(table) => tables::table(table, t),
        Block::Restated(restated) => tables::with_notes(&restated.table, &restated.notes, t),
        Block::Definitions(list) => definitions(list, t),
        Block::Details { summary, blocks } => details(summary, blocks, t)?,
        Block::Worksheet(sheet) => worksheet(sheet, t),
    })
}

/// Closed on the screen, open on paper.
fn details(summary: &str, folded: &[Block], t: Text) -> Result<Markup, RenderError> {
    let blocks = folded
        .iter()
        .map(|part| match part {
            Block::Table(table) => Ok(tables::whole(table, t)),
            part => block(part, t),
        })
        .collect::<Result<Vec<Markup>, _>>()?;
    // A table named like what it is folded under needs no second heading.
    let titled = matches!(folded, [Block::Table(table)] if table.caption == summary);
    Ok(html! {
        details.folded.titled[titled] {
            summary { (tables::spoken(summary, t)) }
            @for block in &blocks { (block) }
        }
    })
}

/// A sheet of paper: each case with its blank lines.
fn worksheet(sheet: &Worksheet, t: Text) -> Markup {
    html! {
        div.worksheet {
            h3 { (tables::spoken(&sheet.heading, t)) }
            p.task { (sheet.task) }
            ol {
                @for case in &sheet.cases {
                    li {
                        p.case { strong { (case.id) } " " span.sub { (tables::spoken(&case.facts, t)) } }
                        blockquote { (tables::spoken(&case.text, t)) }
                        @for question in &sheet.questions { p.blank { (question) } }
                    }
                }
            }
        }
    }
}

fn findings(findings: &Findings, t: Text) -> Markup {
    html! {
        ul.tallies {
            @for tally in &findings.tallies {
                li.{ "tone-" (tally.mark.tone.code()) } {
                    span.shape aria-hidden="true" { (tally.mark.shape) }
                    strong { (tally.count) }
                    " " (tally.mark.word)
                }
            }
        }
        ol.findings { @for item in &findings.items { (finding(item, t)) } }
        @if let Some(rest) = &findings.rest { p.rest { (rest) } }
    }
}

fn finding(finding: &Finding, t: Text) -> Markup {
    html! {
        li.{ "tone-" (finding.mark.tone.code()) } {
            div.verdict { (mark(&finding.mark)) }
            div.claim {
                p.text {
                    @match &finding.kpi {
                        Some(kpi) => a href={ "#kpi-" (kpi) } { (tables::spoken(&finding.text, t)) },
                        None => (tables::spoken(&finding.text, t)),
                    }
                }
                p.evidence { (clauses(&finding.evidence, t)) }
            }
            @if let Some(owner) = &finding.owner { p.owner { (t.ask(owner)) } }
        }
    }
}

/// Clauses on one line; a line ends between two of them rather than inside one.
fn clauses(parts: &[String], t: Text) -> Markup {
    html! {
        @for (i, part) in parts.iter().enumerate() {
            span.clause {
                (tables::spoken(&tables::unbroken(part), t))
                @if i + 1 < parts.len() { (t.clause().trim_end()) }
            }
            @if t.clause().ends_with(' ') { " " }
        }
    }
}

/// Shape, word and colour together; the shape alone says nothing to a screen reader.
fn mark(mark: &Mark) -> Markup {
    html! {
        span.mark.{ "tone-" (mark.tone.code()) } {
            @if !mark.shape.is_empty() { span.shape aria-hidden="true" { (mark.shape) } }
            span.word { (mark.word) }
        }
    }
}

fn definitions(list: &[Definition], t: Text) -> Markup {
    html! {
        details.definitions {
            summary { (t.definitions_title()) }
            dl {
                @for definition in list {
                    div {
                        dt { (definition.name) " " code { (definition.id) } }
                        dd {
                            p { (definition.about) }
                            p.facts-line {
                                @for (i, fact) in definition.facts.iter().enumerate() {
                                    @if i > 0 { " · " }
                                    (fact.label) (t.colon()) (fact.value)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
