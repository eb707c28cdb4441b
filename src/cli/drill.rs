//! `kefu drill`: the fact rows behind a figure.

use std::process::ExitCode;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::SchemaRef;
use clap::Args;

use crate::error::Result;
use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::drill::{Drill, LEADING};
use crate::kpi::rows::{Csv, Json, text};
use crate::report::format;
use crate::store::parquet_io::Stream;

use super::output::{self, Format, Readers, Written};
use super::sheet::plain;
use super::{Common, Rows};

/// Rows of a table for people; who wants all of them writes a file.
const SHOWN: usize = 40;

#[derive(Debug, Clone, Args)]
pub struct DrillArgs {
    /// Id of the figure
    kpi: String,
    #[command(flatten)]
    rows: Rows,
    #[command(flatten)]
    written: Written,
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
    let form = args.written.form()?;
    let reading = common.reading(&settings, &args.rows.earlier)?;
    let source = reading.source();
    let mut out = args.written.open(form, Readers::Owner)?;
    let schema = drill.schema();
    match form {
        Format::Csv => {
            let mut csv = Csv::new(&mut out, &schema, args.written.bom)?;
            drill.rows(&source, &mut |rows| csv.write(&rows))?;
            csv.finish()?;
        }
        Format::Json => {
            let mut json = Json::new(&mut out);
            drill.rows(&source, &mut |rows| json.write(&rows))?;
            json.finish()?;
        }
        Format::Parquet => {
            let mut parquet = Stream::new(&mut out, schema, &[])?;
            drill.rows(&source, &mut |rows| parquet.write(&rows))?;
            parquet.finish()?;
        }
        Format::Table => {
            let mut shown = Shown::new(&drill, &schema);
            drill.rows(&source, &mut |rows| {
                shown.add(&rows);
                Ok(())
            })?;
            let table = plain(&shown.header, &shown.rows, 0..0);
            out.all(format!("{table}\n").as_bytes())?;
            if shown.count > SHOWN && !common.quiet {
                let all = format::count(shown.count as u64);
                let t = Text(common.lang.unwrap_or(Lang::En));
                let message = t.drill_first(&SHOWN.to_string(), &all);
                output::note(&message, common.json);
            }
        }
    }
    out.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// The first rows, with what identifies them and what the figure reads.
struct Shown {
    header: Vec<String>,
    columns: Vec<usize>,
    rows: Vec<Vec<String>>,
    /// How many rows there are, shown or not.
    count: usize,
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
        Self {
            header: columns
                .iter()
                .map(|at| schema.field(*at).name().clone())
                .collect(),
            columns,
            rows: Vec::new(),
            count: 0,
        }
    }

    fn add(&mut self, rows: &RecordBatch) {
        for row in 0..rows.num_rows() {
            if self.count < SHOWN {
                let cells = self.columns.iter().map(|at| {
                    let column: &dyn Array = rows.column(*at).as_ref();
                    text(column, row)
                });
                self.rows.push(cells.collect());
            }
            self.count += 1;
        }
    }
}
