//! What unit tests of several modules share: small stores made from the text of exports.

use tempfile::TempDir;

use crate::facts::{Context, Facts, Records};
use crate::ingest::Export;
use crate::ingest::privacy::Key;
use crate::schema::facts::FACTS;
use crate::settings::Settings;
use crate::store::Store;
use crate::store::runs::Run;
use crate::store::upsert;

/// A store in a folder that vanishes with it.
pub struct Small {
    pub settings: Settings,
    pub store: Store,
    _dir: TempDir,
}

impl Small {
    /// Takes the texts in as files, each recognised by its header.
    pub fn of(files: &[&str]) -> Self {
        Self::in_zone(chrono_tz::Asia::Shanghai, files)
    }

    /// The same for a centre in another zone.
    pub fn in_zone(zone: chrono_tz::Tz, files: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut settings = Settings::builtin().unwrap();
        settings.centre.zone = zone;
        let small = Self {
            settings,
            store: Store::open_or_create(dir.path()).unwrap(),
            _dir: dir,
        };
        for text in files {
            small.feed(text);
        }
        small
    }

    fn feed(&self, text: &str) {
        let zone = self.settings.centre.zone;
        let taxonomy = self.settings.taxonomy.lookup();
        let export =
            Export::from_bytes(text.into(), "t.csv".as_ref(), "t.csv", &self.settings).unwrap();
        for plan in &export.plans {
            let parsed = export
                .parse(plan, &Key::from_bytes([1; 32]), &taxonomy)
                .unwrap();
            assert!(parsed.rejects.is_empty(), "{:?}", parsed.rejects);
            let merged = upsert::plan(&self.store, plan.table, zone, &parsed.rows, &[]).unwrap();
            upsert::commit(&self.store, plan.table, merged, &export.content).unwrap();
        }
    }

    /// The facts as they stand at a local time such as `2026-03-31 00:00:00`.
    pub fn facts(&self, as_of: &str) -> Facts {
        let as_of = crate::ingest::value::instant(as_of, self.settings.centre.zone, None).unwrap();
        let records =
            Records::read(&self.store, |table| self.store.table(table.name)?.parts()).unwrap();
        records
            .derive(&Context {
                centre: &self.settings.centre,
                as_of,
            })
            .unwrap()
    }

    /// Writes the facts and says which versions belong together.
    pub fn run(&self, as_of: &str) -> Run {
        self.facts(as_of).write(&self.store).unwrap();
        let versions = FACTS
            .iter()
            .filter_map(|fact| {
                Some((
                    fact.name.to_owned(),
                    self.store.table(fact.name).unwrap().version()?,
                ))
            })
            .collect();
        Run {
            number: 1,
            as_of: 0,
            as_of_given: true,
            versions,
            settings: String::new(),
            program: String::new(),
        }
    }
}
