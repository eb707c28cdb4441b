use std::path::PathBuf;

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use super::*;

fn read(path: &Path, sheet: &str) -> (Vec<String>, Vec<u64>) {
    let mut source = open(path, Path::new("book.xlsx"), sheet).unwrap();
    assert!(source.names().is_none());
    let (mut rows, mut blanks) = (Vec::new(), Vec::new());
    while let Some(block) = source.next_block().unwrap() {
        for row in 0..block.len() {
            let cells: Vec<&str> = block.cells(row).collect();
            rows.push(format!("{}: {}", block.line(row), cells.join("|")));
        }
        blanks.extend(block.blanks.lines());
    }
    (rows, blanks)
}

fn saved(mut book: Workbook) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    book.save_to_writer(file.reopen().unwrap()).unwrap();
    file
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/ingest/fixtures")
        .join(name)
}

#[test]
fn cells_of_every_kind_become_text() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("通话").unwrap();
    let at = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let day = Format::new().set_num_format("yyyy/m/d");
    let clock = Format::new().set_num_format("hh:mm:ss");
    let span = Format::new().set_num_format("[h]:mm:ss");
    let time = ExcelDateTime::parse_from_str("2026-01-05T09:14:59.250").unwrap();
    sheet.write(0, 0, " 编号 ").unwrap();
    sheet.write(2, 0, "00123").unwrap();
    sheet.write(2, 1, 773_012_345_678_901_f64).unwrap();
    sheet.write(2, 2, 7.73e17).unwrap();
    sheet.write(2, 3, 12.5).unwrap();
    sheet.write_with_format(2, 4, &time, &at).unwrap();
    sheet.write_with_format(2, 5, 46_027, &day).unwrap();
    sheet
        .write_with_format(2, 6, 33_299.0 / 86_400.0, &clock)
        .unwrap();
    sheet
        .write_with_format(2, 7, 95_400.0 / 86_400.0, &span)
        .unwrap();
    sheet.write(2, 8, true).unwrap();
    sheet
        .write(2, 9, Formula::new("=1+1").set_result("2"))
        .unwrap();
    sheet
        .write(2, 10, Formula::new("=NA()").set_result("#N/A"))
        .unwrap();
    sheet.write(2, 11, "a\nb\t\"c\" &amp;").unwrap();
    let file = saved(book);
    assert_eq!(sheets(file.path(), Path::new("x")).unwrap(), ["通话"]);
    let (rows, blanks) = read(file.path(), "通话");
    assert_eq!(rows[0], "1:  编号 |||||||||||");
    assert_eq!(
        rows[1],
        "3: 00123|773012345678901|7.73E+17|12.5|2026-01-05 09:14:59.250|2026-01-05 00:00:00|09:14:59\
         |26:30:00|TRUE|2|#N/A|a\nb\t\"c\" &amp;"
    );
    assert_eq!(blanks, [2]);
}

#[test]
fn formatted_empty_cells_cost_nothing() {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "id").unwrap();
    sheet.write(1, 0, "1").unwrap();
    for row in 2..20_000 {
        sheet.write_blank(row, 50, &bold).unwrap();
    }
    sheet.write_blank(1_048_575, 16_383, &bold).unwrap();
    book.add_worksheet().write_blank(5, 5, &bold).unwrap();
    let hidden = book.add_worksheet();
    hidden.set_hidden(true);
    hidden.write(0, 0, "x").unwrap();
    let file = saved(book);
    assert_eq!(sheets(file.path(), Path::new("x")).unwrap(), ["Sheet1"]);
    let (rows, blanks) = read(file.path(), "Sheet1");
    assert_eq!(
        (rows, blanks),
        (vec!["1: id".to_owned(), "2: 1".to_owned()], vec![])
    );
}

#[test]
fn merged_headers_are_filled_and_titles_are_not() {
    let mut book = Workbook::new();
    let plain = Format::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 3, "通话记录", &plain).unwrap();
    sheet.merge_range(1, 0, 2, 0, "编号", &plain).unwrap();
    sheet.merge_range(1, 1, 1, 2, "时间", &plain).unwrap();
    sheet.write(2, 1, "开始").unwrap();
    sheet.write(2, 2, "结束").unwrap();
    sheet.merge_range(1, 3, 2, 3, "工号", &plain).unwrap();
    sheet.write(3, 0, "1").unwrap();
    sheet.merge_range(40, 1, 41, 2, "late", &plain).unwrap();
    sheet.write(41, 0, "2").unwrap();
    let file = saved(book);
    assert_eq!(
        read(file.path(), "Sheet1").0,
        [
            "1: 通话记录|||",
            "2: 编号|时间|时间|工号",
            "3: 编号|开始|结束|工号",
            "4: 1|||",
            "41: |late||",
            "42: 2|||"
        ]
    );
}

#[test]
fn long_sheets_come_in_blocks_of_growing_width() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..20_000 {
        sheet.write(row, 0, row).unwrap();
    }
    sheet.write(19_000, 3, "wide").unwrap();
    let file = saved(book);
    let mut source = open(file.path(), Path::new("x"), "Sheet1").unwrap();
    let mut shapes = Vec::new();
    while let Some(block) = source.next_block().unwrap() {
        shapes.push((block.len(), block.cells(0).count(), block.line(0)));
    }
    assert_eq!(shapes, [(8192, 1, 1), (8192, 1, 8193), (3616, 4, 16_385)]);
    // A reader that is dropped half way ends its thread.
    drop(open(file.path(), Path::new("x"), "Sheet1").unwrap());
    let mut source = open(file.path(), Path::new("book.xlsx"), "none").unwrap();
    let error = source.next_block().unwrap_err().to_string();
    assert!(error.contains("has no sheet \"none\""), "{error}");
    assert!(source.next_block().unwrap().is_none());
}

#[test]
fn old_workbooks_are_read() {
    assert_eq!(
        sheets(&fixture("calls.xls"), Path::new("x")).unwrap(),
        ["通话"]
    );
    let (rows, blanks) = read(&fixture("calls.xls"), "通话");
    assert_eq!(
        rows,
        [
            "1: 通话记录||||",
            "2: 通话编号|时间|时间|工号|解决",
            "3: 通话编号|开始|时长|工号|解决",
            "4: 00773012345678901|2026-01-05 09:14:59|0:03:25|1001|TRUE",
            "6: 7.73E+15|||12.5|"
        ]
    );
    assert_eq!(blanks, [5]);
    assert_eq!(
        read(&fixture("mac.xls"), "A").0,
        ["1: at", "2: 2026-01-05 12:00:00"]
    );
}

#[test]
fn open_document_sheets_are_read() {
    assert_eq!(
        sheets(&fixture("calls.ods"), Path::new("x")).unwrap(),
        ["通话"]
    );
    let (rows, blanks) = read(&fixture("calls.ods"), "通话");
    assert_eq!(
        rows,
        [
            "1: 通话编号|开始|时长|接通",
            "4: 773012345678901|2026-01-05 09:15:00|00:03:25|TRUE",
            "5: a\nb|2026-01-05 00:00:00||"
        ]
    );
    assert_eq!(blanks, [2, 3]);
}

#[test]
fn binary_workbooks_are_read() {
    assert_eq!(
        sheets(&fixture("date.xlsb"), Path::new("x")).unwrap(),
        ["Sheet1"]
    );
    assert_eq!(
        read(&fixture("date.xlsb"), "Sheet1").0,
        [
            "1: 2021-01-01 00:00:00|15",
            "2: 2021-01-02 00:00:00|16",
            "3: 255:10:10|17"
        ]
    );
}

#[test]
fn entities_are_not_followed() {
    let path = fixture("entity.xlsx");
    let seen = match sheets(&path, Path::new("x")) {
        Err(error) => error.to_string(),
        Ok(sheets) => read(&path, &sheets[0]).0.join("\n"),
    };
    assert!(!seen.contains("root:"), "{seen}");
}

fn patched(name: &str, part: &str, change: impl Fn(&[u8]) -> Vec<u8>) -> tempfile::NamedTempFile {
    patched_file(&fixture(name), part, change)
}

fn patched_file(
    path: &Path,
    part: &str,
    change: impl Fn(&[u8]) -> Vec<u8>,
) -> tempfile::NamedTempFile {
    use std::io::{Read, Write};
    let mut from = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut to = zip::ZipWriter::new(file.reopen().unwrap());
    for at in 0..from.len() {
        let mut entry = from.by_index(at).unwrap();
        let label = entry.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if label == part {
            bytes = change(&bytes);
        }
        to.start_file(label, zip::write::SimpleFileOptions::default())
            .unwrap();
        to.write_all(&bytes).unwrap();
    }
    to.finish().unwrap();
    file
}

#[test]
fn hostile_and_damaged_workbooks_are_refused() {
    let label = Path::new("book.xlsx");
    let bomb = patched("calls.ods", "content.xml", |_| vec![b' '; 80 << 20]);
    let error = sheets(bomb.path(), label).unwrap_err().to_string();
    assert!(error.contains("looks like a zip bomb"), "{error}");
    let secret = patched("calls.ods", "META-INF/manifest.xml", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        text.replace(
            "\"/></manifest:manifest>",
            "\"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>",
        )
        .into_bytes()
    });
    let error = sheets(secret.path(), label).unwrap_err();
    assert!(error.to_string().contains("is encrypted"), "{error}");

    // Every part damaged in turn: an error or other rows, never a panic that gets out.
    for name in ["calls.xls", "calls.ods", "date.xlsb"] {
        let whole = std::fs::read(fixture(name)).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        for at in (0..whole.len()).step_by(whole.len() / 100) {
            let mut bytes = whole.clone();
            for byte in bytes.iter_mut().skip(at).take(8) {
                *byte ^= 0xff;
            }
            std::fs::write(file.path(), &bytes).unwrap();
            for sheet in sheets(file.path(), label).unwrap_or_default() {
                let mut source = open(file.path(), label, &sheet).unwrap();
                while let Ok(Some(_)) = source.next_block() {}
            }
        }
        std::fs::write(file.path(), &whole[..whole.len() / 2]).unwrap();
        assert!(sheets(file.path(), label).is_err());
    }
}

#[test]
fn a_cut_sheet_gives_its_rows_and_then_the_error() {
    let file = patched("entity.xlsx", "xl/worksheets/sheet1.xml", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let end = text.find("<row r=\"2\"").unwrap();
        text[..end].as_bytes().to_vec()
    });
    let plain = patched_strings(file.path());
    let mut source = open(plain.path(), Path::new("book.xlsx"), "Sheet").unwrap();
    assert_eq!(source.next_block().unwrap().unwrap().len(), 1);
    assert!(source.next_block().is_err());
}

/// The same workbook with its texts free of entities.
fn patched_strings(path: &Path) -> tempfile::NamedTempFile {
    use std::io::{Read, Write};
    let mut from = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut to = zip::ZipWriter::new(file.reopen().unwrap());
    for at in 0..from.len() {
        let mut entry = from.by_index(at).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        to.start_file(
            entry.name().unwrap(),
            zip::write::SimpleFileOptions::default(),
        )
        .unwrap();
        to.write_all(text.replace("&leak;", "x").as_bytes())
            .unwrap();
    }
    to.finish().unwrap();
    file
}

/// A workbook of the old format with one sheet of these records.
fn old(records: &[(u16, Vec<u8>)]) -> tempfile::NamedTempFile {
    let record = |kind: u16, data: &[u8]| {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
    };
    let begin = |kind: u8| record(0x0809, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let mut globals = begin(5);
    let start = u32::try_from(globals.len() + 4 + 9 + 4).unwrap();
    let listed = [&start.to_le_bytes()[..], &[0, 0, 1, 0, b's']].concat();
    globals.extend(record(0x0085, &listed));
    globals.extend(record(0x000a, &[]));
    let mut stream = [globals, begin(0x10)].concat();
    for (kind, data) in records {
        stream.extend(record(*kind, data));
    }
    stream.extend(record(0x000a, &[]));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), compound::around(stream).unwrap()).unwrap();
    file
}

fn numbered(row: u16, column: u16) -> (u16, Vec<u8>) {
    let mut data = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
    data.extend(7_f64.to_le_bytes());
    (0x0203, data)
}

#[test]
fn a_stray_cell_of_an_old_workbook_fits_or_is_named() {
    // What a sheet says of its size makes the library ask for memory: 2^31 rows by 60,000 columns.
    let mut claim = [0_u32.to_le_bytes(), 0x8000_0000_u32.to_le_bytes()].concat();
    claim.extend([0, 0, 0x60, 0xea, 0, 0]);
    let claims = old(&[(0x0200, claim.clone()), numbered(2, 1)]);
    assert_eq!(sheets(claims.path(), Path::new("x")).unwrap(), ["s"]);
    assert_eq!(read(claims.path(), "s").0, ["3: |7"]);
    let corner = old(&[numbered(0, 0), numbered(65_535, 255)]);
    let (rows, blanks) = read(corner.path(), "s");
    assert_eq!((rows.len(), blanks.len()), (2, 65_534));
    let far = old(&[numbered(0, 0), (0x0200, claim), numbered(65_535, 16_383)]);
    let refused = sheets(far.path(), Path::new("far.xls")).unwrap_err();
    let error = refused.to_string();
    assert!(error.starts_with("far.xls: takes too much memory: sheet \"s\" reaches to cell XFD65536 with 2 filled cells"), "{error}");
    let hint = refused.hint().unwrap_or_default();
    assert!(hint.contains("delete the stray cells"), "{hint}");
    // 10,000 cells, each with the same text of 65,000 characters.
    let mut texts = vec![0; 8];
    texts.extend([0xff, 0xff, 0]);
    let shared = |at: u16| (0x00fd, [&at.to_le_bytes()[..], &[0; 8]].concat());
    let many: Vec<_> = (0..10_000).map(shared).collect();
    let file = old(&many);
    assert!(sheets(file.path(), Path::new("x")).is_ok());
    let mut bytes = std::fs::read(file.path()).unwrap();
    let mut stream = compound::workbook(&bytes).unwrap();
    let mut table = vec![0xfc, 0, 0x20, 0x20];
    table.extend(texts);
    table.resize(4 + 0x2020, b'x');
    for _ in 0..8 {
        table.extend([0x3c, 0, 0x20, 0x20, 0]);
        table.resize(table.len() + 0x201f, b'x');
    }
    // Behind the first record; the sheet moves.
    let start = u32::from_le_bytes([stream[24], stream[25], stream[26], stream[27]]);
    let moved = start + u32::try_from(table.len()).unwrap();
    stream[24..28].copy_from_slice(&moved.to_le_bytes());
    stream.splice(20..20, table);
    bytes = compound::around(stream).unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let error = sheets(file.path(), Path::new("x")).unwrap_err().to_string();
    assert!(
        error.contains("the texts of sheet \"s\" are more than"),
        "{error}"
    );
}

#[test]
fn a_claim_of_texts_that_are_not_there_is_damage() {
    let mut book = Workbook::new();
    book.add_worksheet().write(0, 0, "a").unwrap();
    let sound = saved(book);
    let file = patched_file(sound.path(), "xl/sharedStrings.xml", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let claimed = text.replace("uniqueCount=\"1\"", "uniqueCount=\"4000000000000\"");
        assert_ne!(text, claimed);
        claimed.into_bytes()
    });
    let error = sheets(file.path(), Path::new("x.xlsx"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("claims 4000000000000 texts"), "{error}");
}

#[test]
fn a_cell_in_the_last_row_costs_nothing() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "id").unwrap();
    sheet.write(1, 0, "1").unwrap();
    sheet.write(1_048_575, 0, "2").unwrap();
    let file = saved(book);
    let mut source = open(file.path(), Path::new("x"), "Sheet1").unwrap();
    let block = source.next_block().unwrap().unwrap();
    assert_eq!((block.len(), block.blanks.count()), (3, 1_048_573));
    let below = crate::ingest::formats::below::Below::new;
    let source = open(file.path(), Path::new("x"), "Sheet1").unwrap();
    let block = below(Box::new(source), 1, 1).next_block().unwrap().unwrap();
    assert_eq!((block.len(), block.gaps), (2, 1_048_573));
    assert_eq!(block.blanks, crate::ingest::blanks::Blanks::default());
}

#[test]
fn a_cell_beyond_the_last_column_ends_the_sheet() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "id").unwrap();
    sheet.write(1, 16_383, 1).unwrap();
    let sound = saved(book);
    let file = patched_file(sound.path(), "xl/worksheets/sheet1.xml", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let far = text.replace("\"XFD2\"", "\"AZZZZZ2\"");
        assert_ne!(text, far);
        far.into_bytes()
    });
    let mut source = open(file.path(), Path::new("x"), "Sheet1").unwrap();
    assert_eq!(source.next_block().unwrap().unwrap().len(), 1);
    let error = source.next_block().unwrap_err().to_string();
    assert!(
        error.contains("a cell of row 2 lies in column 24238006, of 16384"),
        "{error}"
    );
    let mut source = open(sound.path(), Path::new("x"), "Sheet1").unwrap();
    assert_eq!(source.next_block().unwrap().unwrap().len(), 2);
}
