//! What comes back, for people: repeat contacts, repeated complaints, what people write.

use chrono::NaiveDate;

use crate::insight::focus::{Case, Focus, Who};
use crate::insight::phrases::{Group, Phrases, Recognised};
use crate::insight::repeats::{Reason, Repeats};
use crate::kpi::figure::{Interval, Unit};
use crate::report::format;
use crate::schema::codes;

use super::super::sheet::plain;
use super::{Page, SHOWN};

/// Digits of a pseudonym that tell customers of one list apart; all of them stand in CSV, JSON and Parquet.
const DIGITS: usize = 8;

/// Phrases per problem type that stand in a table for people.
const PHRASES: usize = 5;

/// Examples that stand below them.
const EXAMPLES: usize = 2;

/// Problem types whose phrases are shown; the rest is one line.
const TYPES: usize = 10;

impl Page<'_> {
    pub(super) fn repeats(&self, found: &Repeats) -> String {
        let (t, lang) = (self.t, self.lang);
        let whole = &found.whole;
        if whole.first == 0 {
            return format!("{}\n", t.repeats_none());
        }
        let time = |minutes: f64| format::value(minutes * 60.0, Unit::Seconds, lang);
        let percent = |share: f64| format::value(share, Unit::Percent, lang);
        let days = found.days.map(|days| self.days(days)).unwrap_or_default();
        let mut lines = vec![
            t.repeats_title(
                &days,
                &format::count(whole.first),
                &format::count(whole.followed),
                &percent(whole.share),
                &self.interval(whole.interval),
            ),
            t.repeats_whole(
                &format::count(whole.repeats),
                &format::count(whole.followed),
                &format!("{:.2}", whole.mean_repeats),
                &time(whole.minutes),
                &percent(whole.switched as f64 / whole.repeats.max(1) as f64),
            ),
        ];
        if whole.repeats > 0 {
            lines.push(t.repeats_channels(&self.channels(&whole.channels)));
        }
        let mut header = vec![t.col_problem().to_owned()];
        header.extend(self.by.iter().cloned());
        let first_number = header.len();
        let columns = [
            t.col_first_contacts(),
            t.col_followed(),
            t.col_followed_share(),
            t.col_interval(),
            t.col_repeat_count(),
            t.col_per_chain(),
            t.col_repeat_time(),
            t.col_gap_median(),
            t.col_channels(),
        ];
        header.extend(columns.map(str::to_owned));
        let last_number = header.len() - 1;
        let shown = if self.all { found.rows.len() } else { SHOWN };
        let rows: Vec<Vec<String>> = found
            .rows
            .iter()
            .take(shown)
            .map(|row| self.reason(row))
            .collect();
        lines.push(String::new());
        lines.push(plain(&header, &rows, first_number..last_number));
        let rest = found.rows.get(shown..).unwrap_or_default();
        if !rest.is_empty() {
            let minutes: f64 = rest.iter().map(|row| row.minutes).sum();
            lines.push(t.repeats_rest(
                &format::count(rest.len() as u64),
                &percent(minutes / whole.minutes.max(f64::MIN_POSITIVE)),
            ));
        }
        lines.push(String::new());
        let notes = [
            (
                whole.unmeasured,
                t.repeats_unmeasured(&format::count(whole.unmeasured)),
            ),
            (
                found.immature,
                t.repeats_immature(&format::count(found.immature)),
            ),
            (
                found.without,
                t.repeats_without(&format::count(found.without)),
            ),
        ];
        lines.extend(
            notes
                .into_iter()
                .filter(|(n, _)| *n > 0)
                .map(|(_, note)| note),
        );
        format!("{}\n", lines.join("\n").trim_end())
    }

    fn reason(&self, row: &Reason) -> Vec<String> {
        let lang = self.lang;
        let mut cells = self.members(&row.members);
        cells.extend([
            format::count(row.first),
            format::count(row.followed),
            format::value(row.share, Unit::Percent, lang),
            self.interval(row.interval),
            format::count(row.repeats),
            if row.followed > 0 {
                format!("{:.2}", row.mean_repeats)
            } else {
                format::NONE.to_owned()
            },
            format::value(row.minutes * 60.0, Unit::Seconds, lang),
            format::maybe(row.gap_s, Unit::Seconds, lang),
            self.channels(&row.channels),
        ]);
        cells
    }

    fn interval(&self, (low, high): (f64, f64)) -> String {
        format::interval(Some(Interval { low, high }), Unit::Percent, self.lang)
    }

    fn days(&self, (from, to): (NaiveDate, NaiveDate)) -> String {
        format::period(from, to, self.lang)
    }

    fn channels(&self, channels: &[(String, u64)]) -> String {
        let name = |code: &String| {
            let known = codes::CHANNEL.iter().find(|known| known.code == code);
            known.map_or_else(
                || code.clone(),
                |known| match self.lang {
                    crate::i18n::Lang::Zh => known.zh.to_owned(),
                    crate::i18n::Lang::En => known.en.to_owned(),
                },
            )
        };
        let each: Vec<String> = channels
            .iter()
            .map(|(code, count)| self.t.channel_count(&name(code), &format::count(*count)))
            .collect();
        each.join(self.t.list())
    }

    pub(super) fn focus(&self, found: &Focus, least: u64) -> String {
        let t = self.t;
        let (days, least) = (self.days(found.days), least.to_string());
        let note = t.focus_note(
            &format::count(found.complaints),
            &format::count(found.unknown),
        );
        if found.rows.is_empty() {
            return format!("{}\n{note}\n", t.focus_none(&days, &least));
        }
        let header = [
            t.col_who(),
            t.col_complaints(),
            t.col_again(),
            t.col_open(),
            t.col_cases(),
            t.col_handling(),
            t.col_compensation(),
            t.col_cost(),
            t.col_first_day(),
            t.col_last_day(),
            t.col_problems(),
            t.col_open_tickets(),
        ]
        .map(str::to_owned);
        let shown = if self.all { found.rows.len() } else { SHOWN };
        let rows: Vec<Vec<String>> = found
            .rows
            .iter()
            .take(shown)
            .map(|row| self.case(row))
            .collect();
        let mut lines = vec![
            t.focus_title(&days, &format::count(found.rows.len() as u64), &least),
            String::new(),
            plain(&header, &rows, 1..8),
        ];
        if found.rows.len() > shown {
            lines.push(t.focus_rest(&format::count((found.rows.len() - shown) as u64)));
        }
        lines.extend([String::new(), note]);
        format!("{}\n", lines.join("\n"))
    }

    fn case(&self, row: &Case) -> Vec<String> {
        let (t, lang) = (self.t, self.lang);
        let yuan = |amount: f64| format::value(amount, Unit::Yuan, lang);
        let problems: Vec<String> = row
            .problems
            .iter()
            .map(|(code, count)| {
                let name = self.names.bilingual(code);
                t.channel_count(name.get(lang), &format::count(*count))
            })
            .collect();
        vec![
            match &row.who {
                Who::Customer(name) => t.who_customer(name.get(..DIGITS).unwrap_or(name)),
                Who::Waybill(name) => t.who_waybill(name),
            },
            format::count(row.complaints),
            format::count(row.again),
            format::count(row.open),
            format::count(row.contacts),
            format::value(row.minutes * 60.0, Unit::Seconds, lang),
            yuan(row.compensation),
            yuan(row.cost),
            format::day(row.days.0, lang),
            format::day(row.days.1, lang),
            problems.join(t.list()),
            row.open_tickets.join(t.list()),
        ]
    }

    pub(super) fn phrases(&self, found: &Phrases) -> String {
        let t = self.t;
        if found.groups.is_empty() {
            return format!("{}\n", t.phrases_none());
        }
        let days = found.days.map(|days| self.days(days)).unwrap_or_default();
        let mut lines = vec![t.phrases_title(&days, &format::count(found.tickets))];
        if found.silent > 0 {
            lines.push(t.phrases_silent(&format::count(found.silent)));
        }
        lines.push(self.recognition(&found.recognition.whole));
        if found.groups.iter().all(|group| group.problem.is_some()) {
            lines.push(t.phrases_untyped_none().to_owned());
        }
        let shown = if self.all { found.groups.len() } else { TYPES };
        for group in found.groups.iter().take(shown) {
            let of_type = found
                .recognition
                .rows
                .iter()
                .find(|row| Some(&row.problem) == group.problem.as_ref());
            lines.push(String::new());
            lines.extend(self.group(group, of_type));
        }
        lines.push(String::new());
        if found.groups.len() > shown {
            let rest = (found.groups.len() - shown) as u64;
            lines.push(t.phrases_rest(&format::count(rest)));
        }
        lines.push(t.phrases_note().to_owned());
        format!("{}\n", lines.join("\n"))
    }

    fn recognition(&self, measured: &Recognised) -> String {
        if measured.of == 0 {
            return self.t.phrases_recognition_none().to_owned();
        }
        self.t.phrases_recognition(
            &format::count(measured.of),
            &format::count(measured.given),
            &format::maybe(measured.precision(), Unit::Percent, self.lang),
            &format::maybe(measured.recall(), Unit::Percent, self.lang),
        )
    }

    fn group(&self, group: &Group, measured: Option<&Recognised>) -> Vec<String> {
        let t = self.t;
        let name = group.problem.as_deref().map_or_else(
            || t.phrases_untyped().to_owned(),
            |code| self.names.bilingual(code).get(self.lang).to_owned(),
        );
        let tickets = format::count(group.tickets);
        let mut lines = vec![if group.by_keyword > 0 {
            t.phrases_group_keyword(&name, &tickets, &format::count(group.by_keyword))
        } else {
            t.phrases_group(&name, &tickets)
        }];
        lines.extend(measured.map(|measured| self.recognition(measured)));
        if group.phrases.is_empty() {
            lines.push(t.phrases_nothing().to_owned());
        } else {
            let header = [t.col_phrase(), t.col_here(), t.col_elsewhere(), "z"].map(str::to_owned);
            let most = if self.all { usize::MAX } else { PHRASES };
            let rows: Vec<Vec<String>> = group
                .phrases
                .iter()
                .take(most)
                .map(|phrase| {
                    vec![
                        phrase.text.clone(),
                        format::count(phrase.here),
                        format::count(phrase.elsewhere),
                        format!("{:.1}", phrase.z),
                    ]
                })
                .collect();
            lines.push(plain(&header, &rows, 1..4));
        }
        let most = if self.all { usize::MAX } else { EXAMPLES };
        lines.extend(group.examples.iter().take(most).map(|example| {
            let day = format::day(example.day, self.lang);
            t.phrases_example(&example.ticket, &day, &example.text)
        }));
        lines
    }
}
