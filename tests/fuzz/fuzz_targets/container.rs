#![no_main]

#[path = "../guards.rs"]
mod guards;
#[path = "../targets.rs"]
#[allow(dead_code, reason = "the other targets use the rest")]
mod targets;

libfuzzer_sys::fuzz_target!(init: guards::leave_alone(), |data: &[u8]| drop(targets::container(data)));
