//! What people write, how well keywords recognise it, and cases to practise on.

use crate::insight::phrases::{Group, Recognised};
use crate::kpi::figure::Unit;
use crate::report::document::{Block, Column, Section, Table, Worksheet, WorksheetCase};
use crate::report::format;

use super::Page;

/// Types listed, and phrases of each.
const TYPES: usize = 10;
const PHRASES: usize = 6;

/// Problems with a worksheet.
const SHEETS: usize = 3;

pub(super) fn section(page: Page) -> Section {
    let t = page.t;
    let found = &page.input.phrases;
    if found.tickets == 0 {
        let none = vec![t.phrases_none().to_owned()];
        return super::section(
            "phrases",
            t.phrases_title(),
            None,
            vec![super::prose("", none)],
        );
    }
    let mut blocks = vec![Block::Table(page.phrases())];
    let whole = &found.recognition.whole;
    if whole.of == 0 {
        blocks.push(super::prose("", vec![t.recognition_none().to_owned()]));
    } else {
        let percent = |share| format::maybe(share, Unit::Percent, page.lang);
        let heading = t.recognition_title(&percent(whole.precision()), &percent(whole.recall()));
        let note = t.recognition_note(&format::count(whole.of));
        blocks.push(super::prose(&heading, vec![note]));
        blocks.push(Block::Details {
            summary: t.recognition_details().to_owned(),
            blocks: vec![Block::Table(page.recognition())],
        });
    }
    let lead = Some(t.phrases_lead().to_owned());
    super::section("phrases", t.phrases_title(), lead, blocks)
}

/// Cases of the costliest problems that have some.
pub(super) fn worksheet(page: Page) -> Option<Section> {
    let t = page.t;
    let groups = &page.input.phrases.groups;
    let of = |problem: &str| {
        let same = |group: &&Group| group.problem.as_deref() == Some(problem);
        groups
            .iter()
            .find(same)
            .filter(|group| !group.examples.is_empty())
    };
    let sheets: Vec<Block> = page
        .input
        .problems
        .rows
        .iter()
        .filter_map(|row| of(row.members.first()?))
        .take(SHEETS)
        .map(|group| Block::Worksheet(page.sheet(group)))
        .collect();
    let lead = Some(t.worksheet_lead().to_owned());
    (!sheets.is_empty()).then(|| super::section("worksheet", t.worksheet_title(), lead, sheets))
}

impl Page<'_> {
    fn group(self, problem: Option<&str>) -> String {
        problem.map_or_else(
            || self.t.phrases_untyped().to_owned(),
            |code| self.problem(code),
        )
    }

    fn phrases(self) -> Table {
        let t = self.t;
        let rows = self.input.phrases.groups.iter().take(TYPES).map(|group| {
            let phrases: Vec<String> = group
                .phrases
                .iter()
                .take(PHRASES)
                .map(|phrase| t.phrase_is(&phrase.text, &format::count(phrase.here)))
                .collect();
            vec![
                self.group(group.problem.as_deref()),
                format::count(group.tickets),
                format::count(group.by_keyword),
                if phrases.is_empty() {
                    format::NONE.to_owned()
                } else {
                    phrases.join(t.list())
                },
            ]
        });
        Table {
            id: "phrases-by-type".to_owned(),
            caption: t.phrases_caption().to_owned(),
            columns: vec![
                Column::text(t.col_problem()),
                Column::number(t.col_with_text()),
                Column::number(t.col_by_keyword()),
                Column::text(t.col_phrases()),
            ],
            rows: rows.collect(),
            total: false,
            empty: t.phrases_none().to_owned(),
        }
    }

    fn recognition(self) -> Table {
        let Self { lang, t, .. } = self;
        let found = &self.input.phrases.recognition;
        let row = |name: String, row: &Recognised| {
            let percent = |share| format::maybe(share, Unit::Percent, lang);
            vec![
                name,
                format::count(row.of),
                format::count(row.given),
                format::count(row.right),
                percent(row.precision()),
                percent(row.recall()),
            ]
        };
        let rows = found
            .rows
            .iter()
            .map(|each| row(self.problem(&each.problem), each));
        let whole = row(t.total().to_owned(), &found.whole);
        Table {
            id: "recognition".to_owned(),
            caption: t.recognition_caption().to_owned(),
            columns: vec![
                Column::text(t.col_problem()),
                Column::number(t.col_of_type()),
                Column::number(t.col_given()),
                Column::number(t.col_right()),
                Column::number(t.col_precision()),
                Column::number(t.col_recall()),
            ],
            rows: rows.chain([whole]).collect(),
            total: true,
            empty: t.recognition_none().to_owned(),
        }
    }

    fn sheet(self, group: &Group) -> Worksheet {
        let t = self.t;
        let cases = group.examples.iter().map(|example| WorksheetCase {
            id: example.ticket.clone(),
            facts: format::day(example.day, self.lang),
            text: example.text.clone(),
        });
        Worksheet {
            heading: self.group(group.problem.as_deref()),
            task: t.worksheet_task(&group.examples.len().to_string()),
            cases: cases.collect(),
            questions: [t.question_cause(), t.question_answer(), t.question_script()]
                .map(str::to_owned)
                .to_vec(),
        }
    }
}
