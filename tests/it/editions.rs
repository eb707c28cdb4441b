//! The two reports as their readers see them: what is planted in the sample stands in the pages, a centre with one
//! kind of data is read well, every page fits a phone and a mail.

use crate::builder::{CALLS, Centre, TICKETS, repository};

/// A page's figures, tables and sentences without markup.
fn words(page: &str) -> String {
    let body = page.split("</style>").last().unwrap_or_default();
    let body = body.split("<script").next().unwrap_or_default();
    let mut text = String::new();
    let mut tag: Option<String> = None;
    for c in body.chars() {
        match (c, &mut tag) {
            ('<', _) => tag = Some(String::new()),
            ('>', Some(name)) => {
                // Words of another language are marked within a sentence.
                if !name.starts_with("span") && name != "/span" {
                    text.push(' ');
                }
                tag = None;
            }
            (_, Some(name)) => name.push(c),
            ('\u{a0}', None) => text.push(' '),
            (_, None) => text.push(c),
        }
    }
    text
}

fn read(centre: &Centre, name: &str) -> String {
    std::fs::read_to_string(centre.path("reports").join(name)).unwrap()
}

/// `ground_truth.toml`: a damaging outlet, two agents who settle little, a slow platform, new agents who skip an item.
#[test]
fn what_is_planted_stands_in_both_reports_in_both_languages() {
    let centre = Centre::new();
    let input = repository().join("sample_data");
    centre.kefu(&["run", input.to_str().unwrap(), "-q"]).ok();
    let expected = [
        (
            "nightly_2026-03-29_all_r0001_zh.html",
            [
                "包裹破损 杭州滨江网点",
                "高优先级网点核查”按时率",
                "个班组的差异均在偶然波动之内",
            ],
        ),
        (
            "nightly_2026-03-29_all_r0001_en.html",
            [
                "Damaged parcel 杭州滨江网点",
                "Outlet check, high priority: ",
                "teams differ by no more than chance",
            ],
        ),
        (
            "trainer_2026-03-29_all_r0001_zh.html",
            [
                "包裹破损 杭州滨江网点",
                "一次解决率：A1005、A1011 差于",
                "“核实身份”：新人组不合格率",
            ],
        ),
        (
            "trainer_2026-03-29_all_r0001_en.html",
            [
                "Damaged parcel 杭州滨江网点",
                "First-contact resolution: A1005; A1011 worse",
                "核实身份: 新人组 fails",
            ],
        ),
    ];
    for (name, parts) in expected {
        let page = read(&centre, name);
        let text = words(&page);
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(text.contains(part), "{part} in {name}");
        }
        assert!(page.len() < 600_000, "{name}: {} bytes", page.len());
    }
    // A day on which the slow platform moved a figure: the sentence names it.
    let report = ["report", "--date", "2026-03-20", "-q", "--out", "reports"];
    centre.kefu(&report).ok();
    for (lang, part) in [
        ("zh", "主要来自平台“抖音”"),
        ("en", "mostly platform Douyin"),
    ] {
        let page = read(
            &centre,
            &format!("nightly_2026-03-20_all_r0001_{lang}.html"),
        );
        assert!(words(&page).contains(part), "{lang}");
        assert!(page.len() < 600_000, "{lang}: {} bytes", page.len());
        assert!(page.contains("id=\"why-frt\""), "{lang}: no waterfall");
    }
}

#[test]
fn a_worksheet_holds_cases_and_nothing_personal() {
    let centre = Centre::new();
    let input = repository().join("sample_data");
    centre.kefu(&["run", input.to_str().unwrap(), "-q"]).ok();
    let page = read(&centre, "trainer_2026-03-29_all_r0001_zh.html");
    let sheets: Vec<&str> = page.split("class=\"worksheet\"").skip(1).collect();
    assert_eq!(sheets.len(), 3);
    for sheet in sheets {
        assert!(sheet.contains("<blockquote>") && sheet.contains("class=\"blank\""));
    }
    // Eleven digits beginning with 1 are a mobile number, longer runs a waybill.
    let text = words(&page);
    let mut digits = 0;
    for c in text.chars() {
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        assert!(digits < 11, "a long number in the page");
    }
}

#[test]
fn a_centre_with_one_kind_of_data_is_read_well() {
    for (name, content) in [("calls.csv", CALLS), ("tickets.csv", TICKETS)] {
        let centre = Centre::new().file(name, content);
        centre.run(&[]);
        for edition in ["nightly", "trainer"] {
            for lang in ["zh", "en"] {
                let page = read(
                    &centre,
                    &format!("{edition}_2026-03-03_all_r0001_{lang}.html"),
                );
                let text = words(&page);
                for part in ["NaN", "inf ", "{", "None", "Some("] {
                    assert!(!text.contains(part), "{part} in {edition} {lang} of {name}");
                }
                // No heading stands without content.
                for section in page.split("<section ").skip(1) {
                    let section = section.split("</section>").next().unwrap_or_default();
                    let body = section.split("</h2>").nth(1).unwrap_or_default();
                    assert!(
                        words(body).trim().len() > 20,
                        "{edition} {lang} of {name}: {section}"
                    );
                }
            }
        }
    }
}
