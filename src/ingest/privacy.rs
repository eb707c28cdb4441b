//! Customers become pseudonyms and free text loses its personal data, at the door.
//!
//! A pseudonym is the first 16 bytes of keyed BLAKE3 over the normalised value, in hex: the same
//! customer gets the same one in every file and channel, and without the key nobody can go back.

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::error::{Error, Result};

/// The secret of the pseudonyms.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// What became of a customer value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Customer {
    /// A pseudonym.
    Pseudonym(Pseudonym),
    /// The value was masked before it came here and identifies nobody.
    Masked,
}

/// 32 hex digits that stand for a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pseudonym([u8; 32]);

impl Pseudonym {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Key {
    /// A key from its bytes, for tests.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the key file, or makes one of mode 0600 with a random key.
    ///
    /// # Errors
    /// When the file cannot be read or made, others than its owner may read it, or it is not 64 hex digits.
    pub fn load_or_create(path: &Path) -> Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => owner_only(path).and_then(|()| Self::parse(text.trim()).ok_or_else(|| {
                Error::input(
                    path,
                    "is not a key of 64 hex digits",
                    "restore the key from a backup; a new key would separate old customers from new ones",
                )
            })),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(Error::io("read", path, error)),
        }
    }

    fn create(path: &Path) -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| {
            Error::io("draw randomness for", path, std::io::Error::other(error))
        })?;
        if let Some(parent) = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            std::fs::create_dir_all(parent).map_err(|error| Error::io("create", parent, error))?;
        }
        let folder = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let hex = blake3::Hash::from_bytes(bytes).to_hex();
        // The name appears with the whole key or not at all: half a key would stop every later run. Of two programs
        // that make one at the same time, one is told that the other was first.
        let write = || -> std::io::Result<()> {
            let mut file = tempfile::Builder::new()
                .prefix(".kefu-key-")
                .tempfile_in(folder)?;
            writeln!(file, "{hex}")?;
            file.as_file().sync_all()?;
            file.persist_noclobber(path)?;
            Ok(())
        };
        write().map_err(|error| Error::io("create", path, error))?;
        Ok(Self(bytes))
    }

    fn parse(hex: &str) -> Option<Self> {
        blake3::Hash::from_hex(hex)
            .ok()
            .map(|hash| Self(*hash.as_bytes()))
    }

    /// The pseudonym of a customer value, or that it was masked already.
    #[must_use]
    pub fn customer(&self, value: &str) -> Customer {
        // Most customers are a mobile number without anything around it.
        let plain = value.bytes().all(|b| b.is_ascii_digit());
        if !plain && is_masked(value) {
            return Customer::Masked;
        }
        let hash = blake3::keyed_hash(&self.0, normalise(value).as_bytes());
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(hash.as_bytes()) {
            pair[0] = HEX[usize::from(byte >> 4)];
            pair[1] = HEX[usize::from(byte & 15)];
        }
        Customer::Pseudonym(Pseudonym(digits))
    }
}

/// Makes sure that nobody but its owner can read a key: with it, pseudonyms can be traced back to customers.
#[cfg(unix)]
fn owner_only(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path)
        .map_err(|error| Error::io("read", path, error))?
        .permissions()
        .mode();
    let others = mode & 0o077;
    if others == 0 {
        return Ok(());
    }
    Err(Error::input(
        path,
        format!(
            "is the key of the customers' pseudonyms, and others than its owner may open it (mode {:03o})",
            mode & 0o777
        ),
        format!("chmod 600 {}", path.display()),
    ))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the mode is one of Unix")]
fn owner_only(_path: &Path) -> Result<()> {
    Ok(())
}

/// The digits of pseudonyms.
const HEX: &[u8; 16] = b"0123456789abcdef";

/// Whether part of a value was blotted out before it came here.
fn is_masked(value: &str) -> bool {
    value.contains("**") || value.contains("××") || value.contains("xxxx")
}

/// One form per customer: a phone number is its digits without `+86`, `0086` or a leading 0; anything with
/// letters is its lower case.
fn normalise(value: &str) -> Cow<'_, str> {
    if value.len() == 11 && value.starts_with('1') && value.bytes().all(|b| b.is_ascii_digit()) {
        return Cow::Borrowed(value);
    }
    if value
        .chars()
        .any(|c| c.is_alphabetic() || c == '@' || c == '_')
    {
        return Cow::Owned(value.trim().to_lowercase());
    }
    let digits: String = value
        .chars()
        .filter_map(|c| c.to_digit(10))
        .filter_map(|d| char::from_digit(d, 10))
        .collect();
    let international = value.trim_start().starts_with('+') || digits.starts_with("00");
    let bare = digits.trim_start_matches("00");
    let national = if international || bare.len() == 13 {
        bare.strip_prefix("86").unwrap_or(bare)
    } else {
        bare
    };
    Cow::Owned(national.strip_prefix('0').unwrap_or(national).to_owned())
}

/// Phone, ID-card, bank-card numbers and e-mail addresses.
static PERSONAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?P<mail>[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,})",
        r"|(?P<id>(?-u:\b)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?-u:\b))",
        r"|(?P<card>(?-u:\b)(?:62|4\d|5[1-5]|3[47])\d{2}[ -]?\d{4}[ -]?\d{4}[ -]?\d{3,4}(?:[ -]?\d{1,3})?(?-u:\b))",
        r"|(?P<mobile>(?:\+?86[- ]?|(?-u:\b))1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?-u:\b))",
        r"|(?P<landline>(?-u:\b)0\d{2,3}[- ]\d{7,8}(?-u:\b)|(?-u:\b)400[- ]?\d{3}[- ]?\d{4}(?-u:\b))",
    ))
    .ok()
});

/// Replaces personal data in free text by what kind it was: `[电话]`, `[证件]`, `[银行卡]`, `[邮箱]`.
#[must_use]
pub fn mask(text: &str) -> Cow<'_, str> {
    let Some(personal) = PERSONAL.as_ref() else {
        return Cow::Owned(String::new());
    };
    // Every pattern holds a digit or an @; most sentences hold neither.
    if !text.bytes().any(|b| b.is_ascii_digit() || b == b'@') {
        return Cow::Borrowed(text);
    }
    personal.replace_all(text, |found: &regex::Captures<'_>| {
        if found.name("mail").is_some() {
            "[邮箱]"
        } else if found.name("id").is_some() {
            "[证件]"
        } else if found.name("card").is_some() {
            "[银行卡]"
        } else {
            "[电话]"
        }
    })
}

/// Masks a value for showing it as an example: the first and last character and how many lie between.
#[must_use]
pub fn example(value: &str) -> String {
    let safe = mask(value);
    let chars: Vec<char> = safe.chars().collect();
    let digits = chars.iter().filter(|c| c.is_ascii_digit()).count();
    match chars.as_slice() {
        // Long digit runs may be a number we do not recognise; dates and small numbers stay readable.
        [first, .., last] if digits > 8 && !safe.contains(['-', '/', ':', '.']) => {
            format!("{first}…({})…{last}", chars.len())
        }
        _ if chars.len() > 40 => chars[..40].iter().chain(['…'].iter()).collect(),
        _ => safe.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_customer_has_one_pseudonym_in_every_spelling() {
        let key = Key::from_bytes([7; 32]);
        let expect = key.customer("13800138000");
        for spelling in [
            "+8613800138000",
            "008613800138000",
            "013800138000",
            "138-0013-8000",
            "86 138 0013 8000",
            " 13800138000",
        ] {
            assert_eq!(key.customer(spelling), expect, "{spelling}");
        }
        assert_eq!(key.customer("Wx_User"), key.customer("wx_user"));
        assert_ne!(key.customer("13800138001"), expect);
        assert_ne!(
            Key::from_bytes([8; 32]).customer("13800138000"),
            expect,
            "depends on the key"
        );
        assert!(matches!(&expect, Customer::Pseudonym(digits) if digits.as_str().len() == 32));
    }

    #[test]
    fn masked_values_identify_nobody() {
        assert_eq!(
            Key::from_bytes([7; 32]).customer("138****8000"),
            Customer::Masked
        );
    }

    #[test]
    fn free_text_loses_personal_data_and_keeps_the_rest() {
        for (text, expect) in [
            ("请回电13800138000谢谢", "请回电[电话]谢谢"),
            ("电话 138-0013-8000", "电话 [电话]"),
            ("身份证11010519491231002X已核", "身份证[证件]已核"),
            ("卡号6222021234567890123", "卡号[银行卡]"),
            ("邮箱a.b@example.com。", "邮箱[邮箱]。"),
            ("区号010-12345678", "区号[电话]"),
            ("运单YT7730000000001破损", "运单YT7730000000001破损"),
            ("赔付30元", "赔付30元"),
        ] {
            assert_eq!(mask(text), expect);
        }
    }

    #[test]
    fn the_key_file_is_made_once_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/store.key");
        let first = Key::load_or_create(&path).unwrap();
        let second = Key::load_or_create(&path).unwrap();
        assert_eq!(first.customer("1"), second.customer("1"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        std::fs::write(&path, "not a key").unwrap();
        assert!(Key::load_or_create(&path).is_err());
    }
}
