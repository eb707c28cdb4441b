//! Why the figures can be trusted: every row accounted for, every definition named.

use crate::kpi::figure::Unit;
use crate::report::document::{Block, Column, Definition, Fact, Section, Table};
use crate::report::format;

use super::{FileLedger, Page};

pub(super) fn section(page: Page) -> Section {
    let t = page.t;
    // What has changed comes first: the list of files grows with every night and would bury it.
    let mut blocks = vec![
        Block::Restated(page.restated()),
        Block::Table(page.ledger()),
        Block::Table(page.rejects()),
        Block::Table(page.unmapped()),
    ];
    blocks.extend(page.remarks());
    blocks.push(Block::Definitions(page.definitions()));
    super::section("trust", t.trust_title(), Some(page.balance()), blocks)
}

impl Page<'_> {
    /// Whether every row of every file is accounted for.
    fn balance(self) -> String {
        let t = self.t;
        let files = &self.input.ledger;
        let off: Vec<&str> = files
            .iter()
            .filter(|file| !file.balances())
            .map(|file| file.file.as_str())
            .collect();
        match (files.is_empty(), off.is_empty()) {
            (true, _) => t.balance_no_files().to_owned(),
            (false, true) => t.balance_holds(&files.len().to_string()),
            (false, false) => t.balance_broken(&off.join(t.list())),
        }
    }

    fn ledger(self) -> Table {
        let t = self.t;
        let files = &self.input.ledger;
        let row = |name: &str, table: &str, numbers: [u64; 5], balances: bool| {
            let mut row = vec![name.to_owned(), table.to_owned()];
            row.extend(numbers.map(format::count));
            row.push(
                if balances {
                    t.balanced()
                } else {
                    t.unbalanced()
                }
                .to_owned(),
            );
            row
        };
        let numbers = |file: &FileLedger| {
            [
                file.read,
                file.stored,
                file.replaced,
                file.duplicate,
                file.rejected,
            ]
        };
        let mut rows: Vec<Vec<String>> = files
            .iter()
            .map(|file| {
                row(
                    &file.file,
                    t.table(&file.table),
                    numbers(file),
                    file.balances(),
                )
            })
            .collect();
        let total = files.len() > 1;
        if total {
            let sums = files.iter().map(numbers).fold([0; 5], |sums, file| {
                std::array::from_fn(|i| sums[i] + file[i])
            });
            rows.push(row(
                t.total(),
                "",
                sums,
                files.iter().all(FileLedger::balances),
            ));
        }
        Table {
            id: "ledger".to_owned(),
            caption: t.ledger_caption().to_owned(),
            columns: self.ledger_columns(),
            rows,
            total,
            empty: t.balance_no_files().to_owned(),
        }
    }

    fn ledger_columns(self) -> Vec<Column> {
        let t = self.t;
        vec![
            Column::text(t.col_file()),
            Column::text(t.col_table()),
            Column::number(t.rows_read()),
            Column::number(t.rows_stored()),
            Column::number(t.col_replaced()),
            Column::number(t.col_duplicate()),
            Column::number(t.rows_rejected()),
            Column::text(t.col_balance()),
        ]
    }

    fn rejects(self) -> Table {
        let Self { input, lang, t } = self;
        let mut groups: Vec<_> = input.rejects.iter().collect();
        groups.sort_by(|a, b| {
            b.rows
                .cmp(&a.rows)
                .then_with(|| (&a.reason.en, &a.column).cmp(&(&b.reason.en, &b.column)))
        });
        let rows = groups.iter().map(|group| {
            let examples: Vec<String> = group
                .examples
                .iter()
                .map(|example| {
                    let line = example.line.to_string();
                    match example.value.as_str() {
                        "" => t.place(&example.file, &line),
                        value => t.example(value, &example.file, &line),
                    }
                })
                .collect();
            vec![
                quoted(group.reason.get(lang)),
                or_none(&group.column),
                format::count(group.rows),
                or_none(&examples.join(t.clause())),
            ]
        });
        Table {
            id: "rejects".to_owned(),
            caption: t.rejects_caption().to_owned(),
            columns: vec![
                Column::text(t.col_reason()),
                Column::text(t.col_column()),
                Column::number(t.col_rows()),
                Column::text(t.col_examples()),
            ],
            rows: rows.collect(),
            total: false,
            empty: t.no_rejects().to_owned(),
        }
    }

    fn unmapped(self) -> Table {
        let t = self.t;
        let mut codes: Vec<_> = self.input.unmapped.iter().collect();
        codes.sort_by(|a, b| {
            b.rows
                .cmp(&a.rows)
                .then_with(|| (&a.table, &a.column, &a.value).cmp(&(&b.table, &b.column, &b.value)))
        });
        let rows = codes.iter().map(|code| {
            vec![
                code.value.clone(),
                t.table(&code.table).to_owned(),
                code.column.clone(),
                format::count(code.rows),
            ]
        });
        Table {
            id: "unmapped".to_owned(),
            caption: t.unmapped_caption().to_owned(),
            columns: vec![
                Column::text(t.col_code()),
                Column::text(t.col_table()),
                Column::text(t.col_column()),
                Column::number(t.col_rows()),
            ],
            rows: rows.collect(),
            total: false,
            empty: t.no_unmapped().to_owned(),
        }
    }

    /// Linking, maturity and further remarks.
    fn remarks(self) -> Option<Block> {
        let Self { input, lang, t } = self;
        let mut paragraphs = Vec::new();
        if let Some(linking) = input.linking {
            let estimate = linking.unlinkable;
            paragraphs.push(t.unlinkable(
                &format::maybe(estimate.value, Unit::Percent, lang),
                &format::sum(estimate.numerator),
                &format::sum(estimate.denominator),
            ));
            let hours = linking.window_hours.to_string();
            paragraphs.push(t.immature(&format::count(linking.immature), &hours));
        }
        paragraphs.extend(input.notes.iter().map(|note| note.get(lang).to_owned()));
        (!paragraphs.is_empty()).then(|| Block::Text {
            heading: t.limits_of_data().to_owned(),
            paragraphs,
        })
    }

    fn definitions(self) -> Vec<Definition> {
        let Self { input, lang, t } = self;
        let fact = |label: &str, value: &str| Fact {
            label: label.to_owned(),
            value: value.to_owned(),
        };
        let definition = |line: &super::KpiLine| {
            let mut facts = vec![
                fact(t.unit_label(), self.unit(line.unit)),
                fact(t.source(), line.source.get(lang)),
            ];
            facts.extend(
                line.variant
                    .as_deref()
                    .map(|variant| fact(t.variant(), variant)),
            );
            Definition {
                id: line.id.clone(),
                name: line.name.get(lang).to_owned(),
                about: line.about.get(lang).to_owned(),
                facts,
            }
        };
        input.kpis.iter().map(definition).collect()
    }
}

fn or_none(text: &str) -> String {
    if text.is_empty() {
        format::NONE.to_owned()
    } else {
        text.to_owned()
    }
}

/// A message of the command line as a sentence: what stands there between backticks stands in quotation marks.
fn quoted(message: &str) -> String {
    let Some((before, rest)) = message.split_once('`') else {
        return message.to_owned();
    };
    match rest.split_once('`') {
        Some((code, after)) => format!("{before}“{code}”{}", quoted(after)),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn commands_of_a_message_stand_in_quotation_marks() {
        assert_eq!(
            quoted("after `;`: join with `cat a b`."),
            "after “;”: join with “cat a b”."
        );
        assert_eq!(quoted("not closed: `x"), "not closed: `x");
        assert_eq!(quoted("未闭合"), "未闭合");
    }
}
