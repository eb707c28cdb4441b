//! `kefu store`.
use super::Common;
use crate::error::Result;
use clap::Args;
use std::process::ExitCode;

#[derive(Debug, Clone, Args)]
pub struct StoreArgs {}

pub fn store(_common: &Common, _args: &StoreArgs) -> Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
