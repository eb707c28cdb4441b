use super::*;

#[test]
fn units_of_headers() {
    for (header, base, unit_s) in [
        ("通话时长(秒)", "通话时长", 1.0),
        ("等待时长（毫秒）", "等待时长", 1e-3),
        ("等待时长【分钟】", "等待时长", 60.0),
        ("通话时长（单位：秒）", "通话时长", 1.0),
        ("Talk Time (ms)", "Talk Time", 1e-3),
        ("Talk Time (in Seconds)", "Talk Time", 1.0),
        ("Wait [min]", "Wait", 60.0),
        ("Resolution time (hrs)", "Resolution time", 3600.0),
        ("First reply time in minutes", "First reply time", 60.0),
        (
            "First reply time in minutes within business hours",
            "First reply time within business hours",
            60.0,
        ),
        ("length_in_sec", "length", 1.0),
        ("queue_seconds", "queue", 1.0),
        ("处理时长_分钟", "处理时长", 60.0),
        ("通话时长/秒", "通话时长", 1.0),
        ("duration_ms", "duration", 1e-3),
        ("talk_sec", "talk", 1.0),
        ("talk_s", "talk", 1.0),
        ("Talk Seconds", "Talk", 1.0),
        ("durationMs", "duration", 1e-3),
        ("durationMS", "duration", 1e-3),
        ("talkSeconds", "talk", 1.0),
        ("通话秒数", "通话", 1.0),
        ("通话时长秒", "通话时长", 1.0),
        ("保持时间毫秒", "保持时间", 1e-3),
    ] {
        assert_eq!(
            unit_of_header(header),
            Some((base.to_owned(), unit_s)),
            "{header}"
        );
    }
    for header in [
        "通话时长",
        "20秒接通率",
        "首响20秒",
        "wait_min",
        "wait_max",
        "sms",
        "Rooms",
        "SMS",
        "items",
        "秒",
        "(秒)",
        "ms",
        "Agents",
        "Created at",
        "Time in queue",
        "通话时长(平均)",
        "group_d",
        "Team s",
        "started",
        "",
    ] {
        assert_eq!(unit_of_header(header), None, "{header}");
    }
}

fn survey(cells: &[&str]) -> DurationSurvey {
    let mut survey = DurationSurvey::default();
    for cell in cells {
        survey.see(cell);
    }
    survey
}

#[test]
fn day_fractions_are_recognised() {
    let fractions = [
        "0.00109953703703704",
        "0",
        "1.15740740740741E-05",
        "0.0416666666666667",
        "-1",
        "0:01:35",
    ];
    let days = Some(DurationForm { unit_s: 86_400.0 });
    assert_eq!(survey(&fractions).decide(), days);
    let (mut first, second) = (survey(&fractions[..2]), survey(&fractions[2..]));
    let mut reversed = second;
    reversed.merge(&first);
    first.merge(&second);
    assert_eq!((first.decide(), reversed.decide()), (days, days));
    for cells in [
        &["95", "12", "0"][..],
        &["0.00109953703703704", "0.0416666666666667"],
        &["0.00109953703703704", "0.0416666666666667", "95"],
        &["0.00109953703703704", "0.0416666666666667", "0.25"],
        &["0.1234", "1.2345", "0.5678", "0.9876"],
        &["1", "1", "1"],
        &[],
    ] {
        assert_eq!(survey(cells).decide(), None, "{cells:?}");
    }
}
