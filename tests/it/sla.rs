//! `kefu sla`: the lists of clocks.

use crate::builder::Centre;

/// Three complaints: answered in time, about to be late at the cut-off, and never answered.
fn centre() -> Centre {
    let tickets = "ticket_id,created_at,kind,priority,status,first_reply_at,agent_id,outlet\n\
        T1,2026-03-02 09:00:00,complaint,high,in_progress,2026-03-02 10:00:00,A1,杭州\n\
        T2,2026-03-02 14:00:00,complaint,high,in_progress,,A2,=杭州\n\
        T3,2026-03-02 09:00:00,complaint,low,in_progress,,A1,宁波\n";
    let centre = Centre::new().file("tickets.csv", tickets);
    centre.run(&["-q", "--as-of", "2026-03-03 12:00:00"]);
    centre
}

#[test]
fn the_early_warning_list_says_whose_and_how_long() {
    let centre = centre();
    let csv = centre.kefu(&["sla", "warn", "--format", "csv"]).ok().out;
    assert_eq!(
        csv,
        "id,promise,minutes_left,due_at,started_at,stopped_at,paused,agent_id,team,department,outlet,priority,kind,problem_type\n\
         T2,complaint_reply,120.0,2026-03-03 14:00:00,2026-03-02 14:00:00,,false,A2,,,'=杭州,high,complaint,\n"
    );
    let late = centre.kefu(&["sla", "late", "--format", "json"]).ok().out;
    let late: serde_json::Value = serde_json::from_str(&late).unwrap();
    assert_eq!(late[0]["id"], "T3");
    assert_eq!(late[0]["minutes_left"], -180.0);
    assert_eq!(late.as_array().unwrap().len(), 1);
    let none = centre
        .kefu(&["sla", "breached", "--format", "json"])
        .ok()
        .out;
    assert_eq!(none, "[]\n");
}

#[test]
fn the_standing_agrees_with_the_figure() {
    let centre = centre();
    let csv = centre.kefu(&["sla", "--format", "csv"]).ok().out;
    assert_eq!(
        csv.lines().collect::<Vec<_>>(),
        [
            "promise,attainment,due,met,breached,late,running,warned",
            "complaint_reply,0.5,2,1,1,1,1,1",
            "complaint_closed,,0,0,0,0,3,0",
        ]
    );
    assert_eq!(centre.figure("sla_attainment"), Some(0.5));
    let text = centre.kefu(&["sla", "--lang", "zh"]).ok().out;
    assert!(
        text.contains("投诉答复") && text.contains("50.0\u{a0}%"),
        "{text}"
    );
    let part = centre
        .kefu(&[
            "sla",
            "--format",
            "csv",
            "--where",
            "outlet = '宁波'",
            "--promise",
            "complaint_reply",
        ])
        .ok()
        .out;
    assert!(
        part.ends_with("complaint_reply,0.0,1,0,1,1,0,0\n"),
        "{part}"
    );
}

#[test]
fn wrong_questions_are_answered_with_the_next_step() {
    let centre = centre();
    centre.says(
        &["sla", "--promise", "complaint_replay"],
        2,
        "error: there is no promise `complaint_replay`\n\nhint: did you mean `complaint_reply`?",
    );
    let ran = centre.kefu(&["sla", "warn", "--where", "outlets = '1'"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("sla_clocks has no column `outlets`"),
        "{}",
        ran.err
    );
}

#[test]
fn a_promise_that_makes_no_sense_stops_the_run_before_it_begins() {
    let centre = Centre::small().config(
        "[[promise]]\nid = \"mine\"\nname = { en = \"x\", zh = \"x\" }\nsource = \"x\"\n\
         where = \"resolution_s > 1\"\nstop = [\"closed\"]\nlimit = \"1h\"\n",
    );
    let ran = centre.kefu(&["run", "in"]);
    assert_eq!(ran.code, 2);
    // What is known only later is no condition of a promise.
    assert!(
        ran.err.contains(
            "`where` of [[promise]] `mine`: the ticket of a promise has no column `resolution_s`"
        ),
        "{}",
        ran.err
    );
    assert!(!centre.path("store").exists());
}
