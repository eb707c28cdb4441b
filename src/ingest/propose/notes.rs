//! What a proposal says about a column: the conditions of its mapping, and what its values are.

use crate::schema::codes::{Code, canonical};
use crate::schema::{Column, Kind, fold};

use super::super::privacy::{example, mask};
use super::super::value::{self, unit_of_header};
use super::evidence::Evidence;
use super::fit::Candidate;
use super::write::{bare, plain, quoted};

/// What codes are called in exports, by the column they are codes of, parted by bars; the first word that a value
/// holds decides.
const MEANT: &[(&str, &str, &str)] = &[
    (
        "outcome",
        "abandoned",
        "abandon|hang|lost|miss|noanswer|unanswer|notanswer|未接|放弃|挂断|呼损",
    ),
    (
        "outcome",
        "answered",
        "answer|agent|ok|success|connect|接通|接听|成功",
    ),
    ("outcome", "served", "served|agent|ok|人工|接待"),
    ("status", "closed", "close|关闭|结案"),
    (
        "status",
        "resolved",
        "resolve|solve|complete|done|完成|解决|办结",
    ),
    (
        "status",
        "in_progress",
        "progress|open|assign|start|accept|处理中|跟进|进行",
    ),
    ("status", "awaiting_reply", "await|hold|挂起"),
    ("status", "pending", "pend|new|queue|wait|待"),
    ("channel", "app", "app|mobile"),
    ("channel", "phone", "phone|call|tel|电话"),
    ("channel", "chat", "chat|在线"),
    ("channel", "message", "mail|web|online|message|邮"),
    ("priority", "high", "high|urgent|critical|major|急"),
    ("priority", "low", "low|minor"),
    ("priority", "normal", "medium|normal|一般"),
];

/// Columns of few values that may be people or what people said.
const UNSHOWN: &[&str] = &["name", "courier", "demand", "remedy"];

/// The conditions of a mapping, and what the values are.
pub(super) fn describe(
    column: &Column,
    candidate: &Candidate,
    headers: &[String],
    details: &mut Vec<String>,
    notes: &mut Vec<String>,
) {
    let seen = &candidate.evidence;
    if seen.filled == 0 {
        notes.push("? empty in the first rows".to_owned());
        return;
    }
    match column.kind {
        Kind::Instant | Kind::Date => times(seen, details, notes),
        Kind::Duration => lengths(seen, headers, details, notes),
        Kind::Id => notes.push(count(seen.distinct, "value")),
        Kind::Customer => notes.push(
            if seen.phones >= 0.7 {
                "phone numbers"
            } else {
                "becomes a pseudonym"
            }
            .to_owned(),
        ),
        Kind::FreeText => notes.push("text".to_owned()),
        Kind::Flag => notes.push("yes and no".to_owned()),
        Kind::Number | Kind::Integer => notes.push("numbers".to_owned()),
        Kind::Score => scale(seen, headers, details, notes),
        Kind::Text | Kind::Problem => {
            let people = ["name", "customer", "agent", "courier", "description"];
            let things = !people.iter().any(|word| candidate.name.says(word));
            notes.push(values(seen, things && !UNSHOWN.contains(&column.name)));
        }
        Kind::Code(set) => codes(column, set, candidate, details, notes),
    }
}

/// Whether a key tells rows apart.
pub(super) fn identity(repeated: usize) -> String {
    if repeated == 0 {
        "every value differs".to_owned()
    } else {
        format!(
            "? {repeated} of the first rows have the value of another, and of those the last counts"
        )
    }
}

fn times(seen: &Evidence, details: &mut Vec<String>, notes: &mut Vec<String>) {
    if let Some(format) = &seen.format {
        details.push(format!("format = {}", quoted(format)));
    }
    notes.push(
        if seen.is_day() {
            "dates"
        } else {
            "dates and times of day"
        }
        .to_owned(),
    );
    match seen.order {
        Some(Ok(order)) => notes.push(order.to_string()),
        Some(Err(())) => notes.push(
            "? day or month first? the first rows fit both, so it may need order = \"day_first\" or \"month_first\""
                .to_owned(),
        ),
        None => {}
    }
}

fn lengths(
    seen: &Evidence,
    headers: &[String],
    details: &mut Vec<String>,
    notes: &mut Vec<String>,
) {
    let stated = headers.first().and_then(|name| unit_of_header(name));
    let plain = seen.numbers >= 0.9;
    match stated {
        Some((_, unit_s)) => {
            let unit = [("ms", 0.001), ("min", 60.0), ("h", 3600.0), ("d", 86_400.0)]
                .into_iter()
                .find(|(_, seconds)| (seconds - unit_s).abs() < 1e-9);
            details.extend(unit.map(|(name, _)| format!("unit = \"{name}\"")));
            notes.push("the unit is in the header".to_owned());
        }
        None if plain && seen.middle > 3_000.0 => {
            details.push("unit = \"ms\"".to_owned());
            notes.push("? too large for seconds".to_owned());
        }
        None => notes.push(
            if plain {
                "plain numbers"
            } else {
                "hours, minutes, seconds"
            }
            .to_owned(),
        ),
    }
    if seen.negative {
        details.push("negative = \"null\"".to_owned());
        notes.push("? some are negative".to_owned());
    }
}

/// The ends of a scale: as the header says, else the usual ones around the values.
fn scale(seen: &Evidence, headers: &[String], details: &mut Vec<String>, notes: &mut Vec<String>) {
    if seen.labels >= 0.9 {
        notes.push("words".to_owned());
        return;
    }
    let (least, most) = seen.range;
    notes.push(format!("? values {least}–{most}"));
    let header = headers.first().map(|name| fold(name)).unwrap_or_default();
    let says = |words: &[&str]| words.iter().any(|word| header.contains(word));
    let best = if most > 10.0 || says(&["百分", "100"]) {
        100
    } else if most > 5.0 || says(&["10分", "十分", "/10", "10)"]) {
        10
    } else {
        5
    };
    let worst = i32::from(least >= 1.0 && best < 100);
    if (worst, best) != (1, 5) {
        details.push(format!("scale = {{ worst = {worst}, best = {best} }}"));
    }
}

/// How many values there are, and the commonest of them.
fn values(seen: &Evidence, shown: bool) -> String {
    let open = shown && seen.few() && seen.phones == 0.0 && seen.length <= 40;
    let some: Vec<String> = seen
        .values
        .iter()
        .take(3)
        .filter(|(value, _)| open && is_code(value))
        .map(|(value, _)| plain(&example(value)))
        .collect();
    let more = if seen.distinct > some.len() {
        " …"
    } else {
        ""
    };
    match (some.is_empty(), seen.distinct) {
        (true, number) => count(number, "value"),
        (false, number) => format!("{}: {}{more}", count(number, "value"), some.join(", ")),
    }
}

/// Whether a value may be written out: nothing in it is personal.
fn is_code(value: &str) -> bool {
    example(value) == value && mask(value) == value && value.chars().count() <= 40
}

/// A count with its noun.
fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Values that are no code the column knows, each with the code it may mean.
fn codes(
    column: &Column,
    set: &'static [Code],
    candidate: &Candidate,
    details: &mut Vec<String>,
    notes: &mut Vec<String>,
) {
    let seen = &candidate.evidence;
    let answers = candidate.name.says("answer") && !candidate.name.says("wait");
    let unknown = seen
        .values
        .iter()
        .filter(|(value, _)| canonical(set, value).is_none());
    let (listed, hidden): (Vec<_>, Vec<_>) = unknown.partition(|(value, _)| is_code(value));
    let mut open = 0;
    let entries: Vec<String> = listed
        .iter()
        .take(24)
        .map(|(value, _)| {
            let meant = meaning(column, set, value, answers);
            open += usize::from(meant.is_none());
            format!("{} = \"{}\"", bare(value), meant.unwrap_or("?"))
        })
        .collect();
    if entries.is_empty() {
        notes.push(count(seen.distinct - hidden.len(), "known value"));
    } else {
        details.push(format!("map = {{ {} }}", entries.join(", ")));
        notes.push("? guessed from the words".to_owned());
    }
    let codes: Vec<&str> = set.iter().map(|code| code.code).collect();
    if open > 0 {
        notes.push(format!("? put one of {} for each ?", codes.join(", ")));
    }
    let unseen = hidden.len() + listed.len().saturating_sub(24);
    if unseen > 0 {
        notes.push(format!("? and {unseen} more values"));
    }
}

/// The code that a value probably means.
pub(super) fn meaning(
    column: &Column,
    set: &'static [Code],
    value: &str,
    answers: bool,
) -> Option<&'static str> {
    let folded = fold(value);
    let exists = |code: &&'static str| set.iter().any(|known| known.code == *code);
    if answers && let Ok(yes) = value::flag(value) {
        return Some(if yes { "answered" } else { "abandoned" }).filter(exists);
    }
    MEANT
        .iter()
        .filter(|(of, code, _)| column.name.ends_with(of) && exists(code))
        .find(|(.., words)| {
            words
                .split('|')
                .any(|word| folded == word || (word.len() > 2 && folded.contains(word)))
        })
        .map(|(_, code, _)| *code)
}
