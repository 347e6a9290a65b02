//! Keys, randomness and sealed files for the tests, in domain words. All of it repeatable from a seed.

use envelope::{FileKey, Header, Identity, NONCE_LEN, Recipient, SeekPlan, seal_whole};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// What a caller hands in; each seed is another, endless source.
pub fn randomness(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut source = StdRng::seed_from_u64(seed);
    move |bytes: &mut [u8]| source.fill_bytes(bytes)
}

pub fn an_identity(seed: u8) -> Identity {
    Identity::from_bytes([seed; 32])
}

pub fn some_bytes(seed: u64, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    randomness(seed)(&mut bytes);
    bytes
}

/// One sealed file and everything needed to take it apart.
pub struct SealedFile {
    pub identity: Identity,
    pub plaintext: Vec<u8>,
    pub file: Vec<u8>,
    pub header_len: usize,
    pub file_key: FileKey,
}

pub fn a_sealed_file(seed: u64, plaintext_len: usize) -> SealedFile {
    let identity = an_identity(7);
    let plaintext = some_bytes(seed ^ 0xf11e, plaintext_len);
    let file = seal_to(&[identity.recipient()], &plaintext, seed);
    let parsed = Header::parse(&file).unwrap().unwrap();
    let file_key = parsed.header.open(&identity).unwrap();
    SealedFile { identity, plaintext, file, header_len: parsed.header_len, file_key }
}

pub fn seal_to(recipients: &[Recipient], plaintext: &[u8], seed: u64) -> Vec<u8> {
    seal_whole(recipients, plaintext, &mut randomness(seed)).unwrap()
}

impl SealedFile {
    /// The file key once more, for those that use it up.
    pub fn file_key(&self) -> FileKey {
        Header::parse(&self.file).unwrap().unwrap().header.open(&self.identity).unwrap()
    }

    pub fn payload(&self) -> &[u8] {
        &self.file[self.header_len..]
    }

    pub fn plan(&self) -> SeekPlan {
        SeekPlan::new(self.header_len as u64, self.file.len() as u64).unwrap()
    }

    pub fn range(&self, range: std::ops::Range<u64>) -> &[u8] {
        slice(&self.file, range)
    }

    pub fn nonce(&self) -> [u8; NONCE_LEN] {
        self.range(self.plan().nonce_range()).try_into().unwrap()
    }
}

pub fn slice(bytes: &[u8], range: std::ops::Range<u64>) -> &[u8] {
    &bytes[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]
}
