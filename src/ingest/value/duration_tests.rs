use super::*;
use proptest::prelude::*;

const SECONDS: DurationForm = DurationForm { unit_s: 1.0 };

#[test]
fn durations_in_every_form() {
    for (cell, unit_s, expect) in [
        ("95", 1.0, 95.0),
        ("95.5", 1.0, 95.5),
        ("95000", 0.001, 95.0),
        ("1.5", 60.0, 90.0),
        ("1,095", 1.0, 1095.0),
        ("９５", 1.0, 95.0),
        ("-1", 1.0, -1.0),
        ("0.00109953703703704", 86_400.0, 95.0),
        ("1.15740740740741E-05", 86_400.0, 1.0),
        ("0:01:35", 1.0, 95.0),
        ("0:01:35", 86_400.0, 95.0),
        ("00:01:35.250", 1.0, 95.25),
        ("00:01:35,250", 1.0, 95.25),
        ("1:35", 1.0, 95.0),
        ("75:30", 1.0, 4530.0),
        ("０：０１：３５", 1.0, 95.0),
        ("0.02.23", 1.0, 143.0),
        ("00:02:23", 1.0, 143.0),
        ("26:00:00", 1.0, 93_600.0),
        ("126:00:00", 1.0, 453_600.0),
        ("-0:00:05", 1.0, -5.0),
        ("－0:00:05", 1.0, -5.0),
        ("1:02:03:04", 1.0, 93_784.0),
        ("1.02:03:04", 1.0, 93_784.0),
        ("1d 02:03:04", 1.0, 93_784.0),
        ("1 day, 2:03:04", 1.0, 93_784.0),
        ("0 days 00:01:35", 1.0, 95.0),
        ("1天2小时3分4秒", 1.0, 93_784.0),
        ("2天3小时", 1.0, 183_600.0),
        ("1分35秒", 1.0, 95.0),
        ("1 分 35 秒", 1.0, 95.0),
        ("1小时1分1秒", 1.0, 3661.0),
        ("2分钟", 1.0, 120.0),
        ("1.5小时", 1.0, 5400.0),
        ("45秒", 1.0, 45.0),
        ("-45秒", 1.0, -45.0),
        ("1h 2m 3s", 1.0, 3723.0),
        ("1h2m3s", 1.0, 3723.0),
        ("95s", 1.0, 95.0),
        ("95 Sec", 1.0, 95.0),
        ("500ms", 1.0, 0.5),
        ("500毫秒", 1.0, 0.5),
        ("1'35\"", 1.0, 95.0),
        ("1′35″", 1.0, 95.0),
        ("PT1M35S", 1.0, 95.0),
        ("pt95s", 1.0, 95.0),
        ("PT0.5S", 1.0, 0.5),
        ("P1DT2H3M4S", 1.0, 93_784.0),
        ("P1D", 1.0, 86_400.0),
    ] {
        assert_eq!(
            duration(cell, DurationForm { unit_s }),
            Ok(expect),
            "{cell}"
        );
    }
}

#[test]
fn what_is_no_duration() {
    for cell in [
        "soon",
        "1:75",
        "1:02:75",
        "1:2:3:4",
        "1:25:03:04",
        "秒",
        "NaN",
        "inf",
        "3只",
        "",
        "-",
        "1:",
        ":35",
        "1:-5",
        "--5",
        "-+5",
        "1分-5秒",
        "35秒1分",
        "1分2分",
        "P",
        "PT",
        "P1M",
        "PT1X",
        "1e5:00",
        "0.02.75",
        "1.2.3.4",
        "1d 25:00:00",
        "1h 02:03",
        "5 5",
        "1分35",
        "99999999999999999999:1:1:1:1",
    ] {
        assert_eq!(duration(cell, SECONDS), Err(Reason::BadDuration), "{cell}");
    }
}

proptest! {
    #[test]
    fn every_rendering_reads_back(total in 0..1_000_000_u32, negative: bool, wide: bool) {
        let (days, of_day) = (total / 86_400, total % 86_400);
        let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
        let hour = of_day / 3600;
        let fraction = f64::from(total) / 86_400.0;
        for (text, unit_s) in [
            (format!("{total}"), 1.0),
            (format!("{total}.0"), 1.0),
            (format!("{total}000"), 0.001),
            (format!("{fraction}"), 86_400.0),
            (format!("{fraction:.15}"), 86_400.0),
            (format!("{fraction:E}"), 86_400.0),
            (format!("{hours}:{minutes:02}:{seconds:02}"), 1.0),
            (format!("{hours:02}:{minutes:02}:{seconds:02}.000"), 1.0),
            (format!("{}:{seconds:02}", total / 60), 1.0),
            (format!("{hours}.{minutes:02}.{seconds:02}"), 1.0),
            (format!("{days}:{hour:02}:{minutes:02}:{seconds:02}"), 1.0),
            (format!("{days}d {hour:02}:{minutes:02}:{seconds:02}"), 1.0),
            (format!("{days} days, {hour}:{minutes:02}:{seconds:02}"), 1.0),
            (format!("{hours}小时{minutes}分{seconds}秒"), 1.0),
            (format!("{days}天{hour}小时{minutes}分钟{seconds}秒"), 1.0),
            (format!("{}分{seconds}秒", total / 60), 1.0),
            (format!("{hours}h {minutes}m {seconds}s"), 1.0),
            (format!("{total}s"), 1.0),
            (format!("{total} sec"), 1.0),
            (format!("{total}000ms"), 1.0),
            (format!("PT{hours}H{minutes}M{seconds}S"), 1.0),
            (format!("P{days}DT{hour}H{minutes}M{seconds}S"), 1.0),
        ] {
            let text = if negative { format!("-{text}") } else { text };
            let text: String = if wide {
                text.chars()
                    .map(|c| match c {
                        '0'..='9' | ':' => char::from_u32(c as u32 + 0xfee0).unwrap(),
                        other => other,
                    })
                    .collect()
            } else {
                text
            };
            let expect = if negative { -f64::from(total) } else { f64::from(total) };
            let read = duration(&text, DurationForm { unit_s });
            let near = read.as_ref().is_ok_and(|value| (value - expect).abs() < 1e-6);
            prop_assert!(near, "{}: {:?}", text, read);
        }
    }

    #[test]
    fn no_text_breaks_it(cell in "\\PC{0,20}", likely in "[0-9:.,' PTHMSDdhms天小时分钟秒-]{0,16}") {
        let _ = (duration(&cell, SECONDS), duration(&likely, SECONDS));
    }
}
