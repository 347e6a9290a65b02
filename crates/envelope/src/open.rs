//! Opening from the first byte to the last: ciphertext in, plaintext out.
//!
//! Separate from seeking: a stream learns only at its end whether it was whole, so what it has released by then is
//! authentic but may be a beginning. Whoever knows the length in advance uses [`crate::SeekPlan`] instead.
//!
//! Format: c2sp.org/age, "Payload".
//! Invariants: only chunks that authenticated are released; after a failure nothing more is.

use zeroize::Zeroizing;

use crate::aead::{AeadKey, TAG_LEN};
use crate::file_key::FileKey;
use crate::header::{Header, ParsedHeader};
use crate::payload::{CHUNK_LEN, NONCE_LEN, Place, SEALED_CHUNK_LEN, chunk_nonce};
use crate::{Identity, OpenError};

/// Opens one payload as a stream. Holds at most one sealed chunk.
pub struct Opener {
    stage: Stage,
    /// The part of the nonce, or of a chunk, that has arrived.
    held: Vec<u8>,
    next_chunk: u64,
}

enum Stage {
    Nonce(FileKey),
    Chunks(AeadKey),
    Failed(OpenError),
}

impl Opener {
    /// `update` then expects the payload: what follows the header.
    pub fn new(file_key: FileKey) -> Self {
        Self { stage: Stage::Nonce(file_key), held: Vec::with_capacity(SEALED_CHUNK_LEN), next_chunk: 0 }
    }

    /// Takes more of the payload, in pieces of any size, and appends the plaintext of whole chunks to `out`.
    ///
    /// # Errors
    /// Whatever is in `out` is authentic, also after an error; every later call fails the same way.
    pub fn update(&mut self, mut payload: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        match &self.stage {
            Stage::Failed(error) => return Err(*error),
            Stage::Chunks(_) => {}
            Stage::Nonce(file_key) => {
                let (taken, rest) = payload.split_at(payload.len().min(NONCE_LEN - self.held.len()));
                self.held.extend_from_slice(taken);
                payload = rest;
                let Ok(nonce) = self.held.as_slice().try_into() else { return Ok(()) };
                self.stage = Stage::Chunks(file_key.payload_key(nonce));
                self.held.clear();
            }
        }
        out.reserve(payload.len());
        while !payload.is_empty() {
            if self.held.len() == SEALED_CHUNK_LEN {
                let held = std::mem::take(&mut self.held);
                self.open_followed(&held, out)?;
                self.held = held;
                self.held.clear();
            } else if self.held.is_empty() && payload.len() > SEALED_CHUNK_LEN {
                let (chunk, rest) = payload.split_at(SEALED_CHUNK_LEN);
                self.open_followed(chunk, out)?;
                payload = rest;
            } else {
                let (taken, rest) = payload.split_at(payload.len().min(SEALED_CHUNK_LEN - self.held.len()));
                self.held.extend_from_slice(taken);
                payload = rest;
            }
        }
        Ok(())
    }

    /// Opens the last chunk. Only when this succeeds was the file whole.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), OpenError> {
        let key = match &self.stage {
            Stage::Nonce(_) => return Err(OpenError::Malformed("the payload is shorter than its nonce")),
            Stage::Failed(error) => return Err(*error),
            Stage::Chunks(key) => key,
        };
        let chunk = std::mem::take(&mut self.held);
        if chunk.len() < TAG_LEN {
            return Err(OpenError::Truncated);
        }
        if open_chunk(key, self.next_chunk, Place::Last, &chunk, out) {
            return if chunk.len() == TAG_LEN && self.next_chunk > 0 {
                Err(OpenError::Malformed("the last chunk is empty although the file is not"))
            } else {
                Ok(())
            };
        }
        // A whole chunk that is authentic but not the last: the rest is missing, rather than anything altered.
        if chunk.len() == SEALED_CHUNK_LEN && open_chunk(key, self.next_chunk, Place::Middle, &chunk, out) {
            return Err(OpenError::Truncated);
        }
        Err(OpenError::Altered)
    }

    /// Opens a whole chunk after which more bytes come, so it must not be the last.
    fn open_followed(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        let key = match &self.stage {
            Stage::Chunks(key) => key,
            Stage::Failed(error) => return Err(*error),
            Stage::Nonce(_) => return Err(OpenError::Malformed("a chunk before the nonce")),
        };
        if open_chunk(key, self.next_chunk, Place::Middle, chunk, out) {
            self.next_chunk = self.next_chunk.checked_add(1).expect("2^64 chunks are more bytes than any file has");
            return Ok(());
        }
        // An authentic end with something behind it is told from an altered chunk, and is part of what was sealed.
        let error = if open_chunk(key, self.next_chunk, Place::Last, chunk, out) {
            OpenError::Malformed("there are bytes after the last chunk")
        } else {
            OpenError::Altered
        };
        self.stage = Stage::Failed(error);
        Err(error)
    }
}

/// Appends the chunk's plaintext to `out`, or leaves `out` alone. `chunk` is at least a tag long.
pub(crate) fn open_chunk(key: &AeadKey, number: u64, place: Place, chunk: &[u8], out: &mut Vec<u8>) -> bool {
    debug_assert!(chunk.len() <= CHUNK_LEN + TAG_LEN);
    let (sealed, tag) = chunk.split_last_chunk().expect("callers hand in at least a tag");
    let start = out.len();
    out.resize(start + sealed.len(), 0);
    let opened = key.open(chunk_nonce(number, place), sealed, *tag, &mut out[start..]);
    if !opened {
        out.truncate(start);
    }
    opened
}

/// Opens a small file that is in memory as a whole, such as one staged segment. All or nothing.
pub fn open_whole(identity: &Identity, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let ParsedHeader { header, header_len } = Header::parse(file)?.ok_or(OpenError::Truncated)?;
    // Room for all of it at once, so that no growth leaves plaintext behind in freed memory.
    let mut plaintext = Zeroizing::new(Vec::with_capacity(file.len()));
    let mut opener = Opener::new(header.open(identity)?);
    opener.update(&file[header_len..], &mut plaintext)?;
    opener.finish(&mut plaintext)?;
    Ok(plaintext)
}
