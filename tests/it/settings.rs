//! `kefu.toml`: what is in it, what a mistake in it says, what is in force.

use crate::builder::Centre;

/// The lines of a dump that are not about the command line, without the remarks behind the values.
fn values(dump: &str) -> Vec<String> {
    dump.lines()
        .map(|line| line.rsplit_once(" # ").map_or(line, |(value, _)| value))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_mistake_names_its_place_and_what_was_probably_meant() {
    for (text, expect) in [
        (
            "[centre]\nzoen = \"Asia/Shanghai\"\n",
            "error: kefu.toml:2:1: unknown key `zoen` in [centre]\n\nhint: did you mean `zone`?",
        ),
        (
            "[sources.x]\ntable = \"calls\"\n",
            "error: kefu.toml:1:2: unknown section `sources`\n\nhint: did you mean `source`?",
        ),
        (
            "[source.x]\ntable = \"call\"\n[source.x.columns]\ncall_id = \"通话流水号\"\n",
            "error: kefu.toml:2:9: unknown table `call` in [source.x]\n\nhint: did you mean `calls`?",
        ),
        (
            "[quality.max_rejected_by_reason]\nbad_tiem = 0.1\n",
            "error: kefu.toml:2:1: unknown reason `bad_tiem` in [quality.max_rejected_by_reason]\n\nhint: did you mean `bad_time`?",
        ),
        (
            "[centre]\nzone = Asia/Shanghai\n",
            "error: kefu.toml:2:8: string values must be quoted, expected literal string\n  |\n2 | zone = Asia/Shanghai\n  |        ^\n\nhint: write text in quotes, as zone = \"Asia/Shanghai\"",
        ),
    ] {
        let centre = Centre::small().config(text);
        for args in [&["run", "in"][..], &["check", "in"], &["--dump-config"]] {
            centre.says(args, 2, expect);
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_wrong_configuration() {
    let centre = Centre::small();
    centre.says(
        &["run", "in", "--config", "none.toml"],
        2,
        "error: none.toml: cannot be read: No such file or directory (os error 2)\n\nhint: --config names the settings file; `kefu init FILE` writes one",
    );
    // 中心 in GBK, as an old editor saves it.
    std::fs::write(centre.path("kefu.toml"), b"[centre]\n# \xd6\xd0\xd0\xc4\n").unwrap();
    centre.says(
        &["run", "in"],
        2,
        "error: kefu.toml: line 2 is not UTF-8\n\nhint: save the file as UTF-8",
    );
}

#[test]
fn init_writes_a_file_that_changes_nothing() {
    let centre = Centre::small();
    let before = centre.kefu(&["--dump-config=all"]).ok().out;
    assert_eq!(centre.kefu(&["init"]).ok().out, "written kefu.toml\n");
    let after = centre.kefu(&["--dump-config=all"]).ok().out;
    assert_eq!(values(&after), values(&before));
    let english = std::fs::read_to_string(centre.path("kefu.toml")).unwrap();
    assert_eq!(centre.kefu(&["init", "--stdout"]).ok().out, english);

    centre.says(
        &["init"],
        2,
        "error: kefu.toml exists already\n\nhint: --force replaces it; --stdout prints instead",
    );
    centre.kefu(&["init", "--force", "--lang", "zh", "-q"]).ok();
    let chinese = std::fs::read_to_string(centre.path("kefu.toml")).unwrap();
    assert_ne!(chinese, english);
    assert_eq!(
        centre.kefu(&["init", "-", "--lang", "zh"]).ok().out,
        chinese
    );
    centre.kefu(&["init", "other.toml"]).ok();
    assert_eq!(
        std::fs::read_to_string(centre.path("other.toml")).unwrap(),
        english
    );
}

#[test]
fn the_examples_of_init_work() {
    let centre = Centre::small();
    let text: String = centre
        .kefu(&["init", "--stdout"])
        .ok()
        .out
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(key) if !key.is_empty() && !key.starts_with(' ') => format!("{key}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let centre = centre.config(&text);
    // Compiles every KPI and target.
    let ran = centre.kefu(&["explain", "wait_p95_of_complaints"]).ok();
    assert!(ran.out.contains("quantile"), "{}", ran.out);
    let dump = centre.kefu(&["--dump-config"]).ok().out;
    assert!(dump.contains("[source.hotline.columns]"), "{dump}");
}

#[test]
fn a_dump_needs_no_input_and_can_be_used_again() {
    let centre = Centre::new().config(
        "[centre]\nshort_abandon_s = 3\n\n[privacy]\nkey_file = \"keys/k\"\n\n[source.x]\ntable = \"calls\"\n[source.x.columns]\ncall_id = \"记录号\"\n\n[[target]]\nkpi = \"aht\"\nat_most = 240\nsource = \"ours\"\n",
    );
    let dump = centre.kefu(&["--dump-config"]).ok().out;
    for line in [
        "#   --config kefu.toml # found in this folder",
        "#   --store store # built in",
        "#   --as-of # not given: the newest arrival",
        "zone = \"Asia/Shanghai\" # built in",
        "short_abandon_s = 3.0 # kefu.toml:2",
        "call_id = \"记录号\" # kefu.toml:10",
        "at_most = 240 # kefu.toml:14",
        "max_rejected = 0.05 # built in",
        "# none # built in",
    ] {
        assert!(dump.lines().any(|have| have == line), "{line}\n{dump}");
    }
    for args in [
        &["run", "--dump-config"][..],
        &["--dump-config", "explain"],
        &["check", "--dump-config=user"],
    ] {
        assert_eq!(centre.kefu(args).ok().out, dump, "{args:?}");
    }
    let given = centre
        .kefu(&[
            "kpi",
            "--dump-config",
            "--store",
            "s",
            "--as-of",
            "2026-03-03",
        ])
        .ok()
        .out;
    assert!(given.contains("#   --store s # command line\n"), "{given}");
    assert!(
        given.contains("#   --as-of 2026-03-03 # command line\n"),
        "{given}"
    );
    std::fs::create_dir(centre.path("elsewhere")).unwrap();
    std::fs::write(centre.path("elsewhere/again.toml"), &dump).unwrap();
    let again = centre
        .kefu(&["--dump-config", "--config", "elsewhere/again.toml"])
        .ok()
        .out;
    assert_eq!(values(&again), values(&dump));
}

#[test]
fn without_an_input_a_command_still_says_so() {
    let centre = Centre::new();
    assert_eq!(centre.kefu(&["run"]).code, 2);
    assert_eq!(centre.kefu(&[]).code, 2);
    assert_eq!(centre.kefu(&["--dump-config=some"]).code, 2);
}
