//! Opening any range of a stored file: which ciphertext to fetch, and the proof that comes first.
//!
//! Separate from streaming because here the length is known: it is held against the header, and the last chunk must
//! authenticate before one plaintext byte leaves. So a truncated, extended or swapped object is refused at once.
//!
//! Format: c2sp.org/age, "Payload".
//! Invariants: a [`RangeOpener`] exists only after the last chunk authenticated at the length the plan was made for.
//! Units: bytes; offsets into the object are called ciphertext, offsets into the file plaintext.

use std::ops::Range;
use std::sync::Arc;

use crate::OpenError;
use crate::aead::{AeadKey, TAG_LEN};
use crate::file_key::FileKey;
use crate::open::open_chunk;
use crate::payload::{CHUNK_LEN, NONCE_LEN, Place, SEALED_CHUNK_LEN};

/// Where everything lies in a sealed file, from two lengths alone. Step one: fetch what it names.
///
/// ```
/// # use envelope::{Header, Identity, OpenError, SeekPlan};
/// /// Opens a range of an object whose length and header MAC were compared with the database.
/// fn open_range(
///     identity: &Identity,
///     object: &[u8], // stands for an object store: only the named ranges are read
///     range: std::ops::Range<u64>,
/// ) -> Result<Vec<u8>, OpenError> {
///     let fetch = |range: std::ops::Range<u64>| &object[range.start as usize..range.end as usize];
///     let parsed = Header::parse(object)?.ok_or(OpenError::Truncated)?;
///     let file_key = parsed.header.open(identity)?;
///
///     let plan = SeekPlan::new(parsed.header_len as u64, object.len() as u64)?;
///     let nonce = fetch(plan.nonce_range()).try_into().expect("the range is 16 bytes long");
///     let opener = plan.authenticate_last(&file_key, nonce, fetch(plan.last_chunk_range()))?;
///
///     let mut reader = opener.read(range)?;
///     let mut plaintext = Vec::new();
///     for piece in fetch(reader.ciphertext_range()).chunks(8192) {
///         reader.update(piece, &mut plaintext)?;
///     }
///     reader.finish()?;
///     Ok(plaintext)
/// }
/// # let identity = Identity::from_bytes([1; 32]);
/// # let fill = &mut |bytes: &mut [u8]| bytes.fill(0x5a);
/// # let object = envelope::seal_whole(&[identity.recipient()], &[7; 200_000], fill).unwrap();
/// # assert_eq!(open_range(&identity, &object, 65_000..150_000), Ok(vec![7; 85_000]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeekPlan {
    header_len: u64,
    ciphertext_len: u64,
    plaintext_len: u64,
    chunks: u64,
}

impl SeekPlan {
    /// `ciphertext_len` is the length of the whole object, which the caller has compared with the database.
    ///
    /// # Errors
    /// `Truncated` or `Malformed` for a length that no file under this header can have.
    pub fn new(header_len: u64, ciphertext_len: u64) -> Result<Self, OpenError> {
        let body = header_len
            .checked_add(NONCE_LEN as u64)
            .and_then(|start| ciphertext_len.checked_sub(start))
            .ok_or(OpenError::Truncated)?;
        let chunks = body.div_ceil(SEALED_CHUNK_LEN as u64);
        let last = body.checked_sub(chunks.saturating_sub(1) * SEALED_CHUNK_LEN as u64);
        match last {
            Some(last) if last >= TAG_LEN as u64 => {
                if last == TAG_LEN as u64 && chunks > 1 {
                    return Err(OpenError::Malformed("the last chunk is empty although the file is not"));
                }
            }
            _ => return Err(OpenError::Truncated),
        }
        Ok(Self { header_len, ciphertext_len, plaintext_len: body - chunks * TAG_LEN as u64, chunks })
    }

    /// Length of the file once opened.
    pub fn plaintext_len(&self) -> u64 {
        self.plaintext_len
    }

    /// Where the 16 bytes of payload nonce lie in the object.
    pub fn nonce_range(&self) -> Range<u64> {
        self.header_len..self.payload_start()
    }

    /// Where the last chunk lies in the object.
    pub fn last_chunk_range(&self) -> Range<u64> {
        self.chunk_range(self.chunks - 1)
    }

    /// Step two: proves that the file ends where this plan says. Everything else is opened through the result.
    pub fn authenticate_last(
        self,
        file_key: &FileKey,
        nonce: &[u8; NONCE_LEN],
        last_chunk: &[u8],
    ) -> Result<RangeOpener, OpenError> {
        let opener = RangeOpener { key: Arc::new(file_key.payload_key(nonce)), plan: self };
        let mut discarded = zeroize::Zeroizing::new(Vec::with_capacity(SEALED_CHUNK_LEN));
        opener.open_chunk(self.chunks - 1, last_chunk, &mut discarded)?;
        Ok(opener)
    }

    fn payload_start(&self) -> u64 {
        self.header_len + NONCE_LEN as u64
    }

    fn chunk_range(&self, number: u64) -> Range<u64> {
        let start = self.payload_start() + number * SEALED_CHUNK_LEN as u64;
        start..self.ciphertext_len.min(start.saturating_add(SEALED_CHUNK_LEN as u64))
    }

    fn place(&self, number: u64) -> Place {
        if number + 1 == self.chunks { Place::Last } else { Place::Middle }
    }
}

/// Opens ranges of one file whose end is proven. Serves any number of requests, also at once.
#[derive(Clone)]
pub struct RangeOpener {
    key: Arc<AeadKey>,
    plan: SeekPlan,
}

impl RangeOpener {
    /// Length of the file once opened.
    pub fn plaintext_len(&self) -> u64 {
        self.plan.plaintext_len
    }

    /// Step three: reads `range` of the plaintext. Fetch [`RangeReader::ciphertext_range`] and feed it in.
    pub fn read(&self, range: Range<u64>) -> Result<RangeReader, OpenError> {
        if range.start > range.end || range.end > self.plan.plaintext_len {
            return Err(OpenError::OutOfRange);
        }
        let chunks =
            if range.is_empty() { 0..0 } else { range.start / CHUNK_LEN as u64..range.end.div_ceil(CHUNK_LEN as u64) };
        Ok(RangeReader { opener: self.clone(), range, chunks, held: Vec::new(), failed: None })
    }

    /// Which ciphertext holds `range` of the plaintext; empty for an empty range.
    pub fn chunks_for(&self, range: Range<u64>) -> Result<Range<u64>, OpenError> {
        Ok(self.read(range)?.ciphertext_range())
    }

    /// Opens chunk `number` (its plaintext starts at `number` × 64 KiB) and appends it to `out`. Whether it must be the
    /// last one, and how long it must be, the plan knows.
    pub fn open_chunk(&self, number: u64, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        if number >= self.plan.chunks {
            return Err(OpenError::OutOfRange);
        }
        let expected = self.plan.chunk_range(number);
        if chunk.len() as u64 != expected.end - expected.start {
            return Err(OpenError::Truncated);
        }
        if open_chunk(&self.key, number, self.plan.place(number), chunk, out) {
            Ok(())
        } else {
            Err(OpenError::Altered)
        }
    }
}

/// Opens one range as its ciphertext arrives. Holds at most one sealed chunk.
pub struct RangeReader {
    opener: RangeOpener,
    /// Plaintext wanted.
    range: Range<u64>,
    /// Chunks still to come.
    chunks: Range<u64>,
    /// The part of the next chunk that has arrived.
    held: Vec<u8>,
    failed: Option<OpenError>,
}

impl RangeReader {
    /// What to fetch and hand to `update`, before the first call of it.
    pub fn ciphertext_range(&self) -> Range<u64> {
        if self.chunks.is_empty() {
            let start = self.opener.plan.payload_start();
            return start..start;
        }
        self.opener.plan.chunk_range(self.chunks.start).start..self.opener.plan.chunk_range(self.chunks.end - 1).end
    }

    /// Takes more of the ciphertext, in pieces of any size, and appends plaintext of the range, and only of it, to `out`.
    ///
    /// # Errors
    /// Whatever is in `out` is authentic, also after an error; abort the transfer then. Every later call fails too.
    pub fn update(&mut self, ciphertext: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let opened = self.open_all(ciphertext, out);
        self.failed = opened.err();
        opened
    }

    /// Only when this succeeds was all of the range released.
    pub fn finish(self) -> Result<(), OpenError> {
        match self.failed {
            Some(error) => Err(error),
            None if self.chunks.is_empty() => Ok(()),
            None => Err(OpenError::Truncated),
        }
    }

    fn open_all(&mut self, mut ciphertext: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        out.reserve(ciphertext.len());
        while !ciphertext.is_empty() {
            if self.chunks.is_empty() {
                return Err(OpenError::Malformed("more ciphertext than the range has"));
            }
            let place = self.opener.plan.chunk_range(self.chunks.start);
            let chunk_len = usize::try_from(place.end - place.start).expect("a chunk is about 64 KiB");
            if self.held.is_empty() && ciphertext.len() >= chunk_len {
                let (chunk, rest) = ciphertext.split_at(chunk_len);
                self.open_next(chunk, out)?;
                ciphertext = rest;
                continue;
            }
            let (taken, rest) = ciphertext.split_at(ciphertext.len().min(chunk_len - self.held.len()));
            self.held.extend_from_slice(taken);
            ciphertext = rest;
            if self.held.len() == chunk_len {
                let held = std::mem::take(&mut self.held);
                self.open_next(&held, out)?;
                self.held = held;
                self.held.clear();
            }
        }
        Ok(())
    }

    fn open_next(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        let number = self.chunks.start;
        let start = out.len();
        self.opener.open_chunk(number, chunk, out)?;
        self.chunks.start += 1;
        let chunk_start = number * CHUNK_LEN as u64;
        let opened = out.len() - start;
        let within = |offset: u64| {
            usize::try_from(offset.saturating_sub(chunk_start)).map_or(opened, |offset| offset.min(opened))
        };
        out.truncate(start + within(self.range.end));
        out.drain(start..start + within(self.range.start));
        Ok(())
    }
}
