//! The program as its users see it: commands, files, messages, exit codes.

mod architecture;
mod builder;
mod check;
mod figures;
mod golden;
mod messages;
mod nightly;
mod real;
