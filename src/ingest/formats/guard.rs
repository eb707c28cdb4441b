//! Work that a library may panic in because it trusts what a damaged file says.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Does the work; `None` when it panicked. What it was changing must not be used for anything but being dropped
/// or asked for what was complete before.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    DEPTH.set(DEPTH.get() + 1);
    let done = catch_unwind(AssertUnwindSafe(work));
    DEPTH.set(DEPTH.get() - 1);
    done.ok()
}

/// Whether this thread is at work that is [`guarded`]: a panic in it is an error of the file, which is told as
/// such, and needs no message of its own.
#[must_use]
pub fn is_guarded() -> bool {
    DEPTH.get() > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_and_the_guard_ends_with_it() {
        assert!(!is_guarded());
        let seen = guarded(|| guarded(|| assert!(!is_guarded(), "inside")));
        assert_eq!((seen, is_guarded()), (Some(None), false));
        assert_eq!(guarded(is_guarded), Some(true));
    }
}
