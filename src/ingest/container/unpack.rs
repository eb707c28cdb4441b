//! Decompression under guard: what unpacks to absurdity is stopped while it unpacks.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempPath;

use super::{Codec, Entry, Limits, Method, Origin};
use crate::error::{Error, Result};

/// What a guarded reader stops with; it travels inside an [`io::Error`].
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("looks like a zip bomb: {given} bytes out of {taken}")]
    Bomb { given: u64, taken: u64 },
    #[error("unpacks to more than {limit} bytes")]
    TooBig { limit: u64 },
    #[error("is cut off or damaged ({0})")]
    Damaged(String),
}

/// The error of reading a member, in the words of the guard where it was the guard that stopped.
#[must_use]
pub fn explain(file: &Path, error: io::Error) -> Error {
    let Some(fault) = error.get_ref().and_then(|e| e.downcast_ref::<Fault>()) else {
        return Error::io("read", file, error);
    };
    let hint = match fault {
        Fault::Bomb { .. } => {
            "no log packs that well; if it is one, unpack it and give the file itself"
        }
        Fault::TooBig { .. } => "unpack it and give the files themselves, in parts",
        Fault::Damaged(_) => "copy or export it again: the file is not complete",
    };
    Error::input(file, fault.to_string(), hint)
}

/// A fault of the content, as a reader reports it.
pub(super) fn damaged(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Fault::Damaged(what.into()))
}

/// Counts the bytes that a decoder takes.
struct Counted<R> {
    inner: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.taken.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Watches what a decoder gives.
struct Guard<R> {
    inner: R,
    taken: Arc<AtomicU64>,
    given: u64,
    limits: Limits,
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer).map_err(named)?;
        self.given += read as u64;
        let (given, taken) = (self.given, self.taken.load(Ordering::Relaxed));
        if given > self.limits.ratio_from && given / self.limits.ratio > taken {
            return Err(io::Error::other(Fault::Bomb { given, taken }));
        }
        if given > self.limits.unpacked {
            let limit = self.limits.unpacked;
            return Err(io::Error::other(Fault::TooBig { limit }));
        }
        Ok(read)
    }
}

/// Errors of the disk keep their words; what a decoder complains about is damage.
fn named(error: io::Error) -> io::Error {
    let guarded = matches!(error.get_ref(), Some(inner) if inner.is::<Fault>());
    if guarded || error.raw_os_error().is_some() || error.kind() == io::ErrorKind::Interrupted {
        return error;
    }
    damaged(error.to_string())
}

/// Checks length and checksum of a zip entry at its end.
struct Checked<R> {
    inner: R,
    crc: flate2::Crc,
    left: u64,
    expected: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let taken = &buffer[..read];
        self.crc.update(taken);
        if read == 0 && !buffer.is_empty() {
            if self.left > 0 {
                return Err(damaged("the entry is shorter than the archive says"));
            }
            if self.crc.sum() != self.expected {
                return Err(damaged("its checksum is wrong"));
            }
        }
        // More than declared would also escape the limit on the sum of the declared sizes.
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| damaged("the entry is longer than the archive says"))?;
        Ok(read)
    }
}

/// Opens an origin from its start.
pub(super) fn open(origin: &Origin, limits: &Limits) -> io::Result<Box<dyn Read + Send>> {
    match origin {
        Origin::File(path) => Ok(Box::new(File::open(path)?)),
        Origin::Spool(path) => Ok(Box::new(File::open(path.as_ref())?)),
        Origin::Zip { archive, entry } => {
            let path = archive.on_disk().ok_or_else(|| damaged("no archive"))?;
            open_entry(path, entry, limits)
        }
        Origin::Unpacked(codec, inner) => unpack(*codec, open(inner, limits)?, limits),
    }
}

fn unpack<R: Read + Send + 'static>(
    codec: Codec,
    packed: R,
    limits: &Limits,
) -> io::Result<Box<dyn Read + Send>> {
    let taken = Arc::new(AtomicU64::new(0));
    let inner = BufReader::with_capacity(
        1 << 16,
        Counted {
            inner: packed,
            taken: Arc::clone(&taken),
        },
    );
    let limits = *limits;
    Ok(match codec {
        Codec::Gzip => Box::new(Guard {
            inner: flate2::bufread::MultiGzDecoder::new(inner),
            taken,
            given: 0,
            limits,
        }),
        Codec::Deflate => Box::new(Guard {
            inner: flate2::bufread::DeflateDecoder::new(inner),
            taken,
            given: 0,
            limits,
        }),
        Codec::Zstd => Box::new(Guard {
            inner: zstd::stream::read::Decoder::with_buffer(inner)?,
            taken,
            given: 0,
            limits,
        }),
    })
}

fn open_entry(path: &Path, entry: &Entry, limits: &Limits) -> io::Result<Box<dyn Read + Send>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(entry.start))?;
    let packed = file.take(entry.packed);
    let inner: Box<dyn Read + Send> = match entry.method {
        Method::Stored => Box::new(packed),
        Method::Deflate => unpack(Codec::Deflate, packed, limits)?,
        Method::Zstd => unpack(Codec::Zstd, packed, limits)?,
    };
    Ok(Box::new(Checked {
        inner,
        crc: flate2::Crc::new(),
        left: entry.size,
        expected: entry.crc,
    }))
}

/// Copies a stream to a temporary file that only the user can read and that goes with its last owner.
pub(super) fn spool(
    reader: &mut dyn Read,
    dir: &Path,
    name: &Path,
    limit: u64,
) -> Result<(Arc<TempPath>, u64)> {
    let mut file = tempfile::Builder::new()
        .prefix("kefu-")
        .tempfile_in(dir)
        .map_err(|e| Error::io("write a temporary file in", dir, e))?;
    let mut buffer = vec![0; 1 << 16];
    let mut written = 0_u64;
    loop {
        let read = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(explain(name, e)),
        };
        written += read as u64;
        if written > limit {
            return Err(explain(name, io::Error::other(Fault::TooBig { limit })));
        }
        file.write_all(&buffer[..read])
            .map_err(|e| Error::io("write a temporary file in", dir, e))?;
    }
    Ok((Arc::new(file.into_temp_path()), written))
}

/// Reads up to `limit` first bytes.
pub(super) fn head(reader: &mut dyn Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(limit);
    reader.take(limit as u64).read_to_end(&mut head)?;
    Ok(head)
}
