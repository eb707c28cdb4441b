//! The fact tables: what a KPI may refer to. Built by `facts`, read by `kpi`.

use super::Physical;

/// One column of a fact table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactColumn {
    /// Name in the store and in expressions.
    pub name: &'static str,
    /// Its type.
    pub physical: Physical,
    /// Whether `--by` accepts it.
    pub dimension: bool,
}

/// One fact table.
#[derive(Debug, Clone, Copy)]
pub struct Fact {
    /// Name in the store and in the catalogue.
    pub name: &'static str,
    /// The columns, in stored order.
    pub columns: &'static [FactColumn],
    /// A column that marks one row of several that belong together (an evaluation's items), and the
    /// dimensions by which those rows differ: what counts the marked rows cannot be split by them.
    pub marker: Option<(&'static str, &'static [&'static str])>,
}

impl Fact {
    /// The fact table called `name`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        FACTS.iter().find(|fact| fact.name == name)
    }

    /// The column called `name`.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'static FactColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Names of the columns `--by` accepts.
    pub fn dimensions(&self) -> impl Iterator<Item = &'static str> {
        self.columns
            .iter()
            .filter(|column| column.dimension)
            .map(|column| column.name)
    }
}

const fn plain(name: &'static str, physical: Physical) -> FactColumn {
    FactColumn {
        name,
        physical,
        dimension: false,
    }
}

/// A column `--by` accepts.
const fn dim(name: &'static str, physical: Physical) -> FactColumn {
    FactColumn {
        name,
        physical,
        dimension: true,
    }
}

use Physical::{Date, Flag, Float, Instant, Integer, Text};

const DATE: FactColumn = plain("date", Date);
const HOUR: FactColumn = dim("hour", Integer);
const WEEKDAY: FactColumn = dim("weekday", Integer);
/// The second showing of a doubled hour.
const FOLD: FactColumn = plain("fold", Flag);
const CATEGORY: FactColumn = dim("category", Text);
const PROBLEM: FactColumn = dim("problem_type", Text);
const PROBLEM_SOURCE: FactColumn = dim("problem_source", Text);
const TEAM: FactColumn = dim("team", Text);
const SITE: FactColumn = dim("site", Text);
const AGENT: FactColumn = dim("agent_id", Text);
const QUEUE: FactColumn = dim("queue", Text);

const CALL: &[FactColumn] = &[
    plain("call_id", Text),
    plain("contact_id", Text),
    plain("started_at", Instant),
    plain("answered_at", Instant),
    plain("ended_at", Instant),
    dim("direction", Text),
    dim("line", Text),
    QUEUE,
    plain("customer", Text),
    plain("waybill", Text),
    plain("ticket_id", Text),
    AGENT,
    dim("outcome", Text),
    plain("ivr_s", Float),
    plain("wait_s", Float),
    plain("talk_s", Float),
    plain("hold_s", Float),
    plain("acw_s", Float),
    dim("transferred", Flag),
    dim("transferred_in", Flag),
    dim("ended_by", Text),
    PROBLEM,
    PROBLEM_SOURCE,
    plain("resolved", Flag),
    plain("score", Float),
    DATE,
    HOUR,
    WEEKDAY,
    FOLD,
    CATEGORY,
    TEAM,
    SITE,
    plain("first_segment", Flag),
    plain("offered", Flag),
    plain("short_abandon", Flag),
    plain("answered", Flag),
    plain("handle_s", Float),
    dim("peak", Flag),
];

const CHAT: &[FactColumn] = &[
    plain("chat_id", Text),
    plain("started_at", Instant),
    plain("first_reply_at", Instant),
    plain("ended_at", Instant),
    dim("platform", Text),
    QUEUE,
    plain("customer", Text),
    plain("waybill", Text),
    plain("ticket_id", Text),
    AGENT,
    dim("outcome", Text),
    plain("customer_messages", Integer),
    plain("agent_messages", Integer),
    plain("replies", Integer),
    plain("reply_s", Float),
    PROBLEM,
    PROBLEM_SOURCE,
    plain("resolved", Flag),
    plain("score", Float),
    DATE,
    HOUR,
    WEEKDAY,
    FOLD,
    CATEGORY,
    TEAM,
    SITE,
    plain("offered", Flag),
    plain("served", Flag),
    plain("frt_s", Float),
    plain("handle_s", Float),
    // The time it takes of its agent's: a moment is divided among the chats that are open.
    plain("covered_s", Float),
    dim("peak", Flag),
];

const CONTACT: &[FactColumn] = &[
    plain("contact_ref", Text),
    dim("channel", Text),
    plain("started_at", Instant),
    plain("ended_at", Instant),
    plain("customer", Text),
    plain("waybill", Text),
    CATEGORY,
    PROBLEM,
    PROBLEM_SOURCE,
    AGENT,
    TEAM,
    SITE,
    QUEUE,
    dim("platform", Text),
    dim("outlet", Text),
    plain("response_s", Float),
    plain("handle_s", Float),
    plain("resolved", Flag),
    // The contact's own score, else that of the last survey about it; and which of them it is.
    plain("score", Float),
    dim("score_source", Text),
    plain("evaluated", Flag),
    DATE,
    HOUR,
    WEEKDAY,
    FOLD,
    plain("issue_key", Text),
    plain("previous_at", Instant),
    plain("next_at", Instant),
    plain("first_contact", Flag),
    plain("repeated", Flag),
    plain("mature", Flag),
];

const TICKET: &[FactColumn] = &[
    plain("ticket_id", Text),
    plain("created_at", Instant),
    plain("updated_at", Instant),
    dim("channel", Text),
    dim("kind", Text),
    PROBLEM,
    PROBLEM_SOURCE,
    CATEGORY,
    dim("priority", Text),
    dim("status", Text),
    plain("customer", Text),
    plain("waybill", Text),
    plain("contact_ref", Text),
    AGENT,
    TEAM,
    SITE,
    dim("department", Text),
    dim("outlet", Text),
    dim("courier", Text),
    dim("region", Text),
    dim("emotion", Text),
    dim("responsibility", Text),
    plain("compensation", Float),
    plain("first_reply_at", Instant),
    plain("resolved_at", Instant),
    plain("closed_at", Instant),
    DATE,
    HOUR,
    WEEKDAY,
    FOLD,
    plain("replies", Integer),
    plain("transfers", Integer),
    plain("reopens", Integer),
    plain("first_reply_s", Float),
    plain("resolution_s", Float),
    plain("resolution_business_s", Float),
    plain("one_touch", Flag),
    plain("open", Flag),
    plain("age_s", Float),
    plain("issue_key", Text),
    plain("repeat_complaint", Flag),
    plain("complete_record", Flag),
    plain("demand", Text),
    plain("remedy", Text),
    plain("outlet_reply_s", Float),
    // From creation to the first redelivery, and whether its 24 h are over.
    plain("redelivery_s", Float),
    plain("redelivery_due", Flag),
    // From the first resolution to the payout, 0 when paid before, and whether its 24 h are over.
    plain("payout_s", Float),
    plain("payout_due", Flag),
];

/// What clocks and stays know of their ticket or chat.
macro_rules! of_owner {
    ($($column:expr),* $(,)?) => {
        &[
            $($column,)*
            dim("channel", Text),
            dim("kind", Text),
            dim("priority", Text),
            PROBLEM,
            CATEGORY,
            AGENT,
            TEAM,
            SITE,
            dim("department", Text),
            dim("outlet", Text),
            dim("courier", Text),
            dim("region", Text),
            DATE,
            HOUR,
            WEEKDAY,
            FOLD,
        ]
    };
}

const CLOCK: &[FactColumn] = of_owner![
    dim("promise", Text),
    dim("subject", Text),
    plain("ticket_id", Text),
    plain("chat_id", Text),
    dim("calendar", Text),
    plain("started_at", Instant),
    plain("stopped_at", Instant),
    dim("stopped_by", Text),
    plain("warn_at", Instant),
    plain("due_at", Instant),
    plain("limit_s", Float),
    plain("elapsed_s", Float),
    plain("paused_s", Float),
    dim("outcome", Text),
    plain("due", Flag),
    plain("warned", Flag),
    plain("paused", Flag),
    dim("from_history", Flag),
    plain("waybill", Text),
    dim("platform", Text),
    QUEUE,
];

const VISIT: &[FactColumn] = of_owner![
    plain("ticket_id", Text),
    dim("state", Text),
    plain("entered_at", Instant),
    plain("left_at", Instant),
    plain("dwell_s", Float),
    plain("limit_s", Float),
    dim("calendar", Text),
    plain("due_at", Instant),
    plain("within", Flag),
    plain("due", Flag),
    plain("open", Flag),
    dim("from_history", Flag),
];

/// What the condition of a promise sees of a ticket: the ticket at the time the clock starts. `kind`, `priority` and
/// `status` are those of that time, and the flags say what had happened by then; nothing in it is known only later
/// but what an agent writes on the ticket once. Not stored.
pub const PROMISED: Fact = Fact {
    name: "the ticket of a promise",
    columns: &[
        plain("ticket_id", Text),
        dim("channel", Text),
        dim("kind", Text),
        dim("priority", Text),
        dim("status", Text),
        PROBLEM,
        PROBLEM_SOURCE,
        CATEGORY,
        plain("customer", Text),
        plain("waybill", Text),
        plain("contact_ref", Text),
        AGENT,
        TEAM,
        SITE,
        dim("department", Text),
        dim("outlet", Text),
        dim("courier", Text),
        dim("region", Text),
        dim("emotion", Text),
        dim("responsibility", Text),
        plain("demand", Text),
        plain("remedy", Text),
        plain("compensation", Float),
        plain("replied", Flag),
        plain("escalated", Flag),
        plain("reopened", Flag),
        plain("redelivered", Flag),
        plain("paid", Flag),
    ],
    marker: None,
};

const EVALUATION: &[FactColumn] = &[
    plain("evaluation_id", Text),
    dim("item", Text),
    plain("evaluated_at", Instant),
    plain("contact_ref", Text),
    AGENT,
    TEAM,
    SITE,
    dim("evaluator", Text),
    dim("rubric", Text),
    plain("passed", Flag),
    plain("weight", Float),
    dim("critical", Flag),
    DATE,
    HOUR,
    WEEKDAY,
    FOLD,
    dim("channel", Text),
    QUEUE,
    dim("platform", Text),
    CATEGORY,
    PROBLEM,
    plain("first_item", Flag),
    plain("critical_failed", Flag),
];

const SURVEY: &[FactColumn] = &[
    plain("survey_id", Text),
    plain("contact_ref", Text),
    plain("sent_at", Instant),
    plain("answered_at", Instant),
    plain("answered", Flag),
    plain("score", Float),
    dim("feedback", Text),
    DATE,
    HOUR,
    WEEKDAY,
    FOLD,
    dim("channel", Text),
    QUEUE,
    dim("platform", Text),
    AGENT,
    TEAM,
    SITE,
    CATEGORY,
    PROBLEM,
    dim("outlet", Text),
];

/// Days have no hour.
const PARCEL: &[FactColumn] = &[
    dim("outlet", Text),
    plain("parcels", Integer),
    DATE,
    WEEKDAY,
];

/// Every fact table.
pub const FACTS: &[Fact] = &[
    Fact {
        name: "call_facts",
        columns: CALL,
        marker: None,
    },
    Fact {
        name: "chat_facts",
        columns: CHAT,
        marker: None,
    },
    Fact {
        name: "contact_facts",
        columns: CONTACT,
        marker: None,
    },
    Fact {
        name: "ticket_facts",
        columns: TICKET,
        marker: None,
    },
    Fact {
        name: "state_visits",
        columns: VISIT,
        marker: None,
    },
    Fact {
        name: "sla_clocks",
        columns: CLOCK,
        marker: None,
    },
    Fact {
        name: "evaluation_facts",
        columns: EVALUATION,
        marker: Some(("first_item", &["item", "critical"])),
    },
    Fact {
        name: "survey_facts",
        columns: SURVEY,
        marker: None,
    },
    Fact {
        name: "parcel_facts",
        columns: PARCEL,
        marker: None,
    },
];
