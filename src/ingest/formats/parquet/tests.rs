use std::sync::Arc;

use arrow::array::{
    BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    DurationMillisecondArray, Float32Array, Float64Array, Int32Array, Int64Array, ListArray,
    StringArray, Time32SecondArray, TimestampMicrosecondArray, TimestampNanosecondArray,
    types::Int32Type,
};
use arrow::datatypes::Schema;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use super::*;

fn write(columns: Vec<(&str, ArrayRef)>) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(parquet::basic::ZstdLevel::default()))
        .build();
    let mut writer =
        ArrowWriter::try_new(file.reopen().unwrap(), schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file
}

fn read(path: &Path) -> (Vec<String>, Vec<String>, Vec<Reject>) {
    let mut source = open(path, Path::new("calls.parquet")).unwrap();
    let names = source.names().unwrap().to_vec();
    let (mut rows, mut rejects) = (Vec::new(), Vec::new());
    while let Some(mut block) = source.next_block().unwrap() {
        for row in 0..block.len() {
            let cells: Vec<&str> = block.cells(row).collect();
            rows.push(format!("{}: {}", block.line(row), cells.join("|")));
        }
        rejects.append(&mut block.rejects);
    }
    (names, rows, rejects)
}

#[test]
fn every_type_becomes_text() {
    let micros = 1_767_604_499_250_000;
    let columns: Vec<(&str, ArrayRef, &str)> = vec![
        ("text", Arc::new(StringArray::from(vec!["中"])), "中"),
        (
            "big",
            Arc::new(Int64Array::from(vec![i64::MAX])),
            "9223372036854775807",
        ),
        ("double", Arc::new(Float64Array::from(vec![0.1])), "0.1"),
        (
            "whole",
            Arc::new(Float64Array::from(vec![773_012_345_678_901.0])),
            "773012345678901",
        ),
        (
            "lost",
            Arc::new(Float64Array::from(vec![7.73e18])),
            "7.73E+18",
        ),
        ("single", Arc::new(Float32Array::from(vec![0.1_f32])), "0.1"),
        ("flag", Arc::new(BooleanArray::from(vec![true])), "true"),
        (
            "date",
            Arc::new(Date32Array::from(vec![20_458])),
            "2026-01-05",
        ),
        (
            "local",
            Arc::new(TimestampMicrosecondArray::from(vec![micros])),
            "2026-01-05 09:14:59.250000",
        ),
        (
            "zoned",
            Arc::new(TimestampMicrosecondArray::from(vec![micros]).with_timezone("Asia/Shanghai")),
            "2026-01-05T09:14:59.250000Z",
        ),
        (
            "nano",
            Arc::new(TimestampNanosecondArray::from(vec![
                1_767_604_499_000_000_123,
            ])),
            "2026-01-05 09:14:59",
        ),
        (
            "clock",
            Arc::new(Time32SecondArray::from(vec![33_299])),
            "09:14:59",
        ),
        (
            "span",
            Arc::new(DurationMillisecondArray::from(vec![205_500])),
            "205.5",
        ),
        (
            "price",
            Arc::new(
                Decimal128Array::from(vec![1250])
                    .with_precision_and_scale(38, 2)
                    .unwrap(),
            ),
            "12.50",
        ),
        (
            "bytes",
            Arc::new(BinaryArray::from(vec!["好".as_bytes()])),
            "好",
        ),
        (
            "coded",
            Arc::new(
                vec!["answered"]
                    .into_iter()
                    .collect::<DictionaryArray<Int32Type>>(),
            ),
            "answered",
        ),
        (
            "tags",
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(vec![
                Some(vec![Some(1), None, Some(3)]),
            ])),
            "1,,3",
        ),
    ];
    let expected: Vec<(String, String)> = columns
        .iter()
        .map(|(name, _, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    let file = write(
        columns
            .into_iter()
            .map(|(name, array, _)| (name, array))
            .collect(),
    );
    let (names, rows, rejects) = read(file.path());
    let texts: Vec<String> = rows[0][3..].split('|').map(str::to_owned).collect();
    assert_eq!(names.into_iter().zip(texts).collect::<Vec<_>>(), expected);
    assert!(rejects.is_empty());
}

#[test]
fn structs_are_taken_apart_and_nulls_are_empty() {
    let inner: ArrayRef = Arc::new(Int32Array::from(vec![Some(7), Some(8), None]));
    let field = Arc::new(Field::new("level", DataType::Int32, true));
    let nulls = NullBuffer::from(vec![true, false, true]);
    let agent = StructArray::new(vec![field].into(), vec![inner], Some(nulls));
    let id: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("c")]));
    let file = write(vec![("id", id), ("agent", Arc::new(agent))]);
    let (names, rows, _) = read(file.path());
    assert_eq!(names, ["id", "agent.level"]);
    assert_eq!(rows, ["1: a|7", "2: |", "3: c|"]);
}

#[test]
fn bytes_that_are_no_text_cost_their_row() {
    let bytes = BinaryArray::from(vec![b"a".as_slice(), b"\xff", b"c"]);
    let file = write(vec![
        ("n", Arc::new(Int32Array::from(vec![1, 2, 3]))),
        ("raw", Arc::new(bytes)),
    ]);
    let (_, rows, rejects) = read(file.path());
    assert_eq!(rows, ["1: 1|a", "3: 3|c"]);
    assert_eq!(
        (rejects[0].line, rejects[0].refusal.column.as_str()),
        (2, "raw")
    );
    assert_eq!(rejects[0].refusal.reason, Reason::Encoding);
}

#[test]
fn long_texts_come_in_small_blocks() {
    let texts: Vec<String> = (0..100).map(|n| format!("{n}").repeat(300_000)).collect();
    let file = write(vec![("t", Arc::new(StringArray::from(texts)))]);
    let mut source = open(file.path(), Path::new("x")).unwrap();
    let mut lengths = Vec::new();
    while let Some(block) = source.next_block().unwrap() {
        lengths.push(block.len());
    }
    assert!(
        lengths.len() > 4 && lengths.iter().sum::<usize>() == 100,
        "{lengths:?}"
    );
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/ingest/fixtures")
        .join(name)
}

#[test]
fn files_of_other_writers_are_read() {
    for codec in ["snappy", "gzip", "zstd", "lz4", "brotli"] {
        let (names, rows, _) = read(&fixture(&format!("{codec}.parquet")));
        assert_eq!(names, ["id", "n"], "{codec}");
        assert_eq!(rows, ["1: a|1", "2: b|"], "{codec}");
    }
    assert_eq!(
        read(&fixture("int96.parquet")).1,
        ["1: 2026-01-05 09:14:59"]
    );
}

#[test]
fn damaged_files_are_refused_by_name() {
    let file = write(vec![
        ("good", Arc::new(Int64Array::from_iter_values(0..50_000))),
        (
            "bad",
            Arc::new(StringArray::from_iter_values(
                (0..50_000).map(|n| format!("text {n}")),
            )),
        ),
    ]);
    let whole = std::fs::read(file.path()).unwrap();
    let label = Path::new("calls.parquet");
    let short = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(short.path(), &whole[..whole.len() - 9]).unwrap();
    let error = open(short.path(), label).err().unwrap().to_string();
    assert!(
        error.contains("calls.parquet: cannot be read as Parquet"),
        "{error}"
    );

    // Every part of the file damaged in turn: an error or other values, never a panic that gets out.
    let mut named = 0;
    for at in (4..whole.len()).step_by(whole.len() / 60) {
        let mut bytes = whole.clone();
        for byte in bytes.iter_mut().skip(at).take(16) {
            *byte ^= 0xa5;
        }
        std::fs::write(short.path(), &bytes).unwrap();
        let Ok(mut source) = open(short.path(), label) else {
            continue;
        };
        loop {
            match source.next_block() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    named += usize::from(error.to_string().contains("column "));
                    assert!(source.next_block().unwrap().is_none());
                    break;
                }
            }
        }
    }
    assert!(named > 20, "{named}");
}
