//! Sealing: plaintext in, one standard age file out, in one pass.
//!
//! Format: c2sp.org/age, "Payload".
//! Invariants: a `Sealer` lives inside one pass of one process. It cannot be cloned, stored, or made to start at a
//! chunk number; a new pass is a new `Sealer` with a new file key and a new nonce. So no (key, nonce) pair repeats,
//! whatever the database, the client or the clock do.

use zeroize::Zeroizing;

use crate::aead::{AeadKey, TAG_LEN};
use crate::file_key::FileKey;
use crate::header::write_header;
use crate::payload::{CHUNK_LEN, NONCE_LEN, Place, SEALED_CHUNK_LEN, chunk_nonce, ciphertext_length};
use crate::{Recipient, SealError, randomness};

/// Seals one file. Holds at most one chunk.
///
/// ```
/// # use envelope::{Recipient, SealError, Sealer};
/// fn seal(
///     recipient: Recipient,
///     pieces: impl Iterator<Item = Vec<u8>>,
///     fill: &mut dyn FnMut(&mut [u8]),
/// ) -> Result<Vec<u8>, SealError> {
///     let (mut sealer, mut file) = Sealer::new(&[recipient], fill)?;
///     for piece in pieces {
///         sealer.update(&piece, &mut file);
///     }
///     sealer.finish(&mut file);
///     Ok(file)
/// }
/// # let identity = envelope::Identity::from_bytes([1; 32]);
/// # let fill = &mut |bytes: &mut [u8]| bytes.fill(0x5a);
/// # let file = seal(identity.recipient(), [vec![1, 2], vec![3]].into_iter(), fill).unwrap();
/// # assert_eq!(*envelope::open_whole(&identity, &file).unwrap(), [1, 2, 3]);
/// ```
///
/// It is not cloneable, not serialisable, and its counter cannot be set:
///
/// ```compile_fail,E0599
/// # fn again(sealer: envelope::Sealer) {
/// let second = sealer.clone();
/// # }
/// ```
/// ```compile_fail,E0277
/// # fn again(sealer: envelope::Sealer) {
/// fn store<T: serde::Serialize>(_: T) {}
/// store(sealer);
/// # }
/// ```
/// ```compile_fail,E0277
/// fn load<T: serde::de::DeserializeOwned>() {}
/// load::<envelope::Sealer>();
/// ```
/// ```compile_fail,E0616
/// # fn again(mut sealer: envelope::Sealer) {
/// sealer.next_chunk = 7;
/// # }
/// ```
/// ```compile_fail,E0382
/// # fn again(sealer: envelope::Sealer, out: &mut Vec<u8>) {
/// sealer.finish(out);
/// sealer.finish(out);
/// # }
/// ```
pub struct Sealer {
    key: AeadKey,
    header_mac: [u8; 32],
    /// Until it is emitted, before the first chunk.
    nonce: Option<[u8; NONCE_LEN]>,
    next_chunk: u64,
    /// The chunk that may be the last: nobody knows before the next byte or `finish`.
    held: Zeroizing<Vec<u8>>,
}

impl Sealer {
    /// Starts a new file. Returns the sealer and the header, which goes first in the file; the payload nonce is
    /// emitted by the first `update` or by `finish`.
    ///
    /// Draws from `fill`, in this order: file key (16 bytes), payload nonce (16), one ephemeral secret (32) a recipient.
    pub fn new(recipients: &[Recipient], fill: &mut dyn FnMut(&mut [u8])) -> Result<(Self, Vec<u8>), SealError> {
        let file_key = FileKey::new(randomness::draw(fill)?);
        let nonce = *randomness::draw::<NONCE_LEN>(fill)?;
        let (header, header_mac) = write_header(&file_key, recipients, fill)?;
        let sealer = Self {
            key: file_key.payload_key(&nonce),
            header_mac,
            nonce: Some(nonce),
            next_chunk: 0,
            held: Zeroizing::new(Vec::with_capacity(CHUNK_LEN)),
        };
        Ok((sealer, header))
    }

    /// What the database keeps to recognise this file by.
    pub fn header_mac(&self) -> [u8; 32] {
        self.header_mac
    }

    /// Takes more plaintext, in pieces of any size, and appends the chunks it completes to `out`.
    pub fn update(&mut self, mut plaintext: &[u8], out: &mut Vec<u8>) {
        out.reserve(NONCE_LEN + plaintext.len() + (plaintext.len() / CHUNK_LEN + 1) * TAG_LEN);
        self.emit_nonce(out);
        while !plaintext.is_empty() {
            if self.held.len() == CHUNK_LEN {
                self.seal_held(Place::Middle, out);
            } else if self.held.is_empty() && plaintext.len() > CHUNK_LEN {
                let (chunk, rest) = plaintext.split_at(CHUNK_LEN);
                seal_chunk(&self.key, &mut self.next_chunk, Place::Middle, chunk, out);
                plaintext = rest;
            } else {
                let (taken, rest) = plaintext.split_at(plaintext.len().min(CHUNK_LEN - self.held.len()));
                self.held.extend_from_slice(taken);
                plaintext = rest;
            }
        }
    }

    /// Appends the last chunk. Without it the file does not open.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        out.reserve(NONCE_LEN + SEALED_CHUNK_LEN);
        self.emit_nonce(out);
        self.seal_held(Place::Last, out);
    }

    fn emit_nonce(&mut self, out: &mut Vec<u8>) {
        if let Some(nonce) = self.nonce.take() {
            out.extend_from_slice(&nonce);
        }
    }

    fn seal_held(&mut self, place: Place, out: &mut Vec<u8>) {
        seal_chunk(&self.key, &mut self.next_chunk, place, &self.held, out);
        self.held.clear();
    }
}

fn seal_chunk(key: &AeadKey, next_chunk: &mut u64, place: Place, chunk: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + chunk.len(), 0);
    let tag = key.seal(chunk_nonce(*next_chunk, place), chunk, &mut out[start..]);
    out.extend_from_slice(&tag);
    *next_chunk = next_chunk.checked_add(1).expect("2^64 chunks are more bytes than any file has");
}

/// Seals a small file that is in memory as a whole, such as one staged segment.
pub fn seal_whole(
    recipients: &[Recipient],
    plaintext: &[u8],
    fill: &mut dyn FnMut(&mut [u8]),
) -> Result<Vec<u8>, SealError> {
    let (mut sealer, mut file) = Sealer::new(recipients, fill)?;
    let length = ciphertext_length(file.len() as u64, plaintext.len() as u64);
    file.reserve_exact(usize::try_from(length).unwrap_or(usize::MAX) - file.len());
    sealer.update(plaintext, &mut file);
    sealer.finish(&mut file);
    Ok(file)
}
