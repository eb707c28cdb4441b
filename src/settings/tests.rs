//! Settings as a whole: what is laid over what, and what every mistake says.

use super::*;
use crate::i18n::Bilingual;

#[test]
fn the_built_in_files_are_valid() {
    let settings = Settings::builtin().unwrap();
    assert!(settings.kpis.len() > 20);
    for target in &settings.targets {
        assert!(
            settings.kpis.iter().any(|kpi| kpi.id == target.kpi),
            "{}",
            target.kpi
        );
    }
}

#[test]
fn a_user_entry_replaces_the_built_in_one_in_place() {
    let text = "[[target]]\nkpi = \"answer_rate\"\nat_least = 0.5\nsource = \"ours\"";
    let settings = Loaded::parse("kefu.toml", text).unwrap().settings;
    let ours: Vec<_> = settings
        .targets
        .iter()
        .filter(|t| t.kpi == "answer_rate")
        .collect();
    assert_eq!(ours.len(), 1);
    assert_eq!(ours[0].source, Bilingual::new("ours", "ours"));
}

#[test]
fn the_new_sections_are_read() {
    let text = "[privacy]\ndrop = [\"free_text\"]\nkeep = [\"tickets.description\"]\n\
                [quality]\nmax_rejected = 0\nallowed_rows = 3\n\
                [quality.max_rejected_by_reason]\nbad_time = 0.001\n\
                [retention]\nquarantine = \"2weeks\"";
    let settings = Loaded::parse("kefu.toml", text).unwrap().settings;
    assert_eq!(settings.privacy.drop.len(), 1);
    assert_eq!(settings.privacy.keep[0].to_string(), "tickets.description");
    assert_eq!(settings.quality.allowed_rows, 3);
    assert!(settings.quality.max_rejected.abs() < f64::EPSILON);
    assert_eq!(
        settings.quality.max_rejected_by_reason.get("bad_time"),
        Some(&0.001)
    );
    assert_eq!(settings.retention.quarantine.as_secs(), 14 * 86_400);
}

/// The message and, after an empty line, the hint.
#[track_caller]
fn check(text: &str, expect: &str) {
    let error = Loaded::parse("kefu.toml", text).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    let said = match error.hint() {
        Some(hint) => format!("{error}\n\n{hint}"),
        None => error.to_string(),
    };
    assert_eq!(said, expect, "{text}");
}

const CALLS: &str = "[source.x]\ntable = \"calls\"\n[source.x.columns]\n";

#[test]
fn unknown_names_come_with_the_nearest_known_one() {
    check(
        "[centre]\nzoen = \"Asia/Shanghai\"",
        "kefu.toml:2:1: unknown key `zoen` in [centre]\n\ndid you mean `zone`?",
    );
    check(
        "[quality]\nfrobnicate = 1",
        "kefu.toml:2:1: unknown key `frobnicate` in [quality]\n\nits keys are max_rejected, allowed_rows, max_rejected_by_reason",
    );
    check(
        "[sources.x]\ntable = \"calls\"",
        "kefu.toml:1:2: unknown section `sources`\n\ndid you mean `source`?",
    );
    check(
        "zone = \"Asia/Shanghai\"",
        "kefu.toml:1:1: `zone` stands in no section\n\nput it below the header of its section, as [centre]",
    );
    check(
        "[source.x]\ntable = \"call\"\n[source.x.columns]",
        "kefu.toml:2:9: unknown table `call` in [source.x]\n\ndid you mean `calls`?",
    );
    check(
        &format!("{CALLS}wiat_s = \"等待\""),
        "kefu.toml:4:1: unknown column `wiat_s` of calls in [source.x.columns]\n\ndid you mean `wait_s`?",
    );
    check(
        &format!("{CALLS}wait_s = {{ form = \"等待\" }}"),
        "kefu.toml:4:12: unknown key `form` in `wait_s` of [source.x.columns]\n\ndid you mean `from`?",
    );
    check(
        "[[target]]\nkpi = \"anser_rate\"\nat_least = 0.9\nsource = \"ours\"",
        "kefu.toml:2:7: unknown KPI `anser_rate` in [[target]]\n\ndid you mean `answer_rate`?",
    );
    check(
        "[[category]]\ncode = \"a\"\nzh = \"a\"\nen = \"a\"\n[[category.type]]\nkeyword = []",
        "kefu.toml:6:1: unknown key `keyword` in [[category.type]]\n\ndid you mean `keywords`?",
    );
}

#[test]
fn unknown_values_come_with_the_known_ones() {
    check(
        &format!("{CALLS}wait_s = {{ from = \"等待\", unit = \"sec\" }}"),
        "kefu.toml:4:32: unknown value `sec` of `wait_s.unit` in [source.x.columns]\n\nknown values: ms, s, min, h, d",
    );
    check(
        "[privacy]\ndrop = [\"free_txt\"]",
        "kefu.toml:2:9: unknown value `free_txt` of `drop` in [privacy]\n\ndid you mean `free_text`?",
    );
    check(
        "[privacy]\nkeep = [\"ticket.description\"]",
        "kefu.toml:2:9: `keep` in [privacy]: unknown table `ticket`\n\ndid you mean `tickets`?",
    );
    check(
        "[privacy]\nkeep = [\"tickets.descripton\"]",
        "kefu.toml:2:9: `keep` in [privacy]: unknown column `descripton` of tickets\n\ndid you mean `description`?",
    );
    check(
        "[privacy]\nkeep = [\"surveys.score\"]",
        "kefu.toml:2:9: `keep` in [privacy]: `surveys.score` is always stored; it is of none of the classes customer, free_text, staff, courier, waybill\n\nthose with a class are comment",
    );
}

#[test]
fn values_of_the_wrong_type_name_the_key_and_what_is_expected() {
    for (text, expect) in [
        (
            "[centre]\nshort_abandon_s = \"5\"",
            "2:19: `short_abandon_s` in [centre]: expected a number, found the text \"5\"",
        ),
        (
            "[centre]\nfcr_window = 72",
            "2:14: `fcr_window` in [centre]: expected text in quotes, found the number 72",
        ),
        (
            "[centre]\npeak_hours = [9, \"ten\"]",
            "2:18: `peak_hours` in [centre]: expected a whole number, 0 or more, found the text \"ten\"",
        ),
        (
            "[centre]\nname = \"Hangzhou\"",
            "2:8: `name` in [centre]: expected a table { en = \"…\", zh = \"…\" }, found the text \"Hangzhou\"",
        ),
        (
            "[privacy]\ndrop = \"free_text\"",
            "2:8: `drop` in [privacy]: expected a list in [ ], found the text \"free_text\"",
        ),
        (
            "[[kpi]]\nof = 5",
            "2:6: `of` in [[kpi]]: expected an expression, or the ids of two KPIs as [\"a\", \"b\"]",
        ),
        (
            "[target]\nkpi = \"aht\"",
            "1:1: [target] is written with double brackets\n\nwrite [[target]]; there can be several",
        ),
        (
            "[[centre]]\nzone = \"Asia/Shanghai\"",
            "1:1: [[centre]] is written with single brackets\n\nwrite [centre]; there is only one",
        ),
    ] {
        check(text, &format!("kefu.toml:{expect}"));
    }
}

#[test]
fn values_out_of_range_name_the_range() {
    for (text, expect) in [
        (
            "[centre]\nzone = \"Shanghai\"",
            "2:8: `zone` in [centre]: `Shanghai` is not an IANA time zone such as \"Asia/Shanghai\"",
        ),
        (
            "[retention]\nquarantine = \"90\"",
            "2:14: `quarantine` in [retention]: `90` is not a duration such as \"72h\" or \"30s\": time unit needed, for example 90sec or 90ms",
        ),
        (
            "[centre]\npeak_hours = [9, 24]",
            "2:18: `peak_hours` in [centre]: there is no hour 24\n\nhours run from 0 to 23",
        ),
        (
            "[quality]\nmax_rejected = 2",
            "2:16: `max_rejected` in [quality]: 2 is not a share between 0 and 1\n\n2 % is written 0.02",
        ),
        (
            "[quality.max_rejected_by_reason]\nbad_time = -1",
            "2:12: `bad_time` in [quality.max_rejected_by_reason]: -1 is not a share between 0 and 1\n\n2 % is written 0.02",
        ),
        (
            "[[target]]\nkpi = \"aht\"\nsource = \"ours\"",
            "1:1: [[target]]: the target of `aht` needs either at_least or at_most",
        ),
        (
            "[source.x]\ntable = \"calls\"",
            "1:1: [source.x] has no `columns`\n\nadd `columns`; `kefu init --stdout` shows every key",
        ),
    ] {
        check(text, &format!("kefu.toml:{expect}"));
    }
}

#[test]
fn a_kpi_is_defined_once() {
    let one = "[[kpi]]\nid = \"mine\"\nname = { en = \"a\", zh = \"a\" }\nabout = { en = \"a\", zh = \"a\" }\n\
               fact = \"call_facts\"\nkind = \"count\"\nunit = \"count\"\nbetter = \"neither\"\nsource = \"ours\"\n";
    check(
        &format!("{one}{one}"),
        "kefu.toml:11:6: the KPI `mine` is defined twice, first in line 2\n\ngive one of them another id",
    );
}

#[test]
fn broken_toml_is_shown() {
    for (text, expect) in [
        (
            "[centre]\nzone = Asia/Shanghai\n",
            "2:8: string values must be quoted, expected literal string\n  |\n2 | zone = Asia/Shanghai\n  |        ^\n\nwrite text in quotes, as zone = \"Asia/Shanghai\"",
        ),
        (
            "[centre]\nshort_abandon_s = 1\nshort_abandon_s = 2\n",
            "3:1: `short_abandon_s` is given twice\n  |\n3 | short_abandon_s = 2\n  | ^\n\nkeep one of them; a section is opened once",
        ),
        (
            "[source.x.columns]\n客户 = \"a\"\n",
            "2:1: invalid unquoted key, expected letters, numbers, `-`, `_`\n  |\n2 | 客户 = \"a\"\n  | ^\n\nwrite the key in quotes, as \"客户\"",
        ),
        (
            "[centre\n",
            "1:8: unclosed table, expected `]`\n  |\n1 | [centre\n  |        ^",
        ),
    ] {
        check(text, &format!("kefu.toml:{expect}"));
    }
}
