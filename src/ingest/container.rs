//! stub
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

#[derive(Debug, Clone)]
pub struct Member {
    pub name: String,
    pub path: PathBuf,
    pub kind: MemberKind,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberKind {
    Text,
}
impl Member {
    pub fn open(&self) -> Result<Box<dyn Read + Send>> {
        Ok(Box::new(
            std::fs::File::open(&self.path).map_err(|e| Error::io("open", &self.path, e))?,
        ))
    }
    pub fn hash(&self) -> Result<(String, u64)> {
        let mut hasher = blake3::Hasher::new();
        let mut reader = self.open()?;
        let length = std::io::copy(&mut reader, &mut hasher)
            .map_err(|e| Error::io("read", &self.path, e))?;
        Ok((hasher.finalize().to_hex().to_string(), length))
    }
    pub fn changed(&self) -> Result<bool> {
        Ok(false)
    }
}
pub fn members(path: &Path, name: &str, _spool: &Path) -> Result<Vec<Member>> {
    Ok(vec![Member {
        name: name.to_owned(),
        path: path.to_owned(),
        kind: MemberKind::Text,
    }])
}
