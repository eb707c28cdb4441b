use super::*;

const TEXT: &str = r#"
    [[category]]
    code = "exception"
    zh = "异常"
    en = "Exception"
    [[category.type]]
    code = "damaged"
    zh = "包裹破损"
    en = "Damaged parcel"
    aliases = ["破损"]
    keywords = ["压坏", "外包装压坏"]
"#;

#[test]
fn names_in_every_form_find_the_type() {
    let taxonomy: Taxonomy = toml::from_str(TEXT).unwrap();
    let lookup = taxonomy.lookup();
    for name in [
        "exception/damaged",
        "包裹破损",
        "破损",
        "异常-包裹破损",
        "异常/破损",
        "Damaged parcel",
        "DAMAGED",
    ] {
        assert_eq!(lookup.by_name(name), Some("exception/damaged"), "{name}");
    }
    assert_eq!(lookup.by_name("异常"), Some("exception"));
    assert_eq!(lookup.by_name("丢失"), None);
    assert_eq!(lookup.by_keyword("箱子压坏了"), Some("exception/damaged"));
    assert_eq!(lookup.label("exception/damaged", Lang::Zh), "包裹破损");
}

/// A lookup of one category with the given types and keywords.
fn with(types: &[(&str, &[&str])]) -> Lookup {
    let types = types.iter().map(|(code, keywords)| ProblemType {
        code: (*code).to_owned(),
        zh: (*code).to_owned(),
        en: (*code).to_owned(),
        aliases: Vec::new(),
        keywords: keywords.iter().map(|&word| word.to_owned()).collect(),
    });
    let category = Category {
        code: "c".to_owned(),
        zh: "c".to_owned(),
        en: "c".to_owned(),
        types: types.collect(),
    };
    Taxonomy {
        category: vec![category],
    }
    .lookup()
}

#[test]
fn the_longest_keyword_decides_and_of_two_the_first_mentioned() {
    let lookup = with(&[("a", &["破损"]), ("b", &["丢失", "破损理赔"])]);
    assert_eq!(lookup.by_keyword("丢失，破损"), Some("c/b"));
    assert_eq!(lookup.by_keyword("破损，丢失"), Some("c/a"));
    assert_eq!(lookup.by_keyword("丢失，破损理赔"), Some("c/b"));
    assert_eq!(lookup.by_keyword("你好"), None);
    assert_eq!(lookup.by_keyword(""), None);
}

#[test]
fn parts_belong_in_one_clause_in_any_order() {
    let lookup = with(&[("a", &["签收|妥投+没收到|没拿到"])]);
    for text in [
        "显示签收没收到",
        "没拿到怎么就妥投了",
        "你好，签收3.5天没收到",
    ] {
        assert_eq!(lookup.by_keyword(text), Some("c/a"), "{text}");
    }
    for text in ["签收。没收到", "签收，没收到", "签收", "没收到"] {
        assert_eq!(lookup.by_keyword(text), None, "{text}");
    }
}

#[test]
fn parts_add_up_in_length() {
    let lookup = with(&[("a", &["网点电话"]), ("b", &["网点+骂人|态度恶劣"])]);
    assert_eq!(lookup.by_keyword("网点电话里骂人"), Some("c/a"));
    assert_eq!(lookup.by_keyword("网点电话里态度恶劣"), Some("c/b"));
}

#[test]
fn an_exclusion_counts_anywhere() {
    let lookup = with(&[("a", &["代收+!代收货款|到付"])]);
    assert_eq!(lookup.by_keyword("门口代收"), Some("c/a"));
    assert_eq!(lookup.by_keyword("门口代收，代收货款不对"), None);
    assert_eq!(lookup.by_keyword("到付，门口代收"), None);
}

#[test]
fn a_denial_silences_its_clause_but_a_question_does_not() {
    let lookup = with(&[("a", &["破损严重", "丢了"]), ("b", &["少件"])]);
    assert_eq!(lookup.by_keyword("不是破损严重，是少件"), Some("c/b"));
    assert_eq!(lookup.by_keyword("并非丢了"), None);
    assert_eq!(lookup.by_keyword("是不是丢了"), Some("c/a"));
    assert_eq!(lookup.by_keyword("这不是丢了吗"), Some("c/a"));
    assert_eq!(lookup.by_keyword("这不是丢了？"), Some("c/a"));
}

#[test]
fn an_aside_decides_only_alone() {
    let lookup = with(&[("a", &["丢了"]), ("b", &["电子发票"])]);
    let found = |text| lookup.by_keyword(text);
    assert_eq!(found("包裹丢了，另外问电子发票"), Some("c/a"));
    assert_eq!(found("你好，顺便问电子发票"), Some("c/b"));
    // Another parcel is no aside.
    assert_eq!(found("另外一件丢了，要电子发票"), Some("c/b"));
}

#[test]
fn case_width_and_blanks_do_not_matter() {
    let lookup = with(&[("a", &["APP登录", "Not Received"])]);
    for text in [
        "ａｐｐ　登录",
        "App 登录不了",
        "NOT  received",
        "签收 not received",
    ] {
        assert_eq!(lookup.by_keyword(text), Some("c/a"), "{text}");
    }
}

#[test]
fn english_counts_as_whole_words() {
    let lookup = with(&[("a", &["late"]), ("b", &["damag*"])]);
    assert_eq!(lookup.by_keyword("a plate, later"), None);
    assert_eq!(lookup.by_keyword("快递late了"), Some("c/a"));
    assert_eq!(lookup.by_keyword("it’s damaged"), Some("c/b"));
    assert_eq!(lookup.by_keyword("undamaged"), None);
}

#[test]
fn a_keyword_that_cannot_be_read_is_refused() {
    for (keyword, fault) in [
        ("破损+", "empty part"),
        ("|破损", "empty part"),
        ("", "empty part"),
        ("!", "empty part"),
        ("!破损", "only excludes"),
        ("破*", "does not end an English word"),
        ("dam*age", "does not end an English word"),
    ] {
        let text = TEXT.replace("外包装压坏", keyword);
        let error = toml::from_str::<Taxonomy>(&text).unwrap_err().to_string();
        assert!(error.contains(fault), "{keyword}: {error}");
    }
}
