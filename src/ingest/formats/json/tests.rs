use super::*;

fn opener(text: impl Into<Vec<u8>>) -> impl Fn() -> std::io::Result<Box<dyn Read + Send>> {
    let text: Vec<u8> = text.into();
    move || Ok(Box::new(std::io::Cursor::new(text.clone())) as Box<dyn Read + Send>)
}

/// Names, rows as `line: cells`, rejects as `line: code: value`, and the error that ended it.
fn read(
    text: impl Into<Vec<u8>>,
    rows: Option<&str>,
) -> (String, Vec<String>, Vec<String>, Option<String>) {
    let name = Path::new("calls.json");
    let open_again = opener(text);
    let shape = shape(&open_again, name, rows).unwrap();
    let mut source = open(open_again().unwrap(), name, &shape);
    let (mut got, mut rejects, mut error) = (Vec::new(), Vec::new(), None);
    loop {
        match source.next_block() {
            Ok(Some(block)) => {
                for row in 0..block.len() {
                    let cells: Vec<&str> = block.cells(row).collect();
                    got.push(format!("{}: {}", block.line(row), cells.join("|")));
                }
                for reject in &block.rejects {
                    let (code, value) = (reject.refusal.reason.code(), &reject.refusal.value);
                    rejects.push(format!("{}: {code}: {value}", reject.line));
                }
            }
            Ok(None) => break,
            Err(e) => {
                error = Some(e.to_string());
                break;
            }
        }
    }
    (shape.names().join("|"), got, rejects, error)
}

fn repeated(times: usize, piece: impl Fn(usize) -> String) -> String {
    (0..times).map(piece).collect::<Vec<_>>().concat()
}

#[test]
fn json_is_recognised() {
    for text in [
        "{\"a\":1}",
        "\u{feff}  {\n \"a\"",
        "[ {\"a\"",
        "[]\n",
        "{}",
        "\u{1e}{\"a\":1}",
    ] {
        assert!(looks_like_json(text.as_bytes()), "{text}");
    }
    for text in [
        "",
        "a,b\n",
        "[2026-01-05 09:14:59] call",
        "[INFO] x",
        "{x}",
        "\"a\",\"b\"",
        "[1,2]",
    ] {
        assert!(!looks_like_json(text.as_bytes()), "{text}");
    }
}

#[test]
fn lines_keep_their_numbers_and_broken_ones_cost_themselves() {
    let text = "\u{feff}{\"id\":1234567890123456789,\"a\":{\"b\":\"x\"}}\n\n{\"id\":2,\"a\":{\"b\":\"y\",\"c\":null}}\r\n\
                {\"id\":3,\"a\":\n{\"id\":4}\n[1]\nnull\n{\"id\":5,\"new\":1}\n{\"id\":6";
    let (names, rows, rejects, error) = read(text, None);
    assert_eq!(names, "id|a.b|a.c|new");
    assert_eq!(
        rows,
        [
            "1: 1234567890123456789|x||",
            "3: 2|y||",
            "5: 4|||",
            "8: 5|||1"
        ]
    );
    assert_eq!(
        rejects,
        [
            "4: bad_json: ",
            "6: bad_json: [1]",
            "7: bad_json: null",
            "9: bad_json: "
        ]
    );
    assert_eq!(error, None);
}

#[test]
fn arrays_and_envelopes_are_read() {
    let expected = vec!["1: 1|x".to_owned(), "2: 2|y".to_owned()];
    for text in [
        "[{\"id\":1,\"n\":\"x\"},{\"id\":2,\"n\":\"y\"}]",
        "[\n  {\n    \"id\": 1,\n    \"n\": \"x\"\n  },\n  {\n    \"id\": 2,\n    \"n\": \"y\"\n  }\n]\n",
        "{\"code\":200,\"list\":null,\"data\":{\"total\":2,\"heads\":[{\"k\":1}],\"list\":[{\"id\":1,\"n\":\"x\"},{\"id\":2,\"n\":\"y\"}],\"z\":[]}}",
        "{\"id\":1,\"n\":\"x\"}{\"id\":2,\"n\":\"y\"}",
        "{\n  \"id\": 1,\n  \"n\": \"x\"\n}\n{\n  \"id\": 2,\n  \"n\": \"y\"\n}\n",
        "{\"id\":1,\"n\":\"x\"}\n{\"id\":2,\"n\":\"y\"}\n",
        "\u{1e}{\"id\":1,\"n\":\"x\"}\n\u{1e}{\"id\":2,\"n\":\"y\"}\n",
    ] {
        let (names, rows, rejects, error) = read(text, None);
        assert_eq!(names, "id|n", "{text}");
        assert_eq!(rows, expected, "{text}");
        assert_eq!((rejects, error), (Vec::new(), None), "{text}");
    }
}

#[test]
fn a_record_with_a_list_is_no_envelope() {
    let fields: String = repeated(20, |n| format!("\"f{n}\":{n},"));
    let (names, rows, ..) = read(
        format!("{{{fields}\"Recordings\":[{{\"Id\":\"r\"}}]}}"),
        None,
    );
    assert!(names.ends_with("f19|Recordings.0.Id"));
    assert_eq!(rows.len(), 1);
    assert_eq!(read("[]", None), (String::new(), vec![], vec![], None));
    assert_eq!(read("{\"a\":1}", None).1, ["1: 1"]);
}

const EVALUATIONS: &str = r#"{"id":"e1","Title":"t","Sections":[
  {"Name":"s1","Questions":[{"Title":"q1","Score":1},{"Title":"q2"}]},
  {"Name":"s2","Questions":[{"Title":"q3","Score":3}]},{"Name":"s3"}],"At":"now"}"#;

#[test]
fn elements_of_a_path_become_rows() {
    let expected = ["1: e1|q1|now|s1|1", "2: e1|q2|now|s1|", "3: e1|q3|now|s2|3"];
    let (names, rows, ..) = read(EVALUATIONS, Some("Sections.Questions"));
    assert_eq!(names, "id|Title|At|Sections.Name|Score");
    assert_eq!(rows, expected);
    let (_, rows, ..) = read(
        format!("[{EVALUATIONS},{{\"id\":\"e2\"}}]"),
        Some("Sections.Questions"),
    );
    assert_eq!(rows, expected);
    let (names, rows, ..) = read(
        "{\"a\":1,\"k\":[\"x\",\"y\"]}\n{\"a\":2,\"k\":[\"z\"]}\n",
        Some("k"),
    );
    assert_eq!((names.as_str(), rows.len()), ("a|k", 3));
}

#[test]
fn one_object_bigger_than_a_record_is_streamed() {
    let mut text = String::from("{\"id\":\"e1\",\"Sections\":[");
    let padding = "x".repeat(1 << 20);
    text += &repeated(20, |n| {
        format!("{{\"Name\":\"s{n}\",\"Pad\":\"{padding}\",\"Questions\":[{{\"Title\":\"q\"}}]}},")
    });
    text.pop();
    text.push_str("],\"At\":\"now\"}");
    let (names, rows, rejects, error) = read(text, Some("Sections.Questions"));
    assert_eq!(names, "id|At|Sections.Name|Sections.Pad|Title");
    assert_eq!((rows.len(), rejects.len(), error), (20, 0, None));
    assert!(rows[19].starts_with("20: e1|now|s19|xxx"));
}

#[test]
fn a_broken_element_costs_itself_and_a_cut_file_is_said_so() {
    let (_, rows, rejects, error) = read("[{\"a\":1},{\"a\":tru},7,{\"a\":3}]", None);
    assert_eq!(rows, ["1: 1", "4: 3"]);
    assert_eq!(rejects, ["2: bad_json: tru}", "3: bad_json: 7"]);
    assert_eq!(error, None);

    let (_, rows, rejects, error) =
        read("[\n  {\"a\": 1},\n  {\"a\": \"x},\n  {\"a\": 3}\n]", None);
    assert_eq!((rows.len(), rejects.len(), error), (2, 1, None));

    let (_, rows, _, error) = read("[{\"a\":1},{\"a\":2},{\"a\":", None);
    assert_eq!(rows.len(), 2);
    let error = error.unwrap();
    assert!(
        error.contains("after record 2") && error.contains("byte 17"),
        "{error}"
    );
    assert!(
        read("[{\"a\":1},{\"a\":2}", None)
            .3
            .unwrap()
            .contains("after record 2")
    );
}

#[test]
fn depth_and_length_are_bounded() {
    let deep = format!(
        "{{\"a\":1}}\n{{\"a\":{}1{}}}\n",
        "[".repeat(500_000),
        "]".repeat(500_000)
    );
    let (_, rows, rejects, _) = read(deep.as_str(), None);
    assert_eq!((rows.len(), rejects.len()), (1, 1));
    let deep = format!("{{\"a\":{}", "{\"a\":".repeat(500_000));
    let open_again = opener(deep.as_str());
    assert!(shape(&open_again, Path::new("x"), None).is_err());
    let open_again = opener("[".repeat(1_000_000));
    assert!(shape(&open_again, Path::new("x"), None).is_err());

    let long = format!(
        "{{\"a\":1}}\n{{\"a\":\"{}\"}}\n{{\"a\":3}}\n",
        "x".repeat(17 << 20)
    );
    let (_, rows, rejects, _) = read(long.as_str(), None);
    assert_eq!(rows, ["1: 1", "3: 3"]);
    assert_eq!(rejects, ["2: too_long: "]);
    let long = format!(
        "[{{\"a\":1}},{{\"a\":\"{}\"}},{{\"a\":3}}]",
        "x".repeat(17 << 20)
    );
    let (_, rows, rejects, _) = read(long.as_str(), None);
    assert_eq!((rows.len(), rejects.len()), (2, 1));
}

#[test]
fn rows_without_end_are_refused() {
    let padding = "x".repeat(1 << 20);
    let elements = "{},".repeat(1000);
    let text =
        format!("{{\"p\":\"{padding}\",\"k\":[{elements}{{}}]}}\n{{\"p\":\"q\",\"k\":[{{}}]}}\n");
    let (_, rows, rejects, _) = read(text.as_str(), Some("k"));
    assert_eq!(rejects, ["1: too_long: "]);
    assert!(rows.len() < 300 && rows.last().unwrap() == "2: q");
    let names: String = repeated(5000, |n| format!("{{\"k{n}\":1}}\n"));
    assert!(read(names.as_str(), None).0.split('|').count() == 1000);
    let names: String = repeated(5000, |n| format!("\"k{n}\":1,"));
    let open_again = opener(format!("{{{names}\"z\":1}}\n{{}}\n"));
    assert!(
        shape(&open_again, Path::new("x"), None)
            .unwrap_err()
            .to_string()
            .contains("4096")
    );
}

#[test]
fn bytes_that_are_no_text_cost_their_record() {
    let (_, rows, rejects, _) = read(b"{\"a\":1}\n{\"a\":\"\xff\"}\n{\"a\":3}\n".as_slice(), None);
    assert_eq!(
        (rows.len(), rejects),
        (2, vec!["2: invalid_encoding: ".to_owned()])
    );
}

#[test]
fn many_rows_come_in_blocks() {
    let text: String = repeated(20_000, |n| format!("{{\"n\":{n}}}\n"));
    let name = Path::new("x");
    let open_again = opener(text.as_str());
    let shape = shape(&open_again, name, None).unwrap();
    let mut source = open(open_again().unwrap(), name, &shape);
    let mut lengths = Vec::new();
    while let Some(block) = source.next_block().unwrap() {
        lengths.push(block.len());
    }
    assert_eq!(lengths, [8192, 8192, 3616]);
    assert_eq!(source.names().unwrap(), ["n"]);
}
