use super::*;
use crate::settings::{Loaded, Settings};

fn header(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}

fn check(text: &str) -> Result<&'static str, String> {
    let settings = Settings::builtin().unwrap();
    plans(&header(text), &settings, Part::Whole)
        .map(|plans| plans[0].table.name)
        .map_err(|e| e.message)
}

#[test]
fn tables_are_recognised_by_their_headers() {
    for (text, expect) in [
        ("通话流水号,呼叫时间,技能组,工号,通话时长", "calls"),
        ("通话流水号,呼叫时间,技能组,工号,通话时长(秒)", "calls"),
        ("chat_id,started_at,platform,agent_id", "chats"),
        ("工单编号,创建时间,工单类型,网点", "tickets"),
        ("ticket_id,event_at,event,from_status", "ticket_events"),
        (
            "evaluation_id,item,evaluated_at,agent_id,passed",
            "evaluations",
        ),
        ("工号,姓名,班组,职场,入职日期", "agents"),
        ("date,outlet,parcels", "parcels"),
    ] {
        assert_eq!(check(text), Ok(expect), "{text}");
    }
}

#[test]
fn a_unit_in_the_header_is_the_unit_of_its_numbers() {
    let settings = Settings::builtin().unwrap();
    let header = header("通话流水号,呼叫时间,工号,排队时长（毫秒）,通话时长(分钟)");
    let plan = plans(&header, &settings, Part::Whole).unwrap().remove(0);
    let unit = |name: &str| {
        let at = plan.table.position(name).unwrap();
        plan.cells[at].as_ref().unwrap().duration.unit_s
    };
    assert_eq!((unit("wait_s"), unit("talk_s")), (0.001, 60.0));
}

#[test]
fn an_unknown_header_is_told_what_it_misses() {
    let error = check("技能组,工号,通话时长").unwrap_err();
    assert!(
        error.contains("calls") && error.contains("call_id") && error.contains("started_at"),
        "{error}"
    );
    assert!(check("a,b,c").unwrap_err().contains("no table"));
}

#[test]
fn a_header_used_twice_is_noticed() {
    let settings = Settings::builtin().unwrap();
    let plan = plans(
        &header("通话编号,呼叫时间,工号,工号"),
        &settings,
        Part::Whole,
    )
    .unwrap()
    .remove(0);
    assert_eq!(plan.doubled, ["工号"]);
}

/// The sources that read a table with these columns, by the part of the file it lies in.
fn readers(toml: &str, columns: &str, part: Part<'_>) -> Result<String, String> {
    let settings = Loaded::parse("kefu.toml", toml).unwrap().settings;
    plans(&header(columns), &settings, part)
        .map(|plans| {
            let names: Vec<_> = plans.iter().map(|plan| plan.source.as_str()).collect();
            names.join(",")
        })
        .map_err(|no| no.message)
}

const SHEETS: &str = r#"
[source.hotline]
table = "calls"
sheet = "热线"
columns = { call_id = "记录码", started_at = "起" }

[source.any]
table = "calls"
columns = { call_id = "记录码", started_at = "起" }

[source.visits]
table = "tickets"
sheet = "回访"
columns = { ticket_id = "回访码", created_at = "起" }

[source.details]
table = "tickets"
rows = "data.items"
columns = { ticket_id = "回访码", created_at = "起" }
"#;

#[test]
fn a_source_that_states_a_sheet_or_an_array_reads_no_other_part() {
    let array = Err(
        "has the columns of [source.details], which reads only the array `data.items` of JSON records"
            .to_owned(),
    );
    for (columns, part, expect) in [
        // The one that states the sheet goes before the one that reads every sheet.
        ("记录码,起", Part::Sheet("热线"), Ok("hotline".to_owned())),
        ("记录码,起", Part::Sheet("其他"), Ok("any".to_owned())),
        ("记录码,起", Part::Whole, Ok("any".to_owned())),
        ("回访码,起", Part::Sheet("回访"), Ok("visits".to_owned())),
        (
            "回访码,起",
            Part::Array("data.items"),
            Ok("details".to_owned()),
        ),
        ("回访码,起", Part::Sheet("热线"), array.clone()),
        ("回访码,起", Part::Whole, array.clone()),
        ("回访码,起", Part::Array("items"), array),
    ] {
        assert_eq!(readers(SHEETS, columns, part), expect, "{columns} {part:?}");
    }
}

#[test]
fn profiles_keep_to_the_sheet_they_state() {
    let mut settings = Settings::builtin().unwrap();
    let profile = &mut settings.profiles[0];
    let (name, source) = profile.sources.iter_mut().next().unwrap();
    source.sheet = Some("明细".to_owned());
    let (name, columns) = (name.clone(), source.required_headers());
    settings.profiles.truncate(1);
    settings.profiles[0]
        .sources
        .retain(|other, _| *other == name);
    let read = |part| {
        plans(&columns, &settings, part)
            .map_or_else(|_| "none".to_owned(), |plans| plans[0].source.clone())
    };
    assert_eq!(read(Part::Sheet("明细")), name);
    assert_ne!(read(Part::Sheet("汇总")), name);
    assert_ne!(read(Part::Whole), name);
}

#[test]
fn a_source_asked_for_reads_files_without_sheets_too() {
    let mut settings = Loaded::parse("kefu.toml", SHEETS).unwrap().settings;
    settings.only_source = Some("hotline".to_owned());
    let columns = header("记录码,起");
    for (part, fits) in [
        (Part::Whole, true),
        (Part::Sheet("热线"), true),
        (Part::Sheet("其他"), false),
        (Part::Array("x"), false),
    ] {
        assert_eq!(plans(&columns, &settings, part).is_ok(), fits, "{part:?}");
    }
    settings.only_source = Some("details".to_owned());
    assert!(plans(&header("回访码,起"), &settings, Part::Whole).is_err());
}
