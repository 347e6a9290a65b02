//! A record of every (key, nonce) pair this process sealed under, to prove that none repeats. Tests only.
//!
//! Separate and behind the feature `nonce-ledger`, because round trips cannot see a repeated nonce: everything still
//! opens. Without the feature none of this is compiled.
//!
//! Format: a file of 40-byte records, each 16 bytes of SHA-256 over the key and the nonce padded with zeros to 24.
//! Invariants: a record is in the file before its AEAD call runs, written by one `write` to a file opened for append,
//! so it survives `kill -9` of this process and several processes may share the file.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use sha2::{Digest, Sha256};

/// Stands for a key without being one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyFingerprint([u8; 16]);

/// One sealing call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record {
    key: KeyFingerprint,
    nonce: [u8; 24],
}

const RECORD_LEN: usize = 40;

static FILE: Mutex<Option<File>> = Mutex::new(None);
thread_local! {
    static MEMORY: RefCell<Option<Vec<Record>>> = const { RefCell::new(None) };
}

/// From now on, every sealing call of this process appends to `path`. A record torn by a crash is cut off first: its
/// AEAD call never ran.
pub fn record_to(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().append(true).create(true).open(path)?;
    let length = file.metadata()?.len();
    if length % RECORD_LEN as u64 != 0 {
        file.set_len(length - length % RECORD_LEN as u64)?;
    }
    *FILE.lock().expect("no holder of this lock panics") = Some(file);
    Ok(())
}

/// Runs `work` and returns what this thread sealed meanwhile.
pub fn recorded(work: impl FnOnce()) -> Vec<Record> {
    let outer = MEMORY.replace(Some(Vec::new()));
    work();
    MEMORY.replace(outer).unwrap_or_default()
}

/// The records of a ledger file. A torn last record is left out.
pub fn read(path: &Path) -> io::Result<Vec<Record>> {
    let bytes = std::fs::read(path)?;
    let record = |bytes: &[u8; RECORD_LEN]| {
        let (key, nonce) = bytes.split_at(16);
        Record {
            key: KeyFingerprint(key.try_into().expect("16 bytes were split off")),
            nonce: nonce.try_into().expect("24 bytes remain"),
        }
    };
    Ok(bytes.as_chunks().0.iter().map(record).collect())
}

/// The pairs that occur more than once, each with how often. Empty is the only good answer, equal plaintext or not.
pub fn repeated_pairs(records: &[Record]) -> Vec<(Record, usize)> {
    let mut seen: HashMap<Record, usize> = HashMap::with_capacity(records.len());
    for record in records {
        *seen.entry(*record).or_default() += 1;
    }
    seen.retain(|_, times| *times > 1);
    seen.into_iter().collect()
}

pub(crate) fn fingerprint(key: &[u8; 32]) -> KeyFingerprint {
    let digest = Sha256::new().chain_update(b"casegate/nonce-ledger/v1").chain_update(key).finalize();
    KeyFingerprint(*digest.first_chunk().expect("a digest is longer than a fingerprint"))
}

pub(crate) fn append(key: KeyFingerprint, nonce: &[u8]) {
    let mut padded = [0; 24];
    padded[..nonce.len()].copy_from_slice(nonce);
    let record = Record { key, nonce: padded };
    MEMORY.with_borrow_mut(|records| {
        if let Some(records) = records {
            records.push(record);
        }
    });
    // A failed write leaves the lock usable: the panic below is outside it.
    let written = FILE.lock().expect("no holder of this lock panics").as_mut().map_or(Ok(()), |file| {
        let mut bytes = [0; RECORD_LEN];
        bytes[..16].copy_from_slice(&key.0);
        bytes[16..].copy_from_slice(&padded);
        file.write_all(&bytes)
    });
    written.expect("the ledger takes every record: with one missing it would prove nothing");
}
