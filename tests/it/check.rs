//! `kefu check`: says what would happen and leaves nothing behind.

use crate::builder::{Centre, contents};

#[test]
fn a_dry_run_tells_tables_columns_and_rejects_and_writes_nothing() {
    let centre = Centre::small().file(
        "broken.csv",
        "chat_id,started_at,platform\nx,2026-02-30,微信\n",
    );
    let before = contents(&centre.path(""));
    let ran = centre.kefu(&["check", "in"]).ok();
    for part in [
        "calls.csv: calls (recognised by its header, utf-8, delimiter ','), 4 rows, 0 would be rejected",
        "started_at           <- 呼叫时间",
        "broken.csv:2: column started_at `2026-02-30`: not a time, or an impossible date",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    assert_eq!(before, contents(&centre.path("")), "nothing was written");
}

#[test]
fn an_unknown_file_is_an_error_with_the_next_step() {
    let centre = Centre::new().file("x.csv", "技能组,工号,通话时长\n查询,A1,3\n");
    let ran = centre.kefu(&["check", "in"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err
            .contains("looks most like calls, but has no column for call_id, started_at"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("hint: `kefu check FILE` proposes"),
        "{}",
        ran.err
    );
}
