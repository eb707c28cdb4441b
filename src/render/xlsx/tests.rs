use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx as Book};

use super::*;
use crate::i18n::Lang;
use crate::report::document::{Block as Part, Section};
use crate::report::figure::samples::samples;
use crate::report::nightly::fixture::{night, quiet};
use crate::report::nightly::nightly;

/// The nightly document with every kind of figure.
fn everything(lang: Lang) -> Document {
    let mut document = nightly(&night(), lang);
    document.stamp = Some(document::Stamp {
        run: "r0007".to_owned(),
        as_of: 1_774_814_400_000_000,
    });
    let figures = samples(lang);
    document.sections.push(Section {
        id: "samples",
        title: "Samples".to_owned(),
        lead: None,
        blocks: figures
            .into_iter()
            .map(|figure| Part::Figure(Box::new(figure)))
            .collect(),
    });
    document
}

fn open(bytes: Vec<u8>) -> Book<Cursor<Vec<u8>>> {
    Book::new(Cursor::new(bytes)).unwrap()
}

fn sheet(book: &mut Book<Cursor<Vec<u8>>>, name: &str) -> Range<Data> {
    book.worksheet_range(name).unwrap()
}

/// One file of the archive as text.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut file = archive.by_name(name).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut file, &mut text).unwrap();
    text
}

fn parts(bytes: &[u8]) -> Vec<String> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect()
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for lang in Lang::ALL {
        let document = everything(lang);
        let first = Xlsx.render(&document).unwrap();
        assert!(first == Xlsx.render(&document).unwrap());
        let core = part(&first, "docProps/core.xml");
        assert!(core.contains("2026-03-29T20:00:00Z"), "{core}");
        assert!(core.contains("r0007"), "{core}");
        if let Some(folder) = std::env::var_os("KEFU_GALLERY") {
            let path = std::path::Path::new(&folder).join(format!("all.{}.xlsx", lang.code()));
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(path, first).unwrap();
        }
    }
}

#[test]
fn the_summary_holds_numbers_and_not_their_prints() {
    for lang in Lang::ALL {
        let t = Text(lang);
        let document = everything(lang);
        let mut book = open(Xlsx.render(&document).unwrap());
        let range = sheet(&mut book, t.sheet_summary());
        let head = range
            .rows()
            .position(|row| row[0] == Data::String(t.col_kpi().to_owned()))
            .unwrap();
        for (cells, row) in range.rows().skip(head + 1).zip(document.kpis()) {
            assert_eq!(cells[0], Data::String(row.name.clone()));
            match row.raw.estimate.value {
                Some(value) => assert_eq!(cells[2], Data::Float(value), "{}", row.id),
                None => assert_eq!(cells[2], Data::String("—".to_owned())),
            }
            assert_eq!(cells[5], Data::Float(row.raw.estimate.n as f64));
            assert_eq!(cells[17], Data::String(row.id.clone()));
        }
    }
}

#[test]
fn every_figure_has_a_sheet_and_most_a_chart() {
    let document = everything(Lang::En);
    let bytes = Xlsx.render(&document).unwrap();
    let charts = parts(&bytes)
        .iter()
        .filter(|name| name.starts_with("xl/charts/chart"))
        .count();
    let drawn = document
        .figures()
        .filter(|figure| plotted(figure, Text(Lang::En)).chart.is_some())
        .count();
    assert_eq!(charts, drawn);
    assert!(drawn >= 10, "{drawn}");
    let book = open(bytes);
    let names = book.sheet_names();
    let t = Text(Lang::En);
    assert_eq!(names.first().map(String::as_str), Some(t.sheet_summary()));
    assert_eq!(names.last().map(String::as_str), Some(t.sheet_dictionary()));
    let tables = tables(&document).count();
    assert_eq!(names.len(), 3 + document.figures().count() + tables);
}

#[test]
fn a_control_chart_is_drawn_from_its_unrounded_days() {
    let document = everything(Lang::Zh);
    let figure = document.figures().next().unwrap();
    let crate::report::figure::Plot::Control(plot) = &figure.plot else {
        panic!("{}", figure.id)
    };
    let name = names::of_figure(figure, &document);
    let mut book = open(Xlsx.render(&document).unwrap());
    let range = sheet(&mut book, &name);
    for (cells, day) in range.rows().skip(5).zip(&plot.days) {
        assert_eq!(cells[1], day.value.map_or(Data::Empty, Data::Float));
        assert_eq!(cells[3], day.lower.map_or(Data::Empty, Data::Float));
    }
}

#[test]
fn conditional_formats_stand_on_numbers() {
    let bytes = Xlsx.render(&everything(Lang::Zh)).unwrap();
    let first = part(&bytes, "xl/worksheets/sheet1.xml");
    for kind in [
        "type=\"dataBar\"",
        "type=\"iconSet\"",
        "sparklineGroup",
        "<autoFilter",
        "state=\"frozen\"",
    ] {
        assert!(first.contains(kind), "{kind}");
    }
    let scales = parts(&bytes)
        .iter()
        .filter(|name| name.starts_with("xl/worksheets/sheet"))
        .filter(|name| part(&bytes, name).contains("type=\"colorScale\""))
        .count();
    assert!(scales >= 2, "{scales}");
}

#[test]
fn nothing_an_export_says_becomes_a_formula() {
    let mut document = everything(Lang::En);
    let hostile = [
        "=HYPERLINK(\"http://x\")",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "https://x.example",
        "007",
    ];
    for part in document
        .sections
        .iter_mut()
        .flat_map(|section| &mut section.blocks)
    {
        if let Part::Table(table) = part {
            for row in &mut table.rows {
                for (cell, text) in row.iter_mut().zip(hostile.iter().cycle()) {
                    *cell = (*text).to_owned();
                }
            }
            table.caption = hostile[0].to_owned();
        }
    }
    let bytes = Xlsx.render(&document).unwrap();
    for name in parts(&bytes)
        .iter()
        .filter(|name| name.starts_with("xl/worksheets/"))
    {
        let text = part(&bytes, name);
        assert!(!text.contains("<f>") && !text.contains("<f "), "{name}");
        assert!(!text.contains("http://x\""), "{name}");
    }
    let mut book = open(bytes);
    let cells: Vec<Data> = book
        .worksheets()
        .into_iter()
        .flat_map(|(_, range)| range.rows().flatten().cloned().collect::<Vec<_>>())
        .collect();
    for text in [hostile[0], hostile[1], hostile[3]] {
        assert!(cells.contains(&Data::String(text.to_owned())), "{text}");
    }
}

#[test]
fn a_quiet_night_is_a_workbook_too() {
    for lang in Lang::ALL {
        let book = open(Xlsx.render(&nightly(&quiet(), lang)).unwrap());
        assert!(book.sheet_names().len() >= 3);
    }
}
