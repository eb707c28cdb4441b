use super::*;
use crate::ingest::plan::{Part, plans};
use crate::settings::Settings;

const KEY: [u8; 32] = [7; 32];

/// Types one row under a header and shows one column of it, or the refusal.
fn check(header: &str, row: &str, column: &str) -> Result<String, (String, Reason)> {
    check_with(&Settings::builtin().unwrap(), header, row, column)
}

fn check_with(
    settings: &Settings,
    header: &str,
    row: &str,
    column: &str,
) -> Result<String, (String, Reason)> {
    let header: Vec<String> = header.split(',').map(str::to_owned).collect();
    let plan = plans(&header, settings, Part::Whole).unwrap().remove(0);
    let (key, taxonomy) = (Key::from_bytes(KEY), settings.taxonomy.lookup());
    let mut block = Block::new(header.len());
    block.push(2, row.split(','));
    let typer = Typer::new(&plan, &key, &taxonomy, "f");
    let mut typed = typer.block(block).unwrap();
    if let Some(reject) = typed.rejects.pop() {
        return Err((reject.refusal.column, reject.refusal.reason));
    }
    let cell = typed.rows.column_by_name(column).unwrap();
    Ok(if cell.is_null(0) {
        "null".to_owned()
    } else if let Some(floats) = cell.as_primitive_opt::<arrow::datatypes::Float64Type>() {
        floats.value(0).to_string()
    } else {
        cell.as_string::<i32>().value(0).to_owned()
    })
}

const CALLS: &str =
    "call_id,started_at,queued_at,answered_at,ended_at,outcome,wait_s,talk_s,hold_s";

#[test]
fn missing_durations_and_outcomes_follow_from_the_instants() {
    let at = |clock: &str| format!("2026-03-02 {clock}");
    let (start, queued, answered, end) = (
        at("09:00:00"),
        at("09:00:05"),
        at("09:00:20"),
        at("09:02:20"),
    );
    let row = format!("c1,{start},{queued},{answered},{end},,,,10");
    for (column, expect) in [
        ("outcome", "answered"),
        ("wait_s", "15"),
        ("talk_s", "110"),
        ("contact_id", "c1"),
        ("direction", "inbound"),
    ] {
        assert_eq!(
            check(CALLS, &row, column).as_deref(),
            Ok(expect),
            "{column}"
        );
    }
    let unanswered = format!("c1,{start},,,{end},,,,");
    assert_eq!(
        check(CALLS, &unanswered, "outcome").as_deref(),
        Ok("abandoned")
    );
    assert_eq!(check(CALLS, &unanswered, "wait_s").as_deref(), Ok("140"));
    assert_eq!(check(CALLS, &unanswered, "talk_s").as_deref(), Ok("null"));
    let talked = format!("c1,{start},,,,,3,60,");
    assert_eq!(check(CALLS, &talked, "outcome").as_deref(), Ok("answered"));
    let not_applicable = format!("c1,{start},,,,abandoned,-1,-1,");
    assert_eq!(
        check(CALLS, &not_applicable, "wait_s").as_deref(),
        Ok("null")
    );
}

#[test]
fn rows_are_refused_with_the_column_and_the_reason() {
    let refused = |row: &str| check(CALLS, row, "call_id").unwrap_err();
    let column = |name: &str| name.to_owned();
    assert_eq!(
        refused(",2026-03-02 09:00:00,,,,,,,"),
        (column("call_id"), Reason::Missing)
    );
    assert_eq!(
        refused("c1,2026-02-30 09:00:00,,,,,,,"),
        (column("started_at"), Reason::BadTime)
    );
    assert_eq!(
        refused("7.73E+14,2026-03-02,,,,,,,"),
        (column("call_id"), Reason::ScientificId)
    );
    assert_eq!(
        refused("c1,2026-03-02,,,,,-5,,"),
        (column("wait_s"), Reason::NegativeDuration)
    );
    assert_eq!(
        refused("c1,2026-03-02,,,,,soon,,"),
        (column("wait_s"), Reason::BadDuration)
    );
    assert_eq!(
        refused("c1,2026-03-02 09:00:00,,,2026-03-02 08:59:59,,,,"),
        (column("ended_at"), Reason::Order)
    );
}

#[test]
fn problem_types_are_given_found_or_none() {
    let header = "工单编号,创建时间,工单类型,问题类型,问题描述";
    let row = |kind: &str, text: &str| format!("T1,2026-03-02 09:00:00,投诉,{kind},{text}");
    let problem = |kind: &str, text: &str| check(header, &row(kind, text), "problem_type");
    let source = |kind: &str, text: &str| check(header, &row(kind, text), "problem_source");
    assert_eq!(
        problem("异常-包裹破损", "").as_deref(),
        Ok("exception/damaged")
    );
    assert_eq!(source("异常-包裹破损", "").as_deref(), Ok("given"));
    assert_eq!(
        problem("", "外箱破损严重").as_deref(),
        Ok("exception/damaged")
    );
    assert_eq!(source("", "外箱破损严重").as_deref(), Ok("keyword"));
    assert_eq!(source("", "你好").as_deref(), Ok("none"));
    assert_eq!(
        problem("新出现的类型", "").as_deref(),
        Ok("新出现的类型"),
        "kept as it is"
    );
}

#[test]
fn scores_need_a_stated_scale_unless_they_lie_on_one_to_five() {
    let header = "chat_id,started_at,score";
    let score = |cell: &str| check(header, &format!("c,2026-03-02,{cell}"), "score");
    assert_eq!(score("4").as_deref(), Ok("4"));
    assert_eq!(score("非常满意").as_deref(), Ok("5"));
    assert_eq!(score("85"), Err(("score".to_owned(), Reason::ScoreScale)));
    let mut settings = Settings::builtin().unwrap();
    let mapping = r#"
        table = "chats"
        [columns]
        chat_id = "chat_id"
        started_at = "started_at"
        score = { from = "score", scale = { worst = 100, best = 0 } }
    "#;
    settings
        .sources
        .insert("scaled".to_owned(), toml::from_str(mapping).unwrap());
    let scaled =
        |cell: &str| check_with(&settings, header, &format!("c,2026-03-02,{cell}"), "score");
    assert_eq!(scaled("0").as_deref(), Ok("5"));
    assert_eq!(scaled("75").as_deref(), Ok("2"));
    assert_eq!(scaled("120"), Err(("score".to_owned(), Reason::ScoreScale)));
}

#[test]
fn customers_leave_as_pseudonyms_and_text_is_masked() {
    let header = "ticket_id,created_at,kind,customer,description";
    let row = "T1,2026-03-02,complaint,13800138000,请回电13800138000";
    assert_eq!(check(header, row, "customer").unwrap().len(), 32);
    assert_eq!(
        check(header, row, "description").as_deref(),
        Ok("请回电[电话]")
    );
    let masked = "T1,2026-03-02,complaint,138****8000,";
    assert_eq!(check(header, masked, "customer").as_deref(), Ok("null"));
}

#[test]
fn a_mapping_joins_maps_excludes_and_fixes() {
    let mut settings = Settings::builtin().unwrap();
    let mapping = r#"
        table = "calls"
        exclude = [{ column = "what", values = ["PHANTOM"], reason = "not a call" }]
        [columns]
        call_id = { join = ["line", "no"], with = "-" }
        started_at = { join = ["day", "clock"], format = "%y%m%d %H:%M:%S" }
        outcome = { from = "what", map = { AGENT = "answered" } }
        direction = { value = "outbound" }
        wait_s = { from = "wait", unit = "ms", negative = "null" }
    "#;
    settings
        .sources
        .insert("mapped".to_owned(), toml::from_str(mapping).unwrap());
    let header = "line,no,day,clock,what,wait";
    let cell = |row: &str, column: &str| check_with(&settings, header, row, column);
    let row = "A,7,990201,7:02:47,AGENT,1500";
    assert_eq!(cell(row, "call_id").as_deref(), Ok("A-7"));
    assert_eq!(cell(row, "outcome").as_deref(), Ok("answered"));
    assert_eq!(cell(row, "direction").as_deref(), Ok("outbound"));
    assert_eq!(cell(row, "wait_s").as_deref(), Ok("1.5"));
    assert_eq!(
        cell("A,7,990201,7:02:47,AGENT,-4", "wait_s").as_deref(),
        Ok("null")
    );
    let (_, reason) = cell("A,7,990201,7:02:47,PHANTOM,1", "call_id").unwrap_err();
    assert_eq!(reason, Reason::Excluded("not a call".to_owned()));
}
