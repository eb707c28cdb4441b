//! The `kefu` command.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    #[cfg(unix)]
    keep_freed_memory();
    kefu::cli::main()
}

/// Begins again with the allocator told to keep what is freed for a minute. It would give pages back after a second,
/// and of a night's time a quarter went into the system clearing them once more. The allocator reads its settings before
/// `main`, so they have to stand in the environment; one that stands there already holds.
#[cfg(unix)]
fn keep_freed_memory() {
    use std::os::unix::process::CommandExt;

    const PURGE_DELAY: &str = "MIMALLOC_PURGE_DELAY";
    const MILLISECONDS: &str = "60000";
    if std::env::var_os(PURGE_DELAY).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let mut again = std::process::Command::new(program);
    let mut args = std::env::args_os();
    if let Some(name) = args.next() {
        again.arg0(name);
    }
    // Returns only when it fails; then the program goes on as it is.
    let _ = again.args(args).env(PURGE_DELAY, MILLISECONDS).exec();
}
