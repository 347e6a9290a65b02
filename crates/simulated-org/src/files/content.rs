//! The bytes of one file: hashed while they arrive, in memory when few, in a temporary file when many.
//!
//! Units: bytes. Invariants: a temporary file goes with the last row that held it.

use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use md5::Md5;
use sha2::{Digest as _, Sha256};
use tempfile::{NamedTempFile, TempPath};

/// Above this, bytes go to a temporary file.
const IN_MEMORY: usize = 64 * 1024;

pub struct Content {
    held: Held,
    pub size: u64,
    /// What an Org shows as `Checksum`: MD5 in hexadecimal.
    pub md5: String,
    pub sha256: String,
}

enum Held {
    Memory(Vec<u8>),
    File(TempPath),
}

/// Where the bytes are to be read.
pub enum Source<'a> {
    Memory(&'a [u8]),
    File(&'a Path),
}

/// An upload under way. Dropped before `finish`, it leaves nothing.
#[derive(Default)]
pub struct Incoming {
    head: Vec<u8>,
    file: Option<NamedTempFile>,
    size: u64,
    md5: Md5,
    sha256: Sha256,
}

impl Incoming {
    /// Blocks for as long as the page cache takes to copy one network chunk.
    pub fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.md5.update(chunk);
        self.sha256.update(chunk);
        self.size += chunk.len() as u64;
        if let Some(file) = &mut self.file {
            return file.write_all(chunk);
        }
        self.head.extend_from_slice(chunk);
        if self.head.len() > IN_MEMORY {
            let mut file = NamedTempFile::new()?;
            file.write_all(&std::mem::take(&mut self.head))?;
            self.file = Some(file);
        }
        Ok(())
    }

    pub fn finish(self) -> Content {
        let held = match self.file {
            Some(file) => Held::File(file.into_temp_path()),
            None => Held::Memory(self.head),
        };
        let (md5, sha256) = (hex::encode(self.md5.finalize()), hex::encode(self.sha256.finalize()));
        Content { held, size: self.size, md5, sha256 }
    }
}

impl Content {
    pub fn of(bytes: &[u8]) -> io::Result<Self> {
        let mut incoming = Incoming::default();
        incoming.write(bytes)?;
        Ok(incoming.finish())
    }

    pub fn source(&self) -> Source<'_> {
        match &self.held {
            Held::Memory(bytes) => Source::Memory(bytes),
            Held::File(path) => Source::File(path),
        }
    }

    /// Opens the temporary file, if the bytes are in one.
    pub fn file(&self) -> io::Result<Option<File>> {
        match &self.held {
            Held::Memory(_) => Ok(None),
            Held::File(path) => File::open(path).map(Some),
        }
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.size == other.size && self.sha256 == other.sha256
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} bytes, SHA-256 {}", self.size, self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_bytes_stay_in_memory_and_many_go_to_a_file_that_goes_with_them() {
        let few = Content::of(b"abc").unwrap();
        assert_eq!((few.size, few.md5.as_str()), (3, "900150983cd24fb0d6963f7d28e17f72"));
        assert!(matches!(few.source(), Source::Memory(b"abc")));
        let many = Content::of(&vec![7; IN_MEMORY + 1]).unwrap();
        let Source::File(path) = many.source() else { panic!("many bytes in memory") };
        let path = path.to_owned();
        assert_eq!(std::fs::read(&path).unwrap().len(), IN_MEMORY + 1);
        drop(many);
        assert!(!path.exists());
    }
}
