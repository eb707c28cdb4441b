//! Cells → instants, for the ten million cells of a year.
//!
//! The usual form is read byte by byte, without a date library, and the offset of the zone is looked up once for
//! all readings between two changes of the clock.

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, NaiveDate, NaiveTime, Offset, TimeZone};
use chrono_tz::Tz;

use crate::calendar::{self, MICROS, Reading};

use super::Reason;
use super::civil::{self, DAY_S};
use super::order::Order;
use super::time::{self, Moment};

/// How the times of one column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeForm {
    /// The order of dates of three numbers; `None` reads only those that are self-evident.
    pub order: Option<Order>,
}

/// Local readings, in seconds since 1970, that are certainly unique and share one offset.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: i64,
    until: i64,
    east: i64,
}

impl Stretch {
    const NONE: Self = Self {
        from: 0,
        until: 0,
        east: 0,
    };

    const fn holds(&self, local: i64) -> bool {
        self.from <= local && local < self.until
    }
}

/// No clock was ever set by more than a day (Samoa left out one), so a reading this far from a change
/// is not shown again.
const MARGIN_S: i64 = 26 * 3600;

/// How far from a reading the zone is probed, in steps each way: a year of data and a late row.
const PROBES: i64 = 67;

/// Seconds between two probes: no zone since 1970 has changed its clock and changed it back in less than a week.
const PROBE_S: i64 = 6 * DAY_S;

/// Stretches remembered: more than any export crosses.
const STRETCHES: usize = 64;

/// Reads the times of one column on the clock of a zone. It remembers what it learns about the zone, so
/// one reader per column (and thread) is faster than one per cell.
#[derive(Debug, Clone)]
pub struct Clock {
    zone: Tz,
    form: TimeForm,
    format: Option<Vec<Item<'static>>>,
    current: Stretch,
    known: Vec<Stretch>,
}

impl Clock {
    /// A reader for times without an offset on the clock of `zone`, written as `form` says.
    #[must_use]
    pub const fn new(zone: Tz, form: TimeForm) -> Self {
        Self {
            zone,
            form,
            format: None,
            current: Stretch::NONE,
            known: Vec::new(),
        }
    }

    /// The same reader for cells in a stated `strftime` format and no other. A format that is itself wrong
    /// lets every cell fail.
    #[must_use]
    pub fn with_format(mut self, format: &str) -> Self {
        self.format = Some(
            StrftimeItems::new(format)
                .parse_to_owned()
                .unwrap_or_else(|_| vec![Item::Error]),
        );
        self
    }

    /// A cell's instant in UTC microseconds. A reading that the clock showed twice means the earlier one.
    ///
    /// # Errors
    /// [`Reason::BadTime`] for an unknown form or an impossible date or time, [`Reason::SkippedTime`] for a
    /// reading the clock jumped over.
    #[inline]
    pub fn instant(&mut self, cell: &str) -> Result<i64, Reason> {
        if self.format.is_none()
            && let Some((local, micros, east)) = usual(cell.as_bytes())
        {
            let utc = match east {
                Some(east) => local - east,
                None => self.on_clock(local)?,
            };
            return Ok(utc * MICROS + micros);
        }
        self.unusual(cell)
    }

    /// A cell's calendar day: the date as it is written. Only an epoch, or a time with an offset that is
    /// not midnight, is brought to the zone's clock first.
    ///
    /// # Errors
    /// [`Reason::BadTime`] for an unknown form or an impossible date or time.
    pub fn day(&mut self, cell: &str) -> Result<NaiveDate, Reason> {
        let local = |micros| {
            calendar::local(self.zone, micros)
                .map(|local| local.date)
                .ok_or(Reason::BadTime)
        };
        match self.moment(cell)? {
            Moment::Utc(micros) => local(micros),
            // A day that was written out as an instant of UTC keeps its midnight.
            Moment::Offset(day, micros, east) if micros % (DAY_S * MICROS) != 0 => {
                local((i64::from(day) * DAY_S - east) * MICROS + micros)
            }
            written => written
                .written_day()
                .and_then(civil::date)
                .ok_or(Reason::BadTime),
        }
    }

    fn moment(&self, cell: &str) -> Result<Moment, Reason> {
        match &self.format {
            Some(items) => formatted(cell, items),
            None => time::read(&time::fold(cell), self.form.order),
        }
        .ok_or(Reason::BadTime)
    }

    fn unusual(&mut self, cell: &str) -> Result<i64, Reason> {
        match self.moment(cell)? {
            Moment::Utc(micros) => Ok(micros),
            Moment::Offset(day, micros, east) => {
                Ok((i64::from(day) * DAY_S - east) * MICROS + micros)
            }
            Moment::Local(day, micros) => {
                let local = i64::from(day) * DAY_S + micros.div_euclid(MICROS);
                Ok(self.on_clock(local)? * MICROS + micros.rem_euclid(MICROS))
            }
        }
    }

    /// UTC seconds of a local reading in seconds.
    #[inline]
    fn on_clock(&mut self, local: i64) -> Result<i64, Reason> {
        if self.current.holds(local) {
            Ok(local - self.current.east)
        } else {
            self.look_up(local)
        }
    }

    #[cold]
    fn look_up(&mut self, local: i64) -> Result<i64, Reason> {
        if let Some(known) = self.known.iter().find(|known| known.holds(local)) {
            self.current = *known;
            return Ok(local - known.east);
        }
        let reading = DateTime::from_timestamp(local, 0).ok_or(Reason::BadTime)?;
        match calendar::instant(self.zone, reading.naive_utc()) {
            Reading::One(micros) => {
                let utc = micros.div_euclid(MICROS);
                self.learn(local, local - utc);
                Ok(utc)
            }
            Reading::Twice(micros) => Ok(micros.div_euclid(MICROS)),
            Reading::Never => Err(Reason::SkippedTime),
        }
    }

    /// Finds how far around a reading the zone keeps its offset.
    fn learn(&mut self, local: i64, east: i64) {
        let utc = local - east;
        let same = |at: i64| self.east_at(at) == Some(east);
        let near = |step: i64| utc + step * (MARGIN_S + 1);
        // On the days around a change nothing is learnt, and nothing should be spent on it.
        if !same(near(-1)) || !same(near(1)) {
            return;
        }
        let reach = |step: i64| {
            (1..=PROBES)
                .map(|probe| near(step) + step * probe * PROBE_S)
                .take_while(|at| same(*at))
                .last()
                .unwrap_or(near(step))
        };
        let (first, last) = (reach(-1), reach(1));
        self.current = Stretch {
            from: first + east + MARGIN_S,
            until: last + east - MARGIN_S,
            east,
        };
        if self.known.len() >= STRETCHES {
            self.known.clear();
        }
        self.known.push(self.current);
    }

    /// Seconds east of UTC at an instant in UTC seconds.
    fn east_at(&self, utc: i64) -> Option<i64> {
        let at = DateTime::from_timestamp(utc, 0)?.naive_utc();
        Some(i64::from(
            self.zone
                .offset_from_utc_datetime(&at)
                .fix()
                .local_minus_utc(),
        ))
    }
}

/// A cell read by a stated format, which may carry an offset or be an epoch, or lack the time of day.
fn formatted(cell: &str, items: &[Item<'static>]) -> Option<Moment> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, cell, items.iter()).ok()?;
    if let Some(seconds) = parsed.timestamp() {
        let nanos = i64::from(parsed.nanosecond().unwrap_or(0));
        return Some(Moment::Utc(seconds.checked_mul(MICROS)? + nanos / 1000));
    }
    let east = parsed.offset().map(i64::from);
    let reading = parsed
        .to_naive_datetime_with_offset(0)
        .or_else(|_| {
            parsed
                .to_naive_date()
                .map(|day| day.and_time(NaiveTime::MIN))
        })
        .ok()?;
    let micros = reading.and_utc().timestamp_micros();
    let day = i32::try_from(micros.div_euclid(DAY_S * MICROS)).ok()?;
    let of_day = micros.rem_euclid(DAY_S * MICROS);
    Some(match east {
        Some(east) => Moment::Offset(day, of_day, east),
        None => Moment::Local(day, of_day),
    })
}

/// The usual form, `2026-03-02 09:15:22` with `/`, `.` or `T`, a fraction, `Z` or `+08:00`: seconds since
/// 1970 as they stand there, microseconds, seconds east of UTC. `None` leaves the cell to the general reader.
#[inline]
fn usual(cell: &[u8]) -> Option<(i64, i64, Option<i64>)> {
    let (head, tail) = cell.split_first_chunk::<19>()?;
    let mut wrong = 0_u8;
    let mut two = |at: usize| {
        let (tens, ones) = (head[at].wrapping_sub(b'0'), head[at + 1].wrapping_sub(b'0'));
        wrong |= u8::from(tens > 9) | u8::from(ones > 9);
        u32::from(tens) * 10 + u32::from(ones)
    };
    let (century, year, month, day) = (two(0), two(2), two(5), two(8));
    let (hour, minute, second) = (two(11), two(14), two(17));
    let dated = head[4] == head[7] && matches!(head[4], b'-' | b'/' | b'.');
    let parted = matches!(head[10], b' ' | b'T') && head[13] == b':' && head[16] == b':';
    if wrong != 0 || !dated || !parted || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let day = civil::days((century * 100 + year).cast_signed(), month, day)?;
    let local = i64::from(day) * DAY_S + i64::from(hour * 3600 + minute * 60 + second);
    if tail.is_empty() {
        return Some((local, 0, None));
    }
    let (micros, tail) = match tail {
        [b'.', rest @ ..] => {
            let length = rest
                .iter()
                .position(|byte| !byte.is_ascii_digit())
                .unwrap_or(rest.len());
            let (part, rest) = rest.split_at(length);
            if !(1..=9).contains(&length) {
                return None;
            }
            let six = |value: i64, at: usize| {
                value * 10 + part.get(at).map_or(0, |digit| i64::from(digit - b'0'))
            };
            ((0..6).fold(0, six), rest)
        }
        other => (0, other),
    };
    let east = match tail {
        [] => None,
        b"Z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (h1, h2) = (h1.wrapping_sub(b'0'), h2.wrapping_sub(b'0'));
            let (m1, m2) = (m1.wrapping_sub(b'0'), m2.wrapping_sub(b'0'));
            if h1 > 1 || h2 > 9 || (h1 == 1 && h2 > 5) || m1 > 5 || m2 > 9 {
                return None;
            }
            let hours = i64::from(h1) * 10 + i64::from(h2);
            let east = hours * 3600 + (i64::from(m1) * 10 + i64::from(m2)) * 60;
            Some(if *sign == b'-' { -east } else { east })
        }
        _ => return None,
    };
    Some((local, micros, east))
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
