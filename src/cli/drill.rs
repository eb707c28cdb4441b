//! `kefu drill`: the fact rows behind a figure.

use std::path::PathBuf;
use std::process::ExitCode;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::SchemaRef;
use clap::Args;
use comfy_table::presets;

use crate::error::Result;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::drill::{Drill, LEADING};
use crate::kpi::rows::{Csv, Json, text};
use crate::report::format;
use crate::store::parquet_io;

use super::output::{self, Format, Out, Readers};
use super::{Common, Rows};

/// Rows of a table for people; who wants all of them writes a file.
const SHOWN: usize = 40;

#[derive(Debug, Clone, Args)]
pub struct DrillArgs {
    /// Id of the figure
    kpi: String,
    #[command(flatten)]
    rows: Rows,
    /// Form of the output; default: that of the file's name, else a table
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Byte-order mark before CSV, for Excel
    #[arg(long)]
    bom: bool,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn drill(common: &Common, args: &DrillArgs) -> Result<ExitCode> {
    args.rows.check()?;
    let settings = common.settings()?;
    let catalogue = Catalogue::compile(&settings)?;
    let drill = Drill {
        catalogue: &catalogue,
        kpi: catalogue.position(&args.kpi)?,
        from: args.rows.from,
        to: args.rows.to,
        condition: args.rows.condition.as_deref(),
    };
    let format = Format::of(args.format, args.output.as_deref())?;
    let reading = common.reading(&settings, &args.rows.earlier)?;
    let source = reading.source();
    let mut out = Out::open(format, args.output.as_deref(), Readers::Owner)?;
    let schema = drill.schema();
    match format {
        Format::Csv => {
            let mut csv = Csv::new(&mut out, &schema, args.bom)?;
            drill.rows(&source, &mut |rows| csv.write(&rows))?;
            csv.finish()?;
        }
        Format::Json => {
            let mut json = Json::new(&mut out);
            drill.rows(&source, &mut |rows| json.write(&rows))?;
            json.finish()?;
        }
        Format::Parquet => {
            let mut parquet = parquet_io::Writer::plain(schema)?;
            drill.rows(&source, &mut |rows| parquet.add(&rows))?;
            out.all(&parquet.finish()?)?;
        }
        Format::Table => {
            let mut shown = Shown::new(&drill, &schema);
            drill.rows(&source, &mut |rows| {
                shown.add(&rows);
                Ok(())
            })?;
            out.all(shown.table.trim_fmt().as_bytes())?;
            out.all(b"\n")?;
            if shown.rows > SHOWN && !common.quiet {
                let all = format::count(shown.rows as u64);
                let message = format!(
                    "the first {SHOWN} of {all} rows, with the columns that the figure reads; -o rows.parquet writes all of both"
                );
                output::note(&message, common.json);
            }
        }
    }
    out.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// The first rows, with what identifies them and what the figure reads.
struct Shown {
    table: comfy_table::Table,
    columns: Vec<usize>,
    rows: usize,
}

impl Shown {
    fn new(drill: &Drill<'_>, schema: &SchemaRef) -> Self {
        let mut wanted: Vec<&str> = LEADING.to_vec();
        for kpi in drill.kpis() {
            let key = kpi.fact.and_then(|fact| fact.columns.first());
            wanted.extend(key.map(|column| column.name));
            wanted.push("date");
            wanted.extend(kpi.columns());
        }
        let columns: Vec<usize> = (0..schema.fields().len())
            .filter(|at| wanted.contains(&schema.field(*at).name().as_str()))
            .collect();
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(columns.iter().map(|at| schema.field(*at).name()));
        Self {
            table,
            columns,
            rows: 0,
        }
    }

    fn add(&mut self, rows: &RecordBatch) {
        for row in 0..rows.num_rows() {
            if self.rows < SHOWN {
                let cells = self.columns.iter().map(|at| {
                    let column: &dyn Array = rows.column(*at).as_ref();
                    text(column, row)
                });
                self.table.add_row(cells);
            }
            self.rows += 1;
        }
    }
}
