//! The dictionary of the marts and fact tables, and queries to begin with, beside the marts.
//!
//! Which columns a mart has is read from the file that is published; what they mean from `schema::dictionary`.

use std::fmt::Write as _;
use std::path::Path;

use bytes::Bytes;
use parquet::basic::Type;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::schema::types::ColumnDescriptor;

use crate::error::{Error, Result};
use crate::insight::frame::Frame;
use crate::schema::Physical;
use crate::schema::dictionary::{Entry, about, entry};
use crate::schema::facts::FACTS;
use crate::schema::privacy::Class;

use super::publish::{Content, Rendered};

/// Ready queries for DuckDB.
const SQL: &str = include_str!("dictionary/queries.sql");

/// Ready queries for Polars.
const PYTHON: &str = include_str!("dictionary/queries.py");

/// The columns of the dictionary itself.
const OWN: [&str; 11] = [
    "table", "column", "type", "name_zh", "name_en", "unit", "null_zh", "null_en", "formula",
    "privacy", "example",
];

/// One column of one table.
struct Line {
    table: String,
    column: String,
    physical: String,
    entry: Option<&'static Entry>,
}

/// `dictionary.md`, `dictionary.parquet` and the queries, for marts at their places below the output folder.
///
/// # Errors
/// When a mart is not Parquet, which they are.
pub fn files(marts: &[&Rendered], metadata: &[(&str, String)]) -> Result<Vec<Rendered>> {
    let mut lines = Vec::new();
    for (path, content) in marts {
        lines.extend(of_mart(path, content)?);
    }
    lines.extend(own());
    lines.extend(of_facts());
    let folder = Path::new("marts");
    let parquet = frame(&lines).parquet("dictionary", metadata)?;
    let files = [
        ("dictionary.parquet", parquet),
        ("dictionary.md", markdown(&lines).into_bytes()),
        ("queries.sql", SQL.as_bytes().to_vec()),
        ("queries.py", PYTHON.as_bytes().to_vec()),
    ];
    let files = files.map(|(name, bytes)| (folder.join(name), bytes.into()));
    Ok(files.into())
}

fn of_mart(path: &Path, content: &Content) -> Result<Vec<Line>> {
    let table = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let metadata = footer(content).map_err(|source| Error::Parquet {
        what: path.display().to_string(),
        source,
    })?;
    let columns = metadata.file_metadata().schema_descr().columns();
    let lines = columns.iter().map(|column| Line {
        entry: entry(&table, column.name()),
        table: table.clone(),
        column: column.name().to_owned(),
        physical: physical(column),
    });
    Ok(lines.collect())
}

/// The metadata of a Parquet file.
fn footer(content: &Content) -> std::result::Result<ParquetMetaData, ParquetError> {
    let mut reader = ParquetMetaDataReader::new();
    match content {
        Content::Bytes(bytes) => reader.try_parse(&Bytes::copy_from_slice(bytes))?,
        Content::File(file) => reader.try_parse(file.as_file())?,
    }
    reader.finish()
}

/// The type in the words of SQL.
fn physical(column: &ColumnDescriptor) -> String {
    match column.physical_type() {
        Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY => "VARCHAR",
        Type::DOUBLE | Type::FLOAT => "DOUBLE",
        Type::BOOLEAN => "BOOLEAN",
        Type::INT32 | Type::INT64 | Type::INT96 => "BIGINT",
    }
    .to_owned()
}

/// The dictionary's own columns.
fn own() -> impl Iterator<Item = Line> {
    OWN.into_iter().map(|column| Line {
        table: "dictionary".to_owned(),
        column: column.to_owned(),
        physical: "VARCHAR".to_owned(),
        entry: entry("dictionary", column),
    })
}

fn of_facts() -> impl Iterator<Item = Line> {
    FACTS.iter().flat_map(|fact| {
        fact.columns.iter().map(|column| Line {
            table: fact.name.to_owned(),
            column: column.name.to_owned(),
            physical: match column.physical {
                Physical::Text => "VARCHAR",
                Physical::Instant => "TIMESTAMPTZ",
                Physical::Date => "DATE",
                Physical::Float => "DOUBLE",
                Physical::Integer => "BIGINT",
                Physical::Flag => "BOOLEAN",
            }
            .to_owned(),
            entry: entry(fact.name, column.name),
        })
    })
}

fn frame(lines: &[Line]) -> Frame {
    let each = || lines.iter();
    let of = |text: fn(&'static Entry) -> &'static str| {
        each().map(move |line| line.entry.map(text).filter(|text| !text.is_empty()))
    };
    Frame::default()
        .text("table", each().map(|line| Some(line.table.as_str())))
        .text("column", each().map(|line| Some(line.column.as_str())))
        .text("type", each().map(|line| Some(line.physical.as_str())))
        .text("name_zh", of(|entry| entry.zh))
        .text("name_en", of(|entry| entry.en))
        .text("unit", of(|entry| entry.unit))
        .text("null_zh", of(|entry| entry.null.zh))
        .text("null_en", of(|entry| entry.null.en))
        .text("formula", of(|entry| entry.formula))
        .text(
            "privacy",
            each().map(|line| line.entry?.privacy.map(Class::code)),
        )
        .text("example", of(|entry| entry.example))
}

fn markdown(lines: &[Line]) -> String {
    let mut out = String::from(
        "# 数据字典 · Dictionary\n\n\
         `marts/*.parquet` 的每一列，以及仓库中事实表的每一列。每个文件的元数据中 `kefu.run` 为数据版本，\
         `kefu.kpis` 为口径。`queries.sql` 与 `queries.py` 为可直接运行的查询示例。\n\n\
         Every column of `marts/*.parquet` and of the store's fact tables. The metadata of each file name the data \
         version (`kefu.run`) and the definitions (`kefu.kpis`). `queries.sql` and `queries.py` run as they are.\n",
    );
    let mut table = "";
    for line in lines {
        if line.table != table {
            table = &line.table;
            let _ = writeln!(out, "\n## {table}\n");
            if let Some(about) = about(table) {
                let _ = writeln!(out, "{} · {}\n", about.zh, about.en);
            }
            out.push_str(
                "| column | type | 含义 | meaning | unit | null | 空值 | formula | privacy | example |\n\
                 | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
            );
        }
        let _ = writeln!(
            out,
            "| {} |",
            cells(line).map(|cell| escaped(&cell)).join(" | ")
        );
    }
    out
}

fn cells(line: &Line) -> [String; 10] {
    let of = |text: fn(&'static Entry) -> &'static str| line.entry.map_or("", text).to_owned();
    let code = |text: String| {
        if text.is_empty() {
            text
        } else {
            format!("`{text}`")
        }
    };
    [
        code(line.column.clone()),
        line.physical.clone(),
        of(|entry| entry.zh),
        of(|entry| entry.en),
        of(|entry| entry.unit),
        of(|entry| entry.null.en),
        of(|entry| entry.null.zh),
        code(of(|entry| entry.formula)),
        of(|entry| entry.privacy.map_or("", Class::code)),
        code(of(|entry| entry.example)),
    ]
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}
