//! `kefu sla`: how the promises stand, and which clocks need somebody now.

use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::calendar;
use crate::error::{Error, Result};
use crate::i18n::{Bilingual, Lang};
use crate::kpi::clocks::{self, Ask, ClockRow, OWNER, Standing, Which};
use crate::kpi::query::Source;
use crate::kpi::table::disarm;
use crate::report::format;
use crate::run;
use crate::schema::measure::Unit;
use crate::settings::{Settings, suggestion};
use crate::store::Store;

use super::sheet::plain;
use super::{Common, in_order, output};

#[derive(Debug, Clone, Args)]
pub struct SlaArgs {
    /// What to show
    #[arg(value_enum, default_value_t)]
    list: List,
    /// Ids of promises, separated by commas; default: all
    #[arg(long, value_delimiter = ',', value_name = "ID,…")]
    promise: Vec<String>,
    /// First local date on which a clock was due
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<NaiveDate>,
    /// Last local date on which a clock was due
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<NaiveDate>,
    /// Row-level SQL condition over `sla_clocks`
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Byte-order mark before CSV, for Excel
    #[arg(long)]
    bom: bool,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum List {
    /// Every promise: due, met, broken, running
    #[default]
    Standing,
    /// Early warning: clocks past their warning and not yet due
    Warn,
    /// Clocks past their time and still running
    Late,
    /// Clocks that stopped too late
    Breached,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// UTF-8
    Csv,
    /// An array of objects
    Json,
}

/// A list as it is printed: values by column, and how people read them.
struct Sheet {
    header: Vec<&'static str>,
    rows: Vec<Vec<(Value, String)>>,
    /// Columns of numbers.
    numbers: Range<usize>,
}

pub fn sla(common: &Common, args: &SlaArgs) -> Result<ExitCode> {
    let settings = common.settings()?;
    let ask = ask(args, &settings)?;
    let store = Store::open(&common.store)?;
    let run = run::newest_run(&store)?;
    if common
        .as_of(&settings)?
        .is_some_and(|as_of| as_of != run.as_of)
    {
        return Err(Error::usage(
            "the store's clocks were judged at another --as-of",
            "judge them anew with `kefu run INPUT --as-of TIME`, then ask again",
        ));
    }
    let source = Source {
        store: &store,
        run: &run,
    };
    let lang = common.lang.unwrap_or(Lang::En);
    let clocks = |which| clocks::list(&source, which, &ask);
    let sheet = match args.list {
        List::Standing => standing(&clocks::standing(&source, &ask)?, &settings, lang),
        List::Warn => listed(&clocks(Which::Warned)?, &settings, lang),
        List::Late => listed(&clocks(Which::Late)?, &settings, lang),
        List::Breached => listed(&clocks(Which::Breached)?, &settings, lang),
    };
    let bytes = match args.format {
        Format::Table => sheet.for_people().into_bytes(),
        Format::Csv => sheet.csv(args.bom)?,
        Format::Json => sheet.json()?,
    };
    match &args.output {
        Some(path) => {
            std::fs::write(path, bytes).map_err(|error| Error::io("write", path, error))?;
        }
        None => output::stdout(&bytes)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn ask(args: &SlaArgs, settings: &Settings) -> Result<Ask> {
    in_order(args.from, args.to)?;
    let known: Vec<&str> = settings
        .promises
        .iter()
        .map(|promise| promise.id.as_str())
        .collect();
    for id in &args.promise {
        if !known.contains(&id.as_str()) {
            return Err(Error::usage(
                format!("there is no promise `{id}`"),
                suggestion(id, &known, "the promises are"),
            ));
        }
    }
    Ok(Ask {
        promises: args.promise.clone(),
        from: args.from,
        to: args.to,
        condition: args.condition.clone(),
    })
}

fn name(settings: &Settings, id: &str, lang: Lang) -> String {
    let found = settings.promises.iter().find(|promise| promise.id == id);
    found.map_or_else(
        || id.to_owned(),
        |promise| promise.name.get(lang).to_owned(),
    )
}

fn standing(rows: &[Standing], settings: &Settings, lang: Lang) -> Sheet {
    let row = |standing: &Standing| -> Vec<(Value, String)> {
        let named = format!(
            "{} {}",
            standing.promise,
            name(settings, &standing.promise, lang)
        );
        let share = standing.attainment();
        let mut cells = vec![
            (standing.promise.clone().into(), named),
            (share.into(), format::maybe(share, Unit::Percent, lang)),
        ];
        let counts = [
            standing.due,
            standing.met,
            standing.breached,
            standing.late,
            standing.running,
            standing.warned,
        ];
        cells.extend(counts.map(|count| (count.into(), format::count(count))));
        cells
    };
    Sheet {
        header: vec![
            "promise",
            "attainment",
            "due",
            "met",
            "breached",
            "late",
            "running",
            "warned",
        ],
        rows: settings
            .promises
            .iter()
            .filter_map(|promise| rows.iter().find(|row| row.promise == promise.id))
            .map(row)
            .collect(),
        numbers: 1..8,
    }
}

fn listed(rows: &[ClockRow], settings: &Settings, lang: Lang) -> Sheet {
    let zone: Tz = settings.centre.zone;
    let row = |clock: &ClockRow| -> Vec<(Value, String)> {
        let text = |text: &str| (Value::from(text), text.to_owned());
        let at = |at: Option<i64>| match at.map(|at| calendar::print(zone, at)) {
            Some(printed) => (printed.clone().into(), printed),
            None => (Value::Null, String::new()),
        };
        let state = Bilingual::new("paused", "暂停");
        let mark = if clock.paused { state.get(lang) } else { "" };
        let mut cells = vec![
            text(&clock.id),
            (
                clock.promise.clone().into(),
                format!("{} {}", clock.promise, name(settings, &clock.promise, lang)),
            ),
            (
                clock.minutes_left.into(),
                format!("{:.1}", clock.minutes_left),
            ),
            at(clock.due_at),
            at(clock.started_at),
            at(clock.stopped_at),
            (clock.paused.into(), mark.to_owned()),
        ];
        cells.extend(clock.owner.iter().map(|owner| {
            let shown = owner.clone().unwrap_or_default();
            (owner.clone().into(), shown)
        }));
        cells
    };
    let mut header = vec![
        "id",
        "promise",
        "minutes_left",
        "due_at",
        "started_at",
        "stopped_at",
        "paused",
    ];
    header.extend(OWNER);
    Sheet {
        header,
        rows: rows.iter().map(row).collect(),
        numbers: 2..3,
    }
}

impl Sheet {
    fn for_people(&self) -> String {
        let header: Vec<String> = self.header.iter().map(|name| (*name).to_owned()).collect();
        let shown =
            |row: &Vec<(Value, String)>| row.iter().map(|(_, shown)| shown.clone()).collect();
        let rows: Vec<Vec<String>> = self.rows.iter().map(shown).collect();
        format!("{}\n", plain(&header, &rows, self.numbers.clone()))
    }

    /// Values as they are; what a spreadsheet would run is disarmed.
    fn csv(&self, bom: bool) -> Result<Vec<u8>> {
        let refused = |error: &dyn std::fmt::Display| Error::Render {
            what: "CSV".to_owned(),
            message: error.to_string(),
        };
        let mut writer = csv::Writer::from_writer(Vec::new());
        let cell = |(value, _): &(Value, String)| match value {
            Value::Null => String::new(),
            Value::String(text) => disarm(text),
            other => other.to_string(),
        };
        writer
            .write_record(&self.header)
            .map_err(|error| refused(&error))?;
        for row in &self.rows {
            writer
                .write_record(row.iter().map(cell))
                .map_err(|error| refused(&error))?;
        }
        let rows = writer.into_inner().map_err(|error| refused(&error))?;
        let mark = if bom { "\u{feff}" } else { "" };
        Ok([mark.as_bytes(), &rows].concat())
    }

    fn json(&self) -> Result<Vec<u8>> {
        let object = |row: &Vec<(Value, String)>| -> serde_json::Map<String, Value> {
            let values = row.iter().map(|(value, _)| value.clone());
            self.header
                .iter()
                .map(|name| (*name).to_owned())
                .zip(values)
                .collect()
        };
        let rows: Vec<_> = self.rows.iter().map(object).collect();
        let mut bytes = serde_json::to_vec_pretty(&rows).map_err(|error| Error::Render {
            what: "JSON".to_owned(),
            message: error.to_string(),
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}
