//! The contacts that evaluations and surveys are about: these take dimensions over from them.

use std::collections::BTreeSet;

use polars::prelude::*;
use rayon::prelude::*;

use super::by_id::{ById, Hashes};
use super::derivation::fact;
use super::frames;
use super::segments::Segments;
use super::surveys::Feedback;
use super::windows::{Day, among, hash, on, texts};
use crate::calendar;
use crate::error::{PolarsContext, Result};
use crate::schema::DATE;
use crate::store::delta::Part;

/// They, and what else they are called.
pub struct Judged {
    /// Where they are.
    pub contacts: Contacts,
    /// The segments of theirs that records may name.
    pub segments: Segments,
}

/// Where they are.
pub enum Contacts {
    /// They are held in memory: those of some days.
    Held(ById),
    /// They are read again: those of all days.
    Filed(Filed),
}

/// The days of the contacts that something is said of, while contacts are being derived.
#[derive(Default)]
pub struct Noted(Vec<(u64, Option<i32>)>);

/// Files of contacts, and who is in which.
pub struct Filed {
    ids: Hashes,
    /// The days of the ids.
    days: Vec<Option<i32>>,
    parts: Vec<Part>,
}

/// Files that are read at a time.
const FILES: usize = 8;

impl Noted {
    /// Notes contacts with their `date`.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn note(&mut self, contacts: &DataFrame, feedback: &Feedback) -> Result<()> {
        let mut note = || {
            let dates = contacts.column(DATE)?.i32()?.iter();
            let ids = contacts.column("contact_ref")?.str()?.iter();
            let about = feedback.about(ids).zip(dates);
            self.0
                .extend(about.filter_map(|(id, day)| Some((id?, day))));
            PolarsResult::Ok(())
        };
        note().computing("judged contacts")
    }

    /// All are noted, and on file.
    #[must_use]
    pub fn filed(mut self, parts: Vec<Part>) -> Contacts {
        self.0.par_sort_unstable();
        let (ids, days) = self.0.into_iter().unzip();
        Contacts::Filed(Filed {
            ids: Hashes::of_sorted(ids),
            days,
            parts,
        })
    }
}

impl Judged {
    /// Columns of those that some records are about, perhaps more; of a call, a chat and a ticket that are called alike, the
    /// first one.
    ///
    /// # Errors
    /// When the records have no `contact_ref`, or a file cannot be read.
    pub fn of_records(&self, records: &DataFrame, columns: &[&str]) -> Result<DataFrame> {
        let named = texts(records, "contact_ref")?;
        let meant = self.segments.meant(&named)?;
        let asked = [
            named.with_name("named".into()),
            meant.with_name("contact_ref".into()),
        ];
        let asked = asked.map(|ids| ids.into_series().into_column()).to_vec();
        let asked = DataFrame::new(records.height(), asked).computing("judged contacts")?;
        let contacts = match &self.contacts {
            Contacts::Held(contacts) => contacts
                .near(&asked, "contact_ref")?
                .select(columns.iter().copied())
                .computing("judged contacts")?,
            Contacts::Filed(files) => files.of_records(&asked, columns)?,
        };
        // Under the id that the record names.
        let by = || col("contact_ref");
        let once = |rows: DataFrame, name: &str| {
            rows.unique_stable(Some(&[name.to_owned()]), UniqueKeepStrategy::First, None)
        };
        let named = || {
            once(asked, "named")?
                .lazy()
                .inner_join(once(contacts, "contact_ref")?.lazy(), by(), by())
                .drop(cols(["contact_ref"]))
                .rename(["named"], ["contact_ref"], true)
                .select(columns.iter().map(|name| col(*name)).collect::<Vec<_>>())
                .collect()
        };
        named().computing("judged contacts")
    }
}

impl Filed {
    fn of_records(&self, records: &DataFrame, columns: &[&str]) -> Result<DataFrame> {
        let refs = texts(records, "contact_ref")?;
        let wanted: Hashes = refs.iter().flatten().map(hash).collect();
        let parts = on(&self.parts, &self.days_of(&wanted));
        let mut found = frames::columns(fact("contact_facts"), &[], columns)?;
        for parts in parts.chunks(FILES) {
            let rows = frames::columns(fact("contact_facts"), parts, columns)?;
            let among = among(&rows, "contact_ref", |id| wanted.has(id))?;
            found = rows
                .filter(&among)
                .and_then(|rows| found.vstack(&rows))
                .computing("judged contacts")?;
        }
        Ok(found)
    }

    fn days_of(&self, ids: &Hashes) -> BTreeSet<Day> {
        let places = ids.all().map(|id| self.ids.places(id));
        let days: BTreeSet<Option<i32>> = places
            .flat_map(|(start, end)| &self.days[start as usize..end as usize])
            .copied()
            .collect();
        let text = |day: Option<i32>| Some(calendar::from_epoch_days(day?)?.to_string());
        days.into_iter().map(text).collect()
    }
}
