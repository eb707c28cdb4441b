//! Memory for what is read of a file, used again for what is read next: fresh memory has to be cleared by the
//! system before it can be written, which costs as much as reading into it.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

/// Buffers of one size, lent out and taken back.
#[derive(Clone)]
pub struct Buffers {
    size: usize,
    spare: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Buffers {
    /// Buffers that hold `size` bytes before they have to grow.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self {
            size,
            spare: Arc::default(),
        }
    }

    /// An empty buffer.
    #[must_use]
    pub fn lend(&self) -> Buffer {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let memory = { spare }.pop();
        Buffer {
            memory: memory.unwrap_or_else(|| vec![0; self.size]),
            length: 0,
            home: self.clone(),
        }
    }
}

/// Bytes that can grow at the end. Their memory goes back to where it was lent.
pub struct Buffer {
    /// Longer than what is filled of it.
    memory: Vec<u8>,
    length: usize,
    home: Buffers,
}

impl Buffer {
    /// The free part, so that there are `target` bytes when it is filled.
    pub fn room(&mut self, target: usize) -> &mut [u8] {
        if self.memory.len() < target {
            self.memory.resize(target, 0);
        }
        self.memory.get_mut(self.length..target).unwrap_or_default()
    }

    /// Says that so many bytes of the free part are filled.
    pub fn grow(&mut self, by: usize) {
        self.length = (self.length + by).min(self.memory.len());
    }

    /// Adds bytes at the end.
    pub fn extend(&mut self, bytes: &[u8]) {
        let target = self.length + bytes.len();
        self.room(target).copy_from_slice(bytes);
        self.length = target;
    }

    /// Keeps the first `length` bytes.
    pub fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[..self.length]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // One that had to grow for a giant of a line is not worth keeping.
        if self.memory.len() <= 2 * self.home.size {
            let memory = std::mem::take(&mut self.memory);
            let mut spare = self
                .home
                .spare
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            spare.push(memory);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_comes_back_and_is_empty_again() {
        let buffers = Buffers::new(4);
        let mut one = buffers.lend();
        one.extend(b"abc");
        one.room(6)[..2].copy_from_slice(b"de");
        one.grow(2);
        assert_eq!(&*one, b"abcde");
        one.truncate(1);
        assert_eq!(&*one, b"a");
        drop(one);
        let two = buffers.lend();
        assert!(two.is_empty());
        assert_eq!(buffers.spare.lock().unwrap().len(), 0);
        drop(two);
        let mut giant = buffers.lend();
        giant.extend(&[1; 100]);
        drop(giant);
        assert_eq!(buffers.spare.lock().unwrap().len(), 0);
    }
}
