//! The settings in force as TOML: a file that can be used as `kefu.toml` again, and says where each value is from.

use crate::error::{Error, Result};

use super::document::{Document, Entry, Node, Step, Value};
use super::profile;
use super::write::Writer;
use super::{
    CATALOGUE, Centre, Cost, Loaded, Mail, PROMISES, Privacy, Quality, Report, Retention,
    ServiceLevel, TARGETS, TAXONOMY, Tickets,
};

/// How much a dump shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Every section; of sources, KPIs and categories the user's, and how many built-in ones there are.
    User,
    /// The built-in KPIs and categories too.
    All,
}

/// The sections with a fixed set of keys, in the order of the file.
#[derive(serde::Serialize)]
struct Fixed<'s> {
    centre: &'s Centre,
    privacy: &'s Privacy,
    quality: &'s Quality,
    retention: &'s Retention,
    cost: &'s Cost,
    report: &'s Report,
    mail: &'s Mail,
    tickets: &'s Tickets,
    service_level: &'s ServiceLevel,
}

/// What built-in values are said to come from.
const BUILT_IN: &str = "built in";

/// Writes the settings in force.
///
/// Relative paths are written in full, because a file may be used from another folder than the one it was made in.
///
/// # Errors
/// When a value cannot be written as TOML, as a path that is not Unicode.
pub fn dump(loaded: &Loaded, detail: Detail) -> Result<String> {
    let mut writer = Writer::default();
    fixed(loaded, &mut writer)?;
    let file = loaded.file.as_ref();
    sources(loaded, detail, &mut writer);
    promises(file, &mut writer)?;
    kpis(loaded, detail, &mut writer)?;
    targets(file, &mut writer)?;
    categories(loaded, detail, &mut writer)?;
    if let Some(file) = file {
        for name in ["rebase", "event"] {
            for entry in entries(Some(file), name) {
                writer.entry(name, entry, &origin_in(file, true));
            }
        }
    }
    Ok(writer.finish())
}

fn fixed(loaded: &Loaded, writer: &mut Writer) -> Result<()> {
    let settings = &loaded.settings;
    let mut privacy = settings.privacy.clone();
    if let Some(key) = &privacy.key_file {
        let full = std::path::absolute(key).map_err(|error| Error::io("find", key, error))?;
        privacy.key_file = Some(full);
    }
    let text = toml::to_string(&Fixed {
        centre: &settings.centre,
        privacy: &privacy,
        quality: &settings.quality,
        retention: &settings.retention,
        cost: &settings.cost,
        report: &settings.report,
        mail: &settings.mail,
        tickets: &settings.tickets,
        service_level: &settings.service_level,
    })
    .map_err(|error| Error::Settings {
        place: "the settings in force".to_owned(),
        message: error.to_string(),
        hint: String::new(),
    })?;
    let document = Document::parse("the settings in force", &text)?;
    let origin = |path: &[&str], _: &Node| {
        let steps: Vec<Step> = path.iter().map(|key| Step::Key(key)).collect();
        let file = loaded.file.as_ref();
        match file.and_then(|file| Some((file, file.line_of(&steps)?))) {
            Some((file, line)) => format!("{}:{line}", file.name()),
            None => BUILT_IN.to_owned(),
        }
    };
    if let Value::Table(sections) = &document.root().value {
        for section in sections {
            writer.section(&[&section.key], &section.node, &origin);
            if section.key == "privacy" && privacy.key_file.is_none() {
                writer.remark(
                    "key_file is not set: the key lies beside the store, as STORE.key # built in",
                );
            }
        }
    }
    Ok(())
}

/// Where the entries of a document come from: the built-in ones, or a line of the user's file.
fn origin_in(document: &Document, own: bool) -> impl Fn(&[&str], &Node) -> String + '_ {
    move |_, node| {
        if own {
            format!("{}:{}", document.name(), document.line(node.span.start))
        } else {
            BUILT_IN.to_owned()
        }
    }
}

fn sources(loaded: &Loaded, detail: Detail, writer: &mut Writer) {
    let file = loaded.file.as_ref();
    if let Some((file, node)) = file.and_then(|file| Some((file, file.root().get("source")?)))
        && let Value::Table(sources) = &node.value
    {
        for source in sources {
            let path = ["source", &source.key];
            writer.section(&path, &source.node, &origin_in(file, true));
        }
    }
    // Written as sections they would become the user's own, which are tried first.
    let profiles = &loaded.settings.profiles;
    let count: usize = profiles.iter().map(|profile| profile.sources.len()).sum();
    writer.gap();
    match detail {
        Detail::User => writer.remark(&format!(
            "{count} built-in sources of {} systems: --dump-config=all lists them",
            profiles.len()
        )),
        Detail::All => {
            writer.remark(&format!(
                "{count} built-in sources, tried after these; without the `# ` a section is one of one's own"
            ));
            for (name, text) in profile::TEXTS {
                writer.gap();
                writer.remark(&format!("--- profile {name} # {BUILT_IN}"));
                text.lines().for_each(|line| writer.remark(line));
            }
        }
    }
}

/// The `[[name]]` entries of a document.
fn entries<'d>(document: Option<&'d Document>, name: &str) -> &'d [Node] {
    document
        .and_then(|document| document.root().get(name))
        .map_or(&[], Node::list)
}

fn kpis(loaded: &Loaded, detail: Detail, writer: &mut Writer) -> Result<()> {
    let id = |node: &Node| node.get("id").and_then(Node::text).map(str::to_owned);
    let file = loaded.file.as_ref();
    let own = entries(file, "kpi");
    let builtin = Document::parse(BUILT_IN, CATALOGUE)?;
    let known = entries(Some(&builtin), "kpi");
    if detail == Detail::User {
        let overridden = |node: &&Node| own.iter().any(|entry| id(entry) == id(node));
        let left = known.iter().filter(|node| !overridden(node)).count();
        writer.gap();
        writer.remark(&format!(
            "{left} built-in KPIs: --dump-config=all lists them"
        ));
    }
    for node in known.iter().filter(|_| detail == Detail::All) {
        match (file, own.iter().find(|entry| id(entry) == id(node))) {
            (Some(file), Some(entry)) => writer.entry("kpi", entry, &origin_in(file, true)),
            _ => writer.entry("kpi", node, &origin_in(&builtin, false)),
        }
    }
    let Some(file) = file else { return Ok(()) };
    for entry in own {
        let listed = detail == Detail::All && known.iter().any(|node| id(node) == id(entry));
        if !listed {
            writer.entry("kpi", entry, &origin_in(file, true));
        }
    }
    Ok(())
}

/// Calendars, limits of states and promises, each built in unless the user's file has it.
fn promises(file: Option<&Document>, writer: &mut Writer) -> Result<()> {
    let builtin = Document::parse(BUILT_IN, PROMISES)?;
    let table = |document: Option<&Document>, name: &str| -> Vec<(String, Node)> {
        match document
            .and_then(|document| document.root().get(name))
            .map(|node| &node.value)
        {
            Some(Value::Table(entries)) => entries
                .iter()
                .map(|entry| (entry.key.clone(), entry.node.clone()))
                .collect(),
            _ => Vec::new(),
        }
    };
    for (name, node) in table(Some(&builtin), "calendar") {
        if !table(file, "calendar").iter().any(|(own, _)| *own == name) {
            writer.section(&["calendar", &name], &node, &origin_in(&builtin, false));
        }
    }
    if let Some(file) = file {
        for (name, node) in table(Some(file), "calendar") {
            writer.section(&["calendar", &name], &node, &origin_in(file, true));
        }
    }
    limits(&builtin, file, writer);
    let id = |node: &Node| node.get("id").and_then(Node::text).map(str::to_owned);
    let (own, known) = (entries(file, "promise"), entries(Some(&builtin), "promise"));
    for node in known {
        match (file, own.iter().find(|entry| id(entry) == id(node))) {
            (Some(file), Some(entry)) => writer.entry("promise", entry, &origin_in(file, true)),
            _ => writer.entry("promise", node, &origin_in(&builtin, false)),
        }
    }
    let Some(file) = file else { return Ok(()) };
    for entry in own {
        if !known.iter().any(|node| id(node) == id(entry)) {
            writer.entry("promise", entry, &origin_in(file, true));
        }
    }
    Ok(())
}

fn limits(builtin: &Document, file: Option<&Document>, writer: &mut Writer) {
    let own = file.and_then(|file| file.root().get("state_limit"));
    let known = builtin.root().get("state_limit");
    let all = own
        .into_iter()
        .chain(known)
        .filter_map(|node| match &node.value {
            Value::Table(entries) => Some(entries),
            _ => None,
        });
    let mut states: Vec<Entry> = Vec::new();
    for entry in all.flatten() {
        if !states.iter().any(|state| state.key == entry.key) {
            states.push(entry.clone());
        }
    }
    states.sort_by(|a, b| a.key.cmp(&b.key));
    let section = Node {
        span: 0..0,
        value: Value::Table(states),
    };
    let origin = |path: &[&str], _: &Node| {
        let steps: Vec<Step> = path.iter().map(|key| Step::Key(key)).collect();
        match file.and_then(|file| Some((file, file.line_of(&steps)?))) {
            Some((file, line)) => format!("{}:{line}", file.name()),
            None => BUILT_IN.to_owned(),
        }
    };
    writer.section(&["state_limit"], &section, &origin);
}

fn targets(file: Option<&Document>, writer: &mut Writer) -> Result<()> {
    let identity = |node: &Node| {
        ["kpi", "where"].map(|key| node.get(key).and_then(Node::text).map(str::to_owned))
    };
    let builtin = Document::parse(BUILT_IN, TARGETS)?;
    let own = entries(file, "target");
    for node in entries(Some(&builtin), "target") {
        if !own.iter().any(|entry| identity(entry) == identity(node)) {
            writer.entry("target", node, &origin_in(&builtin, false));
        }
    }
    let Some(file) = file else { return Ok(()) };
    for (at, entry) in own.iter().enumerate() {
        // Of two targets for the same, the later one is in force.
        let later = own.iter().skip(at + 1);
        if !later
            .into_iter()
            .any(|other| identity(other) == identity(entry))
        {
            writer.entry("target", entry, &origin_in(file, true));
        }
    }
    Ok(())
}

fn categories(loaded: &Loaded, detail: Detail, writer: &mut Writer) -> Result<()> {
    let file = loaded.file.as_ref();
    let own = entries(file, "category");
    if let (Some(file), [_, ..]) = (file, own) {
        for entry in own {
            writer.entry("category", entry, &origin_in(file, true));
        }
        return Ok(());
    }
    if detail == Detail::User {
        let categories = &loaded.settings.taxonomy.category;
        let types: usize = categories.iter().map(|category| category.types.len()).sum();
        writer.gap();
        writer.remark(&format!(
            "{} built-in categories with {types} problem types: --dump-config=all lists them",
            categories.len()
        ));
        return Ok(());
    }
    let builtin = Document::parse(BUILT_IN, TAXONOMY)?;
    for node in entries(Some(&builtin), "category") {
        writer.entry("category", node, &origin_in(&builtin, false));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
[centre]
zone = "Europe/Paris"
fcr_window = "2days"

[privacy]
key_file = "/keys/kefu.key"
drop = ["free_text", "courier"]
keep = ["tickets.description"]

[quality.max_rejected_by_reason]
bad_time = 0.001

[service_level]
variant = "negative"

[source."热线 2"]
table = "calls"
exclude = [{ column = "结果", values = ["TEST"], reason = "a \"test\" call" }]
[source."热线 2".columns]
call_id = "记录号"
outcome = { from = ["结果", "状态"], map = { "OK!" = "answered", LOST = "abandoned" } }
wait_s = { from = "等候\n毫秒", unit = "ms" }

[[kpi]]
id = "fcr"
name = { en = "FCR", zh = "一次解决率" }
about = { en = "ours", zh = "我们的" }
fact = "contact_facts"
kind = "rate"
when = "resolved"
unit = "percent"
better = "higher"
source = "ours"

[[kpi]]
id = "mine"
name = { en = "Mine", zh = "我的" }
about = { en = "mine", zh = "我的" }
kind = "ratio"
of = ["offered", "answered"]
scale = 100
unit = "percent"
better = "higher"
source = "ours"

[[target]]
kpi = "answer_rate"
at_least = 0.5
source = "ours"

[[target]]
kpi = "answer_rate"
at_least = 0.8
where = "queue = '投诉'"
source = { en = "ours", zh = "我们的" }

[[category]]
code = "one"
zh = "一"
en = "One"
[[category.type]]
code = "a"
zh = "甲"
en = "A"
keywords = ["x"]
"#;

    fn debug(loaded: &Loaded) -> String {
        format!("{:?}", loaded.settings)
    }

    #[test]
    fn a_dump_gives_the_same_settings_again() {
        for loaded in [
            Loaded::builtin().unwrap(),
            Loaded::parse("kefu.toml", FILE).unwrap(),
        ] {
            for detail in [Detail::User, Detail::All] {
                let text = dump(&loaded, detail).unwrap();
                let again = Loaded::parse("dump.toml", &text)
                    .unwrap_or_else(|error| panic!("{error}\n{text}"));
                assert_eq!(debug(&again), debug(&loaded), "{text}");
            }
        }
    }

    #[test]
    fn built_in_sources_are_printed_whole() {
        let text = dump(&Loaded::builtin().unwrap(), Detail::All).unwrap();
        for (name, profile) in profile::TEXTS {
            let head = format!("# --- profile {name} # built in\n");
            let (_, tail) = text.split_once(&head).unwrap();
            let plain: Vec<&str> = tail
                .lines()
                .take(profile.lines().count())
                .map(|line| line.strip_prefix("# ").or(line.strip_prefix('#')).unwrap())
                .collect();
            assert_eq!(plain, profile.lines().collect::<Vec<_>>(), "{name}");
        }
    }

    #[test]
    fn every_value_says_where_it_is_from() {
        let loaded = Loaded::parse("kefu.toml", FILE).unwrap();
        let text = dump(&loaded, Detail::User).unwrap();
        for line in [
            "zone = \"Europe/Paris\" # kefu.toml:3",
            "short_abandon_s = 5.0 # built in",
            "fcr_window = \"2d\" # kefu.toml:4",
            "drop = [\"free_text\", \"courier\"] # kefu.toml:8",
            "[quality.max_rejected_by_reason]",
            "bad_time = 0.001 # kefu.toml:12",
            "[source.\"热线 2\".columns]",
            "call_id = \"记录号\" # kefu.toml:21",
            "quarantine = \"90d\" # built in",
        ] {
            assert!(text.lines().any(|have| have == line), "{line}\n{text}");
        }
        for line in text.lines() {
            let silent = line.is_empty() || line.starts_with(['[', '#']);
            let tail = line.rsplit_once(" # ").map(|(_, tail)| tail);
            assert!(
                silent
                    || tail
                        .is_some_and(|tail| tail == "built in" || tail.starts_with("kefu.toml:")),
                "{line}"
            );
        }
    }
}
