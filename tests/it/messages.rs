//! Errors say what, where and what to do next; exit codes are a contract.

use crate::builder::Centre;

#[test]
fn usage_errors_end_with_two() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    centre.says(
        &["kpi", "--kpi", "anser_rate"],
        2,
        "error: there is no KPI `anser_rate`\n\nhint: did you mean `answer_rate`?",
    );
    centre.says(
        &["kpi", "--kpi", "frt", "--by", "platfrom"],
        2,
        "error: chat_facts has no dimension `platfrom`, which frt would need\n\nhint: did you mean `platform`?",
    );
    centre.says(
        &["run", "in", "--as-of", "soon"],
        2,
        "error: --as-of `soon` is not a time\n\nhint: write it as 2026-03-29 23:59:59, or with an offset as 2026-03-29T23:59:59+08:00",
    );
    centre.says(
        &["report", "-q", "--date", "2026-05-01"],
        2,
        "error: there is no data of 2026-05-01\n\nhint: the newest day with data is 2026-03-03",
    );
    centre.says(
        &["kpi", "--kpi", "asa", "--where", "offered AND wiat_s > 3"],
        2,
        "error: --where: call_facts has no column `wiat_s`\n  |\n1 | offered AND wiat_s > 3\n  |             ^\n\nhint: did you mean `wait_s`?",
    );
    centre.says(
        &["kpi", "--where", "queue = 3"],
        2,
        "error: --where: cannot compare text with a number\n  |\n1 | queue = 3\n  | ^\n\nhint: `kefu explain KPI` lists the columns of a KPI's fact table",
    );
    centre.says(
        &["drill", "asa", "--from", "2026-03-04", "--to", "2026-03-02"],
        2,
        "error: --from 2026-03-04 is after --to 2026-03-02\n\nhint: exchange the two",
    );
    assert_eq!(centre.kefu(&["frobnicate"]).code, 2);
    assert_eq!(centre.kefu(&["--version"]).code, 0);
}

#[test]
fn input_and_store_errors_end_with_one() {
    let centre = Centre::new();
    centre.says(
        &["run", "nowhere"],
        1,
        "error: nowhere: does not exist\n\nhint: name a file, a folder or a pattern of exports",
    );
    centre.says(
        &["kpi"],
        1,
        "error: store store: there is no finished run here\n\nhint: fill it with `kefu run INPUT`, or name another with --store DIR",
    );
    let ran = centre.kefu(&["run", "in"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err
            .contains("in: holds no export (looked for .csv, .tsv"),
        "{}",
        ran.err
    );
}

#[test]
fn machine_readable_errors_are_json() {
    let ran = Centre::new().kefu(&["kpi", "--json"]);
    let line: serde_json::Value = serde_json::from_str(ran.err.trim_end()).unwrap();
    assert_eq!(line["level"], "error");
    assert!(line["hint"].as_str().unwrap().contains("kefu run"));
}

#[test]
fn quiet_means_quiet() {
    let centre = Centre::small();
    let ran = centre.run(&["-q"]);
    assert_eq!(ran.err, "");
    assert!(
        ran.out.contains("report"),
        "results still go to standard output"
    );
}

/// An entry of a user's catalogue with these lines after line 8, which every command refuses.
#[track_caller]
fn entry_says(lines: &str, expect: &str) {
    let entry = format!(
        "[[kpi]]
id = \"long_waits\"
name = {{ en = \"Long waits\", zh = \"长等待\" }}
about = {{ en = \"Waits above a minute\", zh = \"等待一分钟以上\" }}
unit = \"percent\"
better = \"lower\"
source = \"ours\"
fact = \"call_facts\"
{lines}
"
    );
    let centre = Centre::small().config(&entry);
    for args in [
        &["run", "in"][..],
        &["kpi"],
        &["explain", "asa"],
        &["check", "in"],
        &["--dump-config"],
    ] {
        centre.says(args, 2, expect);
    }
    assert!(!centre.path("store").exists(), "nothing is read or written");
}

#[test]
fn entries_of_the_catalogue_are_checked_when_they_are_loaded() {
    entry_says(
        "kind = \"rate\"\nwhere = \"direction = 'inbound' AND answerd\"\nwhen = \"wait_s > 60\"",
        "error: kefu.toml:10:36: `where` of [[kpi]] `long_waits`: call_facts has no column `answerd`
   |
10 | where = \"direction = 'inbound' AND answerd\"
   |                                    ^

hint: did you mean `answered`?",
    );
    entry_says(
        "kind = \"sum\"\nof = \"queue\"",
        "error: kefu.toml:10:7: `of` of [[kpi]] `long_waits`: `queue` is text, but a number is needed
   |
10 | of = \"queue\"
   |       ^

hint: `kefu explain KPI` lists the columns of a KPI's fact table",
    );
    entry_says(
        "kind = \"mean\"\nof = \"60 * answered / offered\"",
        "error: kefu.toml:10:12: `of` of [[kpi]] `long_waits`: `answered` is true or false, but a number is needed
   |
10 | of = \"60 * answered / offered\"
   |            ^

hint: `kefu explain KPI` lists the columns of a KPI's fact table",
    );
    entry_says(
        "kind = \"rate\"\nwhen = \"wait_s\"",
        "error: kefu.toml:10:9: `when` of [[kpi]] `long_waits`: `wait_s` is a number, but true or false is needed
   |
10 | when = \"wait_s\"
   |         ^

hint: `kefu explain KPI` lists the columns of a KPI's fact table",
    );
    entry_says(
        "kind = \"rate\"\nwhen = \"wait_s > (60\"",
        "error: kefu.toml:10:21: `when` of [[kpi]] `long_waits`: Expected: ), found the end
   |
10 | when = \"wait_s > (60\"
   |                     ^

hint: `kefu explain KPI` lists the columns of a KPI's fact table",
    );
    entry_says(
        "kind = \"count\"\nof = \"wait_s\"",
        "error: kefu.toml:10:6: `of` of [[kpi]] `long_waits`: means nothing for the kind count

hint: take it out, or choose another kind",
    );
    entry_says(
        "kind = \"mean\"",
        "error: kefu.toml:2:6: `of` of [[kpi]] `long_waits`: is missing; the kind mean needs it",
    );
    entry_says(
        "kind = \"count\"\n[[target]]\nkpi = \"long_waits\"\nat_most = 3\nwhere = \"qeue = '投诉' AND peak\"\nsource = \"ours\"",
        "error: kefu.toml:13:10: `where` of [[target]] `long_waits`: call_facts has no column `qeue`
   |
13 | where = \"qeue = '投诉' AND peak\"
   |          ^

hint: did you mean `queue`?",
    );
    entry_says(
        "kind = \"count\"\n[service_level]\nvariant = \"ignored\"",
        "error: kefu.toml:11:11: unknown value `ignored` of `variant` in [service_level]

hint: did you mean `ignore`?",
    );
}
