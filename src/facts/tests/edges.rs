//! What exports say that contradicts itself, or hardly says.

use super::{AS_OF, show};
use crate::testing::{Small, table};

/// Columns of a fact table of these exports at a cut-off.
fn facts(files: &[&str], as_of: &str, fact: &str, columns: &[&str]) -> Vec<String> {
    show(&table(&Small::of(files).facts(as_of), fact), columns)
}

#[test]
fn a_ticket_is_open_until_the_end_that_its_history_tells() {
    let tickets = "ticket_id,created_at,status,closed_at\n\
        without_status,2026-03-02 09:00:00,,\n\
        closed_later,2026-03-02 09:00:00,closed,\n\
        resolved_before,2026-03-02 09:00:00,closed,2026-03-12 10:00:00\n";
    let events = "ticket_id,event_at,event,from_status,to_status\n\
        without_status,2026-03-03 09:00:00,status,pending,resolved\n\
        closed_later,2026-03-12 10:00:00,status,pending,closed\n\
        resolved_before,2026-03-03 09:00:00,status,pending,resolved\n\
        resolved_before,2026-03-12 10:00:00,status,resolved,closed\n";
    let at = "2026-03-10 09:00:00";
    let columns = ["ticket_id", "open"];
    assert_eq!(
        facts(&[tickets, events], at, "ticket_facts", &columns),
        [
            // Its status is all that its own columns say.
            "closed_later false",
            "resolved_before false",
            "without_status false"
        ]
    );
}

#[test]
fn events_before_the_creation_happened_at_it() {
    let tickets =
        "ticket_id,created_at,status,first_reply_at,resolved_at\nT1,2026-03-02 09:00:00,,,\n";
    let events = "ticket_id,event_at,event,from_status,to_status\n\
        T1,2026-03-02 08:30:00,replied,,\nT1,2026-03-02 08:40:00,status,pending,resolved\n";
    let columns = ["first_reply_s", "resolution_s"];
    assert_eq!(
        facts(&[tickets, events], AS_OF, "ticket_facts", &columns),
        ["0.0 0.0"]
    );
}

#[test]
fn creation_comes_first_within_a_minute_whatever_the_order_of_rows() {
    let tickets = "ticket_id,created_at,status\nT1,2026-03-02 09:00:00,closed\n";
    let events = "ticket_id,event_at,event,from_status,to_status\n\
        T1,2026-03-02 09:00:00,status,pending,closed\nT1,2026-03-02 09:00:00,created,,pending\n";
    let columns = ["reopens", "open"];
    assert_eq!(
        facts(&[tickets, events], AS_OF, "ticket_facts", &columns),
        ["0 false"]
    );
    assert_eq!(
        facts(&[tickets, events], AS_OF, "state_visits", &["state"]),
        ["closed", "pending"]
    );
}

#[test]
fn own_times_tell_no_stays_whatever_else_happened() {
    let tickets = "ticket_id,created_at,status,resolved_at,closed_at\n\
        alone,2026-03-02 09:00:00,closed,2026-03-03 09:00:00,2026-03-04 09:00:00\n\
        assigned,2026-03-02 09:00:00,closed,2026-03-03 09:00:00,2026-03-04 09:00:00\n\
        waiting,2026-03-02 09:00:00,pending,,\n";
    let events = "ticket_id,event_at,event,from_status,to_status\n\
        assigned,2026-03-02 10:00:00,assigned,,\nwaiting,2026-03-02 10:00:00,assigned,,\n";
    let columns = ["ticket_id", "state"];
    assert_eq!(
        facts(&[tickets, events], AS_OF, "state_visits", &columns),
        ["waiting pending"]
    );
}

#[test]
fn a_record_about_ids_that_several_have_stays_one_row() {
    let calls = "call_id,started_at,ended_at,queue,outcome,talk_s\n\
        1001,2026-03-02 09:00:00,2026-03-02 09:03:00,hotline,answered,60\n";
    let chats = "chat_id,started_at,first_reply_at,ended_at,queue,outcome\n\
        1001,2026-03-02 10:00:00,2026-03-02 10:01:00,2026-03-02 10:05:00,online,served\n";
    let surveys = "survey_id,contact_ref,sent_at,score\ns1,1001,2026-03-02 11:00:00,5\n";
    let checks = "evaluation_id,item,evaluated_at,agent_id,passed,contact_ref\n\
        E1,greeting,2026-03-02 12:00:00,A1,1,1001\n";
    let files = [calls, chats, surveys, checks];
    assert_eq!(
        facts(&files, AS_OF, "survey_facts", &["survey_id", "queue"]),
        ["s1 hotline"]
    );
    assert_eq!(
        facts(
            &files,
            AS_OF,
            "evaluation_facts",
            &["evaluation_id", "queue"]
        ),
        ["E1 hotline"]
    );
}

#[test]
fn a_segment_without_an_end_ended_after_what_is_known_of_it() {
    let calls = "call_id,contact_id,started_at,answered_at,ended_at,outcome,wait_s,talk_s,hold_s,transferred_in,waybill\n\
        held,held,2026-03-02 09:00:00,2026-03-02 09:00:10,,answered,10,100,600,,YT1\n\
        waited,waited,2026-03-02 09:00:00,,,answered,10,100,,,YT2\n\
        first,first,2026-03-02 09:00:00,,2026-03-02 09:01:00,answered,10,50,,,YT3\n\
        second,first,2026-03-02 09:01:00,,,answered,5,300,,true,YT3\n";
    let small = Small::of(&[calls]).facts(AS_OF);
    let contacts = table(&small, "contact_facts");
    let ended = contacts.column("ended_at").unwrap().i64().unwrap();
    let ended: Vec<String> = ended
        .iter()
        .flatten()
        .map(|at| crate::calendar::print(chrono_tz::Asia::Shanghai, at))
        .collect();
    assert_eq!(
        show(&contacts, &["contact_ref"]),
        ["first", "held", "waited"]
    );
    assert_eq!(
        ended,
        [
            "2026-03-02 09:06:05",
            "2026-03-02 09:11:50",
            "2026-03-02 09:01:50"
        ]
    );
}

#[test]
fn what_is_said_of_a_later_segment_is_said_of_its_chain() {
    let calls = "call_id,contact_id,started_at,ended_at,queue,outcome,talk_s,transferred_in,direction\n\
        a1,a1,2026-03-02 09:00:00,2026-03-02 09:03:00,hotline,answered,60,,inbound\n\
        a2,a1,2026-03-02 09:03:00,2026-03-02 09:09:00,experts,answered,60,true,inbound\n\
        b1,b1,2026-03-02 10:00:00,2026-03-02 10:03:00,hotline,answered,60,,inbound\n\
        b2,b1,2026-03-02 11:00:00,2026-03-02 11:03:00,hotline,answered,60,,outbound\n";
    let tickets = "ticket_id,created_at,status,contact_ref,outlet\n\
        T1,2026-03-02 09:10:00,pending,a2,杭州\nT2,2026-03-02 11:10:00,pending,b2,上海\n";
    let surveys = "survey_id,contact_ref,sent_at,score\ns1,a2,2026-03-02 11:00:00,1\n\
        s2,b1,2026-03-02 11:00:00,5\ns3,b2,2026-03-02 11:30:00,4\n";
    let checks = "evaluation_id,item,evaluated_at,agent_id,passed,contact_ref\n\
        E1,greeting,2026-03-02 12:00:00,A1,1,a2\n";
    let files = [calls, tickets, surveys, checks];
    let columns = ["contact_ref", "score", "evaluated", "outlet"];
    assert_eq!(
        facts(&files, AS_OF, "contact_facts", &columns),
        ["a1 1.0 true 杭州", "b1 5.0 false -"]
    );
    // A record keeps the id that it names, with the dimensions of the contact; a call back is none.
    let columns = ["survey_id", "contact_ref", "queue"];
    assert_eq!(
        facts(&files, AS_OF, "survey_facts", &columns),
        ["s1 a2 hotline", "s2 b1 hotline", "s3 b2 -"]
    );
    let columns = ["evaluation_id", "contact_ref", "queue"];
    assert_eq!(
        facts(&files, AS_OF, "evaluation_facts", &columns),
        ["E1 a2 hotline"]
    );
}
