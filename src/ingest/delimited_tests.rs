use proptest::prelude::*;

use super::*;

/// A row or blank as the reader of a piece sees it, with its line.
type Seen = (u64, String);

/// Rows, rejects and blanks of a text that is cut into pieces of this size.
fn read(text: &[u8], size: usize, dialect: Dialect) -> (Vec<Seen>, Vec<Reject>, Vec<u64>) {
    let reader = Box::new(std::io::Cursor::new(text.to_vec()));
    let mut pieces = Pieces::of_size(reader, dialect, 1, size);
    let (mut rows, mut rejects, mut blanks) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(piece) = pieces.next_piece().unwrap() {
        let mut block = parse(&piece, &dialect);
        for row in 0..block.len() {
            let cells: Vec<&str> = block.cells(row).collect();
            rows.push((block.line(row), cells.join("\u{1}")));
        }
        rejects.append(&mut block.rejects);
        blanks.extend(block.blanks.lines());
    }
    (rows, rejects, blanks)
}

fn dialect(width: usize) -> Dialect {
    Dialect {
        delimiter: b',',
        encoding: UTF_8,
        width,
        needed: width,
    }
}

/// Lines of exports and what breaks them: quoted newlines, quotes that never close or have text behind them, blank
/// lines, missing and surplus fields, bytes that are no text.
fn line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => Just(b"1,b,c\n".to_vec()),
        2 => Just("2,查询,c\r\n".as_bytes().to_vec()),
        2 => Just(b"3,\"b, and\nmore\n\",c\n".to_vec()),
        1 => Just(b"4,\"say \"\"so\"\"\",c\n".to_vec()),
        1 => Just(b"5,\"never closed,c\n".to_vec()),
        1 => Just(b"6,\"b\"behind,c\n".to_vec()),
        1 => Just(b"\n".to_vec()),
        1 => Just(b",,\n".to_vec()),
        1 => Just(b"7,b\n".to_vec()),
        1 => Just(b"8,b,c,d\n".to_vec()),
        1 => Just(b"9,\xff\xfe,c\n".to_vec()),
        1 => Just(b"10,\0,c\n".to_vec()),
        1 => Just(b"\"".to_vec()),
        1 => Just(b"11,b,c".to_vec()),
    ]
}

proptest! {
    #[test]
    fn where_a_text_is_cut_changes_nothing(
        lines in prop::collection::vec(line(), 0..40),
        size in 1_usize..120,
        width in 3_usize..5,
    ) {
        let text = lines.concat();
        let whole = read(&text, text.len() + 1, dialect(width));
        prop_assert_eq!(read(&text, size, dialect(width)), whole);
    }
}
