//! What a chart is told about its days: dates from which a process is another one, and days that
//! are not like others.

use chrono::NaiveDate;

use crate::calendar::campaign::campaigns;
use crate::i18n::Bilingual;
use crate::settings::{EventEntry, Settings};

/// A date from which a new baseline is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebase {
    /// First day of the new baseline.
    pub date: NaiveDate,
    /// Why.
    pub note: Bilingual,
}

/// Days that are not like others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// What it is.
    pub name: Bilingual,
    /// What its days take no part in.
    pub treatment: Treatment,
}

/// What the days of an event take no part in, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Treatment {
    /// Nothing: they are marked only.
    Shown,
    /// The baseline; a signal among them is still one, and names the event.
    OutOfBaseline,
    /// Baseline and rules: what they do is neither a signal nor part of one.
    Excluded,
}

/// What a chart is told about its days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Rebases by date.
    pub rebases: Vec<Rebase>,
    /// Events, the configured ones first.
    pub events: Vec<Event>,
}

impl Marks {
    /// The marks of a KPI on the days from `first` to `last`: what the settings say, and the campaigns
    /// of the calendar unless an event of the same name lies on their days.
    #[must_use]
    pub fn of(settings: &Settings, kpi: &str, (first, last): (NaiveDate, NaiveDate)) -> Self {
        let mut rebases: Vec<Rebase> = settings
            .rebases
            .iter()
            .filter(|entry| entry.kpi.has(kpi))
            .map(|entry| Rebase {
                date: entry.date,
                note: entry.note.clone(),
            })
            .collect();
        rebases.sort_by_key(|rebase| rebase.date);
        let own: Vec<&EventEntry> = settings
            .events
            .iter()
            .filter(|entry| entry.kpi.has(kpi))
            .collect();
        let replaced = |name: &Bilingual, from: NaiveDate, to: NaiveDate| {
            own.iter().any(|entry| {
                (entry.name.zh == name.zh || entry.name.en == name.en)
                    && entry.from <= to
                    && entry.to >= from
            })
        };
        let built_in: Vec<Event> = campaigns(first, last)
            .into_iter()
            .filter(|campaign| !replaced(&campaign.name, campaign.from, campaign.to))
            .map(|campaign| Event {
                from: campaign.from,
                to: campaign.to,
                name: campaign.name,
                treatment: Treatment::OutOfBaseline,
            })
            .collect();
        let events = own.iter().map(|entry| Event {
            from: entry.from,
            to: entry.to,
            name: entry.name.clone(),
            treatment: match entry.exclude {
                Some(true) => Treatment::Excluded,
                None => Treatment::OutOfBaseline,
                Some(false) => Treatment::Shown,
            },
        });
        let events = events.filter(|event| event.from <= last && event.to >= first);
        Self {
            rebases,
            events: events.chain(built_in).collect(),
        }
    }

    /// Position of the event a day falls in: of several, the one that leaves most out, then the first.
    #[must_use]
    pub fn event_of(&self, date: NaiveDate) -> Option<usize> {
        let within = |event: &Event| event.from <= date && date <= event.to;
        let found = self.events.iter().enumerate();
        let found = found.filter(|(_, event)| within(event));
        // Of equals `max_by_key` takes the last.
        found
            .rev()
            .max_by_key(|(_, event)| event.treatment)
            .map(|(at, _)| at)
    }

    /// What a day takes no part in.
    #[must_use]
    pub fn treatment(&self, date: NaiveDate) -> Treatment {
        self.event_of(date)
            .and_then(|at| self.events.get(at))
            .map_or(Treatment::Shown, |event| event.treatment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Loaded;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn marks(text: &str, kpi: &str) -> Marks {
        let settings = Loaded::parse("kefu.toml", text).unwrap().settings;
        Marks::of(&settings, kpi, (day("2026-01-01"), day("2026-12-31")))
    }

    #[test]
    fn campaigns_are_built_in_and_leave_the_baseline_alone() {
        let built_in = marks("", "aht");
        let names: Vec<&str> = built_in.events.iter().map(|e| e.name.zh.as_str()).collect();
        assert_eq!(names, ["春节", "618", "双11"]);
        assert_eq!(
            built_in.treatment(day("2026-02-17")),
            Treatment::OutOfBaseline
        );
        assert_eq!(built_in.treatment(day("2026-02-24")), Treatment::Shown);
        assert_eq!(built_in.event_of(day("2026-02-24")), None);
    }

    #[test]
    fn an_event_of_the_same_name_takes_the_place_of_a_campaign() {
        let own =
            "[[event]]\nfrom = 2026-02-09\nto = 2026-03-03\nname = \"春节\"\nexclude = false\n";
        let events = marks(own, "aht").events;
        assert_eq!(events.len(), 3);
        assert_eq!(
            (events[0].from, events[0].treatment),
            (day("2026-02-09"), Treatment::Shown)
        );
        // Of another year it is another festival.
        let other = own.replace("2026-02-09", "2026-04-09");
        let other = other.replace("2026-03-03", "2026-04-10");
        assert_eq!(marks(&other, "aht").events.len(), 4);
    }

    #[test]
    fn marks_belong_to_the_kpis_they_name_and_the_strongest_counts() {
        let text = "[[event]]\nfrom = 2026-06-05\nto = 2026-06-05\nname = \"outage\"\nexclude = true\nkpi = \"asa\"\n\
                    [[rebase]]\nkpi = \"asa\"\ndate = 2026-05-01\nnote = \"b\"\n\
                    [[rebase]]\nkpi = \"*\"\ndate = 2026-04-01\nnote = \"a\"\n";
        let asa = marks(text, "asa");
        assert_eq!(asa.treatment(day("2026-06-05")), Treatment::Excluded);
        assert_eq!(asa.treatment(day("2026-06-06")), Treatment::OutOfBaseline);
        let notes: Vec<&str> = asa.rebases.iter().map(|r| r.note.en.as_str()).collect();
        assert_eq!(notes, ["a", "b"]);
        let aht = marks(text, "aht");
        assert_eq!(aht.treatment(day("2026-06-05")), Treatment::OutOfBaseline);
        assert_eq!(aht.rebases.len(), 1);
    }
}
