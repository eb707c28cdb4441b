//! Export bytes → typed rows and rejects. A bad row is a value, not an error, and none is lost:
//! every record of a file is either in a batch or among the rejects.

mod blanks;
mod block;
mod buffer;
pub mod columns;
pub mod container;
pub mod delimited;
pub mod engine;
pub mod export;
pub mod formats;
pub mod header;
mod marks;
pub mod open;
mod patterns;
pub mod plan;
pub mod privacy;
pub mod propose;
pub mod queue_log;
pub mod reason;
pub mod records;
pub mod survey;
pub mod text;
pub mod typing;
pub mod value;

pub use export::{Export, Parsed};
pub use open::{Opened, open};
pub use reason::{Reason, Refusal, Reject};
