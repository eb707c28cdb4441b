use super::*;
use crate::settings::Settings;
use crate::testing::Small;
use std::fmt::Write as _;

/// Forty tickets about damage, forty about loss, twenty that nobody typed.
fn small() -> Small {
    let mut tickets =
        "工单号,创建时间,更新时间,工单类型,工单状态,联系电话,问题类型,快递员,问题描述\n".to_owned();
    for at in 0..100 {
        let (problem, text) = match at {
            0..40 => ("破损", "外箱压坏，里面的杯子碎了"),
            40..80 => ("丢失", "包裹一直找不到，要求尽快核实"),
            _ => ("", "月亮很圆，湖边散步，张建国没有说明"),
        };
        let day = 2 + at % 20;
        let _ = writeln!(
            tickets,
            "T{at},2026-03-{day:02} 09:00:00,2026-03-{day:02} 12:00:00,查询,已解决,,{problem},张建国,{text}（{at}），单号YT77300000{at:05}"
        );
    }
    let agents = "agent_id,name,team\nA1,李四平,一组\n";
    Small::of(&[&tickets, agents])
}

fn found(scope: &Scope) -> Phrases {
    let small = small();
    let mut run = small.run("2026-03-30 00:00:00");
    for table in ["tickets", "agents"] {
        let version = small.store.table(table).unwrap().version();
        run.versions.insert(table.to_owned(), version.unwrap());
    }
    let source = Source {
        store: &small.store,
        run: &run,
    };
    phrases(scope, &small.settings.taxonomy, &source, &source).unwrap()
}

#[test]
fn phrases_set_their_group_apart() {
    let found = found(&Scope::default());
    assert_eq!((found.tickets, found.silent), (100, 0));
    let groups: Vec<_> = found
        .groups
        .iter()
        .map(|group| (group.problem.as_deref(), group.tickets))
        .collect();
    assert_eq!(
        groups,
        [
            (None, 20),
            (Some("exception/damaged"), 40),
            (Some("exception/lost"), 40)
        ]
    );
    let texts = |at: usize| -> Vec<&str> {
        let phrases = found.groups[at].phrases.iter();
        phrases.map(|phrase| phrase.text.as_str()).collect()
    };
    assert!(
        texts(0)
            .iter()
            .any(|text| text.contains("月亮") || text.contains("散步")),
        "{:?}",
        texts(0)
    );
    assert!(
        texts(1).iter().any(|text| text.contains("压坏")),
        "{:?}",
        texts(1)
    );
    for group in &found.groups {
        assert!(!group.phrases.is_empty());
        for phrase in &group.phrases {
            assert_eq!(phrase.here, group.tickets, "{}", phrase.text);
            assert!(phrase.elsewhere == 0 && phrase.z > 3.09);
        }
    }
}

#[test]
fn examples_are_masked_drawn_by_the_seed_and_few() {
    let draw = |seed| {
        let scope = Scope {
            seed,
            ..Scope::default()
        };
        let found = found(&scope);
        let untyped = &found.groups[0];
        assert_eq!(untyped.examples.len(), EXAMPLES);
        for example in &untyped.examples {
            assert!(!example.text.contains("张建国") && !example.text.contains("YT7"));
            assert!(example.text.contains("[姓名]") && example.text.contains("[单号]"));
        }
        let tickets = untyped.examples.iter();
        tickets
            .map(|example| example.ticket.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}

#[test]
fn keywords_are_measured_on_what_was_given() {
    let found = found(&Scope::default());
    let whole = &found.recognition.whole;
    let lookup = Settings::builtin().unwrap().taxonomy.lookup();
    let damaged = lookup.by_keyword("外箱压坏，里面的杯子碎了");
    assert_eq!(damaged, Some("exception/damaged"));
    assert_eq!(whole.of, 80);
    let row = &found.recognition.rows[0];
    assert_eq!((row.of, row.right), (40, 40));
}

#[test]
fn a_condition_chooses_tickets() {
    let scope = Scope {
        condition: Some("problem_type = 'exception/lost'".to_owned()),
        most: 1,
        ..Scope::default()
    };
    let found = found(&scope);
    assert_eq!((found.groups.len(), found.tickets), (1, 40));
    // With nothing to be held against, nothing sets it apart.
    assert!(found.groups[0].phrases.len() <= 1);
}
