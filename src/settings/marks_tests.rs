use super::*;
use crate::settings::Loaded;

fn parse(text: &str) -> Settings {
    Loaded::parse("kefu.toml", text)
        .unwrap_or_else(|error| panic!("{error}\n{:?}", error.hint()))
        .settings
}

/// The message and the hint of a file that is refused.
fn refused(text: &str) -> (String, String) {
    let error = Loaded::parse("kefu.toml", text).unwrap_err();
    (error.to_string(), error.hint().unwrap_or_default())
}

#[test]
fn dates_are_written_with_and_without_quotes_and_names_once_or_twice() {
    let settings = parse(
        "[[rebase]]\nkpi = \"aht\"\ndate = 2026-03-10\nnote = \"new IVR menu\"\n\
         [[rebase]]\nkpi = [\"asa\", \"aht\"]\ndate = \"2026-03-17\"\nnote = { en = \"moved\", zh = \"搬迁\" }\n\
         [[rebase]]\nkpi = \"*\"\ndate = 2026-04-01\nnote = \"merger\"\n\
         [[event]]\nfrom = 2026-03-12\nto = 2026-03-12\nname = \"outage\"\nexclude = true\nkpi = \"asa\"\n",
    );
    let [first, second, third] = &settings.rebases[..] else {
        panic!("{:?}", settings.rebases)
    };
    assert_eq!(first.date.to_string(), "2026-03-10");
    assert_eq!(first.note, Bilingual::new("new IVR menu", "new IVR menu"));
    assert!(first.kpi.has("aht") && !first.kpi.has("asa"));
    assert!(second.kpi.has("asa") && second.kpi.has("aht") && !second.kpi.has("frt"));
    assert_eq!(second.note.zh, "搬迁");
    assert_eq!(third.kpi, Kpis::All);
    let event = &settings.events[0];
    assert_eq!((event.exclude, event.from), (Some(true), event.to));
    assert!(event.kpi.has("asa") && !event.kpi.has("aht"));
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_the_next_step() {
    const NOTE: &str = "note = \"menu\"\n";
    for (text, message, hint) in [
        (
            format!("[[rebase]]\nkpi = \"ath\"\ndate = 2026-03-10\n{NOTE}"),
            "kefu.toml:2:7: unknown KPI `ath` in [[rebase]]",
            "did you mean `aht`?",
        ),
        (
            format!("[[rebase]]\nkpi = [\"aht\", \"asb\"]\ndate = 2026-03-10\n{NOTE}"),
            "kefu.toml:2:15: unknown KPI `asb` in [[rebase]]",
            "did you mean `asa`?",
        ),
        (
            format!("[[rebase]]\nkpi = []\ndate = 2026-03-10\n{NOTE}"),
            "kefu.toml:2:7: `kpi` in [[rebase]] names none",
            "\"*\" stands for every KPI",
        ),
        (
            format!("[[rebase]]\nkpi = \"aht\"\ndate = \"10 March\"\n{NOTE}"),
            "kefu.toml:3:8: `date` in [[rebase]]: `10 March` is no date",
            "write it as 2026-03-10",
        ),
        (
            format!("[[rebase]]\nkpi = \"aht\"\ndate = \"2026-02-30\"\n{NOTE}"),
            "kefu.toml:3:8: `date` in [[rebase]]: `2026-02-30` is no date",
            "write it as 2026-03-10",
        ),
        (
            format!("[[rebase]]\nkpi = \"aht\"\ndate = 2026-03-10T08:00:00\n{NOTE}"),
            "kefu.toml:3:8: `date` in [[rebase]]: `2026-03-10T08:00:00` is no date",
            "write it as 2026-03-10",
        ),
        (
            "[[rebase]]\nkpi = \"aht\"\ndate = 2026-03-10\nnote = \" \"\n".to_owned(),
            "kefu.toml:4:8: `note` in [[rebase]] is empty",
            "it is printed in the chart: say what it was",
        ),
        (
            format!(
                "[[rebase]]\nkpi = \"aht\"\ndate = 2026-03-10\n{NOTE}\
                 [[rebase]]\nkpi = [\"asa\", \"aht\"]\ndate = 2026-03-10\n{NOTE}"
            ),
            "kefu.toml:7:8: `aht` is rebased on 2026-03-10 twice, first in line 3",
            "keep one of them; its note can name both reasons",
        ),
        (
            format!(
                "[[rebase]]\nkpi = \"*\"\ndate = 2026-03-10\n{NOTE}\
                 [[rebase]]\nkpi = \"*\"\ndate = 2026-03-10\n{NOTE}"
            ),
            "kefu.toml:7:8: every KPI is rebased on 2026-03-10 twice, first in line 3",
            "keep one of them; its note can name both reasons",
        ),
        (
            "[[event]]\nfrom = 2026-03-12\nto = 2026-03-11\nname = \"outage\"\n".to_owned(),
            "kefu.toml:3:6: the event `outage` ends on 2026-03-11 before it begins",
            "`to` is its last day; an event of one day has the same day twice",
        ),
        (
            "[[event]]\nfrom = 2026-03-12\nto = 2027-04-11\nname = \"outage\"\n".to_owned(),
            "kefu.toml:3:6: the event `outage` is longer than a year",
            "[[rebase]] starts a new baseline where a process has changed for good",
        ),
        (
            "[[event]]\nfrom = 2026-03-01\nto = 2026-03-04\nname = \"sale\"\n\
             [[event]]\nfrom = 2026-03-04\nto = 2026-03-05\nname = \"sale\"\n"
                .to_owned(),
            "kefu.toml:6:8: the event `sale` is marked twice on the same days, first in line 2",
            "keep one of them",
        ),
        (
            "[[event]]\nfrom = 2026-03-01\nto = 2026-03-04\nname = \"sale\"\nexcluded = true\n"
                .to_owned(),
            "kefu.toml:5:1: unknown key `excluded` in [[event]]",
            "did you mean `exclude`?",
        ),
    ] {
        assert_eq!(
            refused(&text),
            (message.to_owned(), hint.to_owned()),
            "{text}"
        );
    }
}
