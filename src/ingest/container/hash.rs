//! The hash of a file's content, which tells whether it was taken in before.
//!
//! BLAKE3 is a tree of chunks: of a file on disk, its halves are read and hashed by all threads.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::mpsc::sync_channel;

use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root,
};
use blake3::{Hash, Hasher};

/// Bytes hashed together: enough for the hash to use the whole width of the processor, few enough to stay in the memory of
/// its core.
const AT_ONCE: usize = 128 << 10;

/// Bytes that one thread hands to another.
const HANDED_OVER: usize = 1 << 20;

/// Bytes that are not worth dividing among threads.
const UNDIVIDED: u64 = 8 << 20;

/// BLAKE3 of a file on disk, and its length.
///
/// # Errors
/// When it cannot be read, or becomes shorter meanwhile.
pub(super) fn of_file(path: &Path) -> io::Result<(Hash, u64)> {
    let length = std::fs::metadata(path)?.len();
    if length <= UNDIVIDED {
        return of_stream(File::open(path)?);
    }
    let left = left_subtree_len(length);
    let (one, other) = halves(path, 0, left, length - left)?;
    Ok((merge_subtrees_root(&one, &other, Mode::Hash), length))
}

fn halves(
    path: &Path,
    start: u64,
    left: u64,
    right: u64,
) -> io::Result<(ChainingValue, ChainingValue)> {
    let (one, other) = rayon::join(
        || subtree(path, start, left),
        || subtree(path, start + left, right),
    );
    Ok((one?, other?))
}

/// The chaining value of a part of a file that is a subtree of the whole.
fn subtree(path: &Path, start: u64, length: u64) -> io::Result<ChainingValue> {
    if length > UNDIVIDED {
        let left = left_subtree_len(length);
        let (one, other) = halves(path, start, left, length - left)?;
        return Ok(merge_subtrees_non_root(&one, &other, Mode::Hash));
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut hasher = Hasher::new();
    hasher.set_input_offset(start);
    let mut bytes = vec![0; AT_ONCE.min(usize::try_from(length).unwrap_or(AT_ONCE))];
    let mut open = length;
    while open > 0 {
        let now = bytes.len().min(usize::try_from(open).unwrap_or(usize::MAX));
        file.read_exact(&mut bytes[..now])?;
        hasher.update(&bytes[..now]);
        open -= now as u64;
    }
    Ok(hasher.finalize_non_root())
}

/// BLAKE3 of a stream, and its length. One thread reads, or unpacks, while the other computes.
///
/// # Errors
/// When the stream cannot be read.
pub(super) fn of_stream(mut reader: impl Read) -> io::Result<(Hash, u64)> {
    std::thread::scope(|scope| {
        let (filled, to_hash) = sync_channel::<Vec<u8>>(2);
        let hashing = scope.spawn(move || {
            let mut hasher = Hasher::new();
            let mut length = 0;
            for bytes in to_hash {
                hasher.update(&bytes);
                length += bytes.len() as u64;
            }
            (hasher.finalize(), length)
        });
        loop {
            let mut bytes = Vec::with_capacity(HANDED_OVER);
            let read = (&mut reader)
                .take(HANDED_OVER as u64)
                .read_to_end(&mut bytes)?;
            if read == 0 || filled.send(bytes).is_err() {
                break;
            }
        }
        drop(filled);
        hashing
            .join()
            .map_err(|_| io::Error::other("the thread that hashes ended early"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_hashed_in_parts_has_the_hash_of_the_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bytes");
        let undivided = usize::try_from(UNDIVIDED).unwrap();
        for length in [0, 5, undivided, undivided + 1, 3 * undivided + 1025] {
            let bytes: Vec<u8> = (0..length)
                .map(|at| u8::try_from(at % 251).unwrap())
                .collect();
            std::fs::write(&path, &bytes).unwrap();
            let expect = (blake3::hash(&bytes), length as u64);
            assert_eq!(of_file(&path).unwrap(), expect);
            assert_eq!(of_stream(&bytes[..]).unwrap(), expect);
        }
    }
}
