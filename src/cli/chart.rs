//! `kefu chart`: the control chart of a figure, as data and as a picture.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::chart::Layout;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::insight::frame::Frame;
use crate::insight::movement::{Assurance, ChartKind, Movement, Point, Rule, Stretch, Verdict};
use crate::kpi::catalogue::Catalogue;
use crate::render::picture;
use crate::report::format;
use crate::report::nightly::{SingleChart, single_chart};
use crate::run::chart::{Ask, Charted, charts, frame};

use super::output::{self, Format, Out, Readers};
use super::sheet::plain;
use super::{Common, Rows};

#[derive(Debug, Clone, Args)]
pub struct ChartArgs {
    /// Id of the figure
    #[arg(value_name = "KPI")]
    kpi: String,
    /// A dimension column: one chart per member, as data only
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    #[command(flatten)]
    rows: Rows,
    /// Form of the data; default: that of the file's name, else a table
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Byte-order mark before CSV, for Excel
    #[arg(long)]
    bom: bool,
    /// Write to a file instead of standard output; a name that ends in .svg or .png gets the picture
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Form of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Picture {
    Svg,
    Png,
}

impl Picture {
    /// What the file's name asks for.
    fn of(file: Option<&Path>) -> Option<Self> {
        let extension = file?.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            _ => None,
        }
    }
}

pub fn run(common: &Common, args: &ChartArgs) -> Result<ExitCode> {
    args.rows.check()?;
    let settings = common.settings()?;
    let catalogue = Catalogue::compile(&settings)?;
    let picture = Picture::of(args.output.as_deref());
    if picture.is_some() && (args.by.is_some() || args.format.is_some()) {
        return Err(Error::usage(
            "a picture shows one chart and has no other form",
            "leave --by and --format out; --where \"queue = '…'\" draws one member",
        ));
    }
    let format = if picture.is_some() {
        Format::Table
    } else {
        Format::of(args.format, args.output.as_deref())?
    };
    let ask = Ask {
        kpi: catalogue.position(args.kpi.trim())?,
        by: args.by.clone(),
        from: args.rows.from,
        to: args.rows.to,
        condition: args.rows.condition.clone(),
    };
    let reading = common.reading(&settings, &args.rows.earlier)?;
    let found = charts(&ask, &settings, &catalogue, &reading.source())?;
    let lang = common.lang.unwrap_or(Lang::En);
    let single = |charted: &Charted| {
        let input = frame(&settings, &ask, charted.line.day);
        single_chart(&charted.line, &input, lang)
    };
    let bytes = match (picture, found.first()) {
        (Some(form), Some(charted)) => draw(form, single(charted), charted, lang)?,
        _ => output::bytes(
            format,
            args.bom,
            ("chart", reading.run()),
            || {
                let texts = found
                    .iter()
                    .map(|charted| for_people(charted, single(charted), lang));
                texts.collect::<Vec<_>>().join("\n")
            },
            || data(&found, &ask, single, lang),
        )?,
    };
    let mut out = Out::open(format, args.output.as_deref(), Readers::All)?;
    out.all(&bytes)?;
    out.finish()?;
    Ok(ExitCode::SUCCESS)
}

fn draw(form: Picture, single: SingleChart, charted: &Charted, lang: Lang) -> Result<Vec<u8>> {
    let refused = |message: String| Error::Render {
        what: charted.line.id.clone(),
        message,
    };
    let figure = single
        .figure
        .ok_or_else(|| refused("there is no day to draw".to_owned()))?;
    let drawn = match form {
        Picture::Svg => {
            picture::svg(&figure, Layout::Wide, Some(&single.legend), lang).map(String::into_bytes)
        }
        Picture::Png => picture::png(&figure, Layout::Wide, Some(&single.legend), lang),
    };
    drawn.map_err(|error| refused(error.to_string()))
}

/// Every day of a chart beside its point; a figure without a value on any day has no points.
fn points(charted: &Charted) -> Vec<(&crate::insight::movement::Day, Option<&Point>)> {
    let movement = charted.line.movement.as_ref();
    let point = |date| {
        movement.and_then(|movement| movement.points.iter().find(|point| point.date == date))
    };
    let days = charted.line.history.iter();
    days.map(|day| (day, point(day.date))).collect()
}

const fn kind(chart: ChartKind) -> &'static str {
    match chart {
        ChartKind::P => "p",
        ChartKind::LaneyP => "p_prime",
        ChartKind::U => "u",
        ChartKind::LaneyU => "u_prime",
        ChartKind::IPrime => "i_prime",
        ChartKind::Xmr => "xmr",
        ChartKind::Run => "run",
    }
}

fn data(
    found: &[Charted],
    ask: &Ask,
    single: impl Fn(&Charted) -> SingleChart,
    lang: Lang,
) -> Frame {
    let singles: Vec<SingleChart> = found.iter().map(single).collect();
    let all: Vec<_> = found
        .iter()
        .zip(&singles)
        .flat_map(|(charted, single)| {
            points(charted)
                .into_iter()
                .map(move |(day, point)| (charted, single, day, point))
        })
        .collect();
    let each = || all.iter();
    let point = |of: fn(&Point) -> Option<f64>| each().map(move |row| row.3.and_then(of));
    let stretch = |of: fn(&Stretch) -> Option<String>| {
        each().map(move |row| {
            let movement = row.0.line.movement.as_ref()?;
            of(movement.stretches.get(movement.stretch_of(row.2.date))?)
        })
    };
    let mut frame = Frame::default().text("kpi", each().map(|row| Some(row.0.line.id.clone())));
    if let Some(by) = &ask.by {
        frame = frame.text(by, each().map(|row| row.0.member.clone().flatten()));
    }
    frame
        .text("date", each().map(|row| Some(row.2.date.to_string())))
        .number("value", each().map(|row| row.2.estimate.value))
        .count("n", each().map(|row| Some(row.2.estimate.n)))
        .number("adjusted", point(|point| point.adjusted))
        .number("lower", point(|point| point.lower))
        .number("upper", point(|point| point.upper))
        .text("signal", each().map(|row| Some(row.3?.signal?.rule.code())))
        .text(
            "verdict",
            each().map(|row| Some(row.3?.signal?.verdict.code())),
        )
        .number(
            "centre",
            each().map(|row| {
                let movement = row.0.line.movement.as_ref()?;
                Some(
                    movement
                        .stretches
                        .get(movement.stretch_of(row.2.date))?
                        .centre,
                )
            }),
        )
        .text(
            "chart",
            stretch(|stretch| Some(kind(stretch.chart).to_owned())),
        )
        .text(
            "reason",
            each().map(|row| row.1.reason.as_deref().map(breakable)),
        )
        .text(
            "baseline_from",
            stretch(|stretch| Some(stretch.baseline.0.to_string())),
        )
        .text(
            "baseline_to",
            stretch(|stretch| Some(stretch.baseline.1.to_string())),
        )
        .text(
            "rebase",
            each().map(|row| {
                let movement = row.0.line.movement.as_ref()?;
                let stretch = movement.stretches.get(movement.stretch_of(row.2.date))?;
                Some(stretch.rebase.as_ref()?.note.get(lang).to_owned())
            }),
        )
        .text(
            "event",
            each().map(|row| {
                let event = row.0.line.movement.as_ref()?.event_of(row.3?)?;
                Some(event.name.get(lang).to_owned())
            }),
        )
        .number("target", each().map(|row| Some(row.0.line.bound?.value())))
        .text(
            "assurance",
            each().map(|row| {
                let (_, assurance) = row.1.assurance.as_ref()?;
                Some(assurance.map_or("not_judged", Assurance::code))
            }),
        )
}

/// No-break spaces keep a figure and its unit together on a page; a terminal and a program want plain ones.
fn breakable(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

fn for_people(charted: &Charted, single: SingleChart, lang: Lang) -> String {
    let t = Text(lang);
    let line = &charted.line;
    let name = line.name.get(lang);
    let title = match &charted.member {
        Some(member) => {
            let member = member.as_deref().unwrap_or(t.no_member());
            t.chart_of(name, &line.id, member)
        }
        None => t.compare_title(name, &line.id),
    };
    let mut lines = vec![title];
    lines.extend(single.reason.as_deref().map(breakable));
    let centre = line
        .movement
        .as_ref()
        .map(|movement: &Movement| movement.centre);
    lines.extend(centre.map(|centre| t.centre_is(&format::value(centre, line.unit, lang))));
    lines.extend(single.assurance.map(|(sentence, _)| sentence));
    let list = |items: Vec<String>| (!items.is_empty()).then(|| items.join(t.clause()));
    lines.extend(list(single.rebases));
    lines.extend(list(single.events).map(|all| t.events_are(&all)));
    let header = [
        t.col_date(),
        t.col_raw(),
        "n",
        t.col_adjusted(),
        t.col_lower(),
        t.col_upper(),
        t.col_signal(),
    ]
    .map(str::to_owned);
    let rows: Vec<Vec<String>> = points(charted)
        .into_iter()
        .map(|(day, point)| {
            let print = |value| format::maybe(value, line.unit, lang);
            let event = point
                .and_then(|point| line.movement.as_ref()?.event_of(point))
                .map(|event| event.name.get(lang));
            let signal = point.and_then(|point| point.signal).map(|signal| {
                let word = match signal.verdict {
                    Verdict::Concern => t.concern(),
                    Verdict::Improvement => t.improvement(),
                    Verdict::Neutral => t.neutral(),
                };
                let why = match signal.rule {
                    Rule::Outside => t.rule_outside(),
                    Rule::Trend => t.rule_trend(),
                    Rule::TwoOfThree => t.rule_two_of_three(),
                    Rule::Shift => t.rule_shift(),
                };
                t.chart_signal(word, why)
            });
            let signal = match (signal, event) {
                (Some(signal), Some(event)) => Some(t.signal_in_event(&signal, event)),
                (None, Some(event)) => Some(event.to_owned()),
                (signal, None) => signal,
            };
            vec![
                day.date.to_string(),
                print(day.estimate.value),
                format::count(day.estimate.n),
                print(point.and_then(|point| point.adjusted)),
                print(point.and_then(|point| point.lower)),
                print(point.and_then(|point| point.upper)),
                signal.unwrap_or_default(),
            ]
        })
        .collect();
    lines.push(plain(&header, &rows, 1..6));
    format!("{}\n", lines.join("\n"))
}
