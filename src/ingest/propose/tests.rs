use super::*;
use std::path::PathBuf;

/// A file of these lines, each header and its first rows in one string.
fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect()
}

fn proposed(text: &str) -> Proposal {
    propose(&rows(text), "x.csv", &Settings::builtin().unwrap(), &[]).unwrap()
}

/// `column=header` of every column that was placed.
fn pairs(proposal: &Proposal) -> Vec<String> {
    proposal
        .columns
        .iter()
        .map(|(column, headers)| format!("{column}={}", headers.join("+")))
        .collect()
}

const HOTLINE: &str = "\
热线报表,,,,,,,
记录号,日期,时刻,分组,坐席编号,客户手机,结果,等候(毫秒),通话,评价(10分制),备注
R0001,03/14/2026,09:12:58,查件,A17,13800138000,OK,10900,95,9,
R0002,03/15/2026,09:15:02,催件,A18,13800138001,LOST,45000,,,王先生很急
R0003,03/15/2026,10:47:31,查件,A17,13800138002,OK,1200,31,10,
R0004,03/16/2026,11:02:11,投诉,A19,13800138003,TEST,300,12,1,
R0005,03/17/2026,15:30:45,查件,A18,13800138004,OK,7100,140,7,
R0006,03/18/2026,16:01:09,催件,A17,13800138000,OK,5500,88,8,";

#[test]
fn headers_are_placed_by_their_words_and_values() {
    for (text, table, expect) in [
        (
            HOTLINE,
            "calls",
            "call_id=记录号; started_at=日期+时刻; queue=分组; customer=客户手机; agent_id=坐席编号; outcome=结果; wait_s=等候(毫秒); talk_s=通话; score=评价(10分制)",
        ),
        (
            "Case Number,Opened,Case Status,Client Phone,Assigned Agent,Urgency,Details\n\
             T1,2026-03-02 09:00:00,New,+8613800138000,wang,High,parcel has been lost somewhere\n\
             T2,2026-03-02 09:10:00,In progress,+8613800138001,li,Low,the address is not right at all\n\
             T3,2026-03-02 09:20:00,Closed,+8613800138002,wang,High,the courier never rang the bell",
            "tickets",
            "ticket_id=Case Number; created_at=Opened; priority=Urgency; status=Case Status; customer=Client Phone; agent_id=Assigned Agent; description=Details",
        ),
        (
            "对话标识,对话开始,访客,接待客服,渠道平台,是否已解决,打分\n\
             d-1,2026-03-02 09:00:00,wx_1,王,微信,是,5\n\
             d-2,2026-03-02 09:05:00,wx_2,李,微博,否,2\n\
             d-3,2026-03-02 09:09:00,wx_3,王,微信,是,4",
            "chats",
            "chat_id=对话标识; started_at=对话开始; platform=渠道平台; customer=访客; agent_id=接待客服; resolved=是否已解决; score=打分",
        ),
    ] {
        let found = proposed(text);
        assert_eq!(found.table, table, "{}", found.toml);
        assert_eq!(pairs(&found).join("; "), expect, "{}", found.toml);
        assert!(found.missing.is_empty(), "{}", found.toml);
    }
}

#[test]
fn a_proposal_says_what_it_is_unsure_of_and_shows_nobody() {
    let found = proposed(HOTLINE);
    for part in [
        "started_at = { join = [\"日期\", \"时刻\"] }",
        "# ? dates and times of day; month first",
        "unit = \"ms\"",
        "scale = { worst = 1, best = 10 }",
        "map = { OK = \"answered\", LOST = \"abandoned\", TEST = \"?\" }",
        "3 values: 查件, 催件, 投诉",
        "# phone numbers",
        "# not placed: 备注",
    ] {
        assert!(found.toml.contains(part), "{part}\n{}", found.toml);
    }
    for private in ["13800138", "王先生", "8000"] {
        assert!(!found.toml.contains(private), "{private}\n{}", found.toml);
    }
}

#[test]
fn what_was_not_found_is_a_comment_and_the_rest_is_toml() {
    let found = proposed("技能组,工号,通话时长\n查询,A1,3\n投诉,A2,30");
    assert_eq!(
        (found.table, found.missing.join(",")),
        ("calls", "call_id,started_at".to_owned())
    );
    assert!(
        found
            .toml
            .contains("# required and not found: call_id, started_at")
    );
    let parsed: toml::Table = toml::from_str(&found.toml).unwrap();
    assert!(parsed.contains_key("source"));
}

#[test]
fn names_and_values_are_quoted_where_they_have_to_be() {
    let found = propose(
        &rows("Call \"no\",when it began,re\\sult\nc1,2026-03-02 09:00:00,O'K \"x\"\nc2,2026-03-02 09:01:00,lost = 1\nc3,2026-03-02 09:01:00,lost = 1"),
        "热线 2026.csv",
        &Settings::builtin().unwrap(),
        &["热线_2026"],
    )
    .unwrap();
    let parsed: toml::Table = toml::from_str(&found.toml).unwrap();
    let sources = parsed["source"].as_table().unwrap();
    let columns = sources["热线_2026_2"]["columns"].as_table().unwrap();
    assert_eq!(columns["call_id"].as_str(), Some("Call \"no\""));
}

#[test]
fn files_that_are_no_exports_get_nothing() {
    let settings = Settings::builtin().unwrap();
    for text in [
        "Row Labels,Count of id\nNegative,11063\nPositive,3",
        "c1,2026-03-02 09:00:00,13800138000\nc2,2026-03-02 09:01:00,13800138001",
        "hello\nworld",
        "a,b\nx,y",
        "",
    ] {
        let found = propose(&rows(text), "x.csv", &settings, &[]);
        assert!(found.is_none(), "{text}: {}", found.unwrap().toml);
    }
}

fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("KEFU_REAL_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = root.join(name);
    if path.exists() {
        Some(path)
    } else {
        eprintln!("skipped: {} is not here", path.display());
        None
    }
}

/// What the mappings of `tests/it/real` say and a header and its values can tell. By hand the line is part of the
/// bank's call id, and New York's `closed_date` is when a request was resolved: no header says so.
#[test]
fn real_exports_are_placed_as_by_hand() {
    let settings = Settings::builtin().unwrap();
    let pwc = "call_id=Call Id; started_at=Date+Time; agent_id=Agent; outcome=Answered (Y/N); \
        wait_s=Speed of answer in seconds; talk_s=AvgTalkDuration; problem_type=Topic; resolved=Resolved; \
        score=Satisfaction rating";
    for (name, table, expect) in [
        ("pwc/calls_plain.csv", "calls", pwc),
        ("pwc/calls_dotted_times.csv", "calls", pwc),
        ("pwc/calls_with_summary_glued_on.csv", "calls", pwc),
        (
            "anonymousbank/february_1999.txt",
            "calls",
            "call_id=call_id+date+vru_entry; started_at=date+vru_entry; line=vru+line; customer=customer_id; \
             agent_id=server; outcome=outcome; ivr_s=vru_time; wait_s=q_time; talk_s=ser_time; problem_type=type",
        ),
        (
            "nyc311/service_requests.csv",
            "tickets",
            "ticket_id=unique_key; created_at=created_date; updated_at=resolution_action_updated_date; \
             channel=open_data_channel_type; problem_type=complaint_type; status=status; department=agency; \
             region=borough; closed_at=closed_date; description=descriptor; resolution=resolution_description",
        ),
    ] {
        let Some(path) = shared(name) else { return };
        let spool = tempfile::tempdir().unwrap();
        let found = of_file(&path, name, &settings, spool.path(), &[]);
        let [found] = found.as_slice() else {
            panic!("{name}: {} proposals", found.len());
        };
        assert_eq!(found.table, table, "{}", found.toml);
        assert_eq!(pairs(found).join("; "), expect, "{}", found.toml);
    }
}

#[test]
fn a_history_of_states_is_one_of_events() {
    let found = proposed(
        "SR Number,Change Date+Time,Status,Owner\n\
         1-1,2010-03-31T15:59:42+01:00,Accepted,a\n1-1,2010-03-31T16:00:56+01:00,Queued,b\n\
         1-1,2010-03-31T17:00:56+01:00,Completed,b\n1-2,2010-03-31T15:59:42+01:00,Accepted,a\n\
         1-2,2010-03-31T16:00:56+01:00,Queued,b\n1-2,2010-03-31T17:00:56+01:00,Completed,b",
    );
    assert_eq!(
        pairs(&found).join("; "),
        "ticket_id=SR Number; event_at=Change Date+Time; to_status=Status"
    );
    assert!(
        found.toml.contains("event     = { value = \"status\" }"),
        "{}",
        found.toml
    );
    assert!(found.missing.is_empty());
}
