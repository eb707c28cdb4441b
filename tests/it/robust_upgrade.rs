//! Stores of other versions of the program.

use kefu::store::Store;
use kefu::store::runs::{FORMAT, Run};

use crate::builder::Centre;

/// Changes the record of the newest run, as another version of the program would have written it.
fn rewrite(centre: &Centre, change: impl FnOnce(&mut Run)) {
    let store = Store::open(&centre.path("store")).unwrap();
    let mut run = store.latest_run().unwrap().unwrap();
    run.number += 1;
    change(&mut run);
    store.record_run(&run).unwrap();
}

#[test]
fn facts_of_an_earlier_program_are_refused_by_readers_and_derived_anew_by_the_next_run() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let figures = |args: &[&str]| {
        let all = [&["kpi", "--by", "queue", "--format", "csv"], args].concat();
        centre.kefu(&all)
    };
    let before = figures(&[]).ok().out;
    rewrite(&centre, |run| {
        run.program = "0.0.9".to_owned();
        run.format = 0;
        run.facts = String::new();
        run.definitions.clear();
    });
    let newest = "error: store store: the facts of r0002 were derived by an earlier kefu (0.0.9), without all of today's columns\n\nhint: run `kefu run INPUT` again, with the exports of before: it derives the facts anew from the records in the store";
    centre.says(&["kpi"], 1, newest);
    centre.says(&["report", "-q"], 1, newest);
    centre.says(&["drill", "aht"], 1, newest);
    // Its records can be judged at any instant.
    let judged = figures(&["--as-of", "2026-03-03 09:05:00"]).ok().out;
    assert_eq!(judged, before);

    let out = centre.run(&[]).out;
    assert!(out.contains("run r0003"), "{out}");
    assert_eq!(figures(&[]).ok().out, before);
    centre.kefu(&["store", "verify"]).ok();
    let ran = figures(&["--snapshot", "2"]);
    assert!(
        ran.code == 1 && ran.err.contains("`kefu kpi --snapshot r0002 --as-of TIME`"),
        "{}",
        ran.err
    );
}

#[test]
fn a_store_of_a_newer_program_is_left_alone() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    rewrite(&centre, |run| {
        run.program = "9.1.0".to_owned();
        run.format = FORMAT + 1;
    });
    let before = crate::builder::contents(&centre.path("store"));
    let program = env!("CARGO_PKG_VERSION");
    let expect = format!(
        "error: store store: r0002 was written by kefu 9.1.0 in a newer layout ({}; this is kefu {program}, which knows layouts up to {FORMAT})\n\nhint: use kefu 9.1.0 or later for this store, or build another from the exports: `kefu run INPUT --store NEW`",
        FORMAT + 1
    );
    for command in [
        &["run", "in", "-q"] as &[&str],
        &["ingest", "in", "-q"],
        &["kpi"],
        &["report", "-q"],
        &["store", "verify"],
        &["store", "vacuum"],
    ] {
        centre.says(command, 1, &expect);
    }
    assert_eq!(crate::builder::contents(&centre.path("store")), before);
    centre.kefu(&["store", "log"]).ok();
}

#[test]
fn a_snapshot_says_which_definitions_have_changed_since() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let own = "[[kpi]]\nid = \"aht\"\nname = { en = \"Handle time\", zh = \"处理时长\" }\nabout = { en = \"a\", zh = \"a\" }\nfact = \"call_facts\"\nkind = \"mean\"\nof = \"talk_s\"\nunit = \"seconds\"\nbetter = \"lower\"\nsource = \"ours\"\n";
    let centre = centre.config(own);
    let ran = centre
        .kefu(&["kpi", "--kpi", "aht", "--snapshot", "1"])
        .ok();
    assert_eq!(
        ran.err.trim_end(),
        "note: since r0001 these KPIs are defined otherwise, and are computed as they are defined now: aht"
    );
    // Another definition is another run, so that each knows the definitions of its report.
    let out = centre.run(&[]).out;
    assert!(out.contains("run r0002"), "{out}");
    assert!(centre.run(&[]).out.contains("Nothing changed"));
    let ran = centre
        .kefu(&["kpi", "--kpi", "aht", "--snapshot", "2"])
        .ok();
    assert_eq!(ran.err, "");
}

#[test]
fn every_kept_run_can_be_verified() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let late = "call_id,started_at,outcome,wait_s\nn1,2026-03-02 12:00:00,abandoned,30\n";
    let first = std::fs::read_dir(centre.path("store/calls/date=2026-03-02"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .next()
        .unwrap();
    let centre = centre.file("late.csv", late);
    centre.run(&["-q"]);
    let out = centre.kefu(&["store", "verify", "--all"]).ok().out;
    assert!(
        out.contains("note    1 earlier runs looked at") && out.trim_end().ends_with(": sound"),
        "{out}"
    );
    // A file of the first run only.
    let mut bytes = std::fs::read(&first).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&first, &bytes).unwrap();
    centre.kefu(&["store", "verify"]).ok();
    let ran = centre.kefu(&["store", "verify", "--all"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out
            .contains("(r0001): has another content than was written"),
        "{}",
        ran.out
    );
    centre.kefu(&["store", "vacuum", "--keep", "2"]).ok();
    std::fs::remove_file(&first).unwrap();
    let out = centre.kefu(&["store", "verify", "--all"]).ok().out;
    assert!(out.contains("r0001: 1 files are gone"), "{out}");
}
