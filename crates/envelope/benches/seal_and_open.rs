//! Sealing and opening next to the bare primitive over the same chunks, so that the price of the format shows.
//!
//! Units: CPU time of the thread, because the machines this runs on are shared; the goal is at most 1.1 times the bare
//! loop. The ratios at the end come from interleaved rounds and hold when the figures before them are noisy.

#[path = "seal_and_open/cpu_time.rs"]
mod cpu_time;

use std::hint::black_box;

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit, Tag};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use envelope::{
    CHUNK_LEN, FileKey, Header, Identity, Keyring, NONCE_LEN, Opener, RangeOpener, SEALED_CHUNK_LEN, Sealer, SeekPlan,
    open_whole, seal_whole,
};

use crate::cpu_time::{CpuTime, ratio, timed};

const CHUNKS: usize = 64;
const FILE_LEN: usize = CHUNKS * CHUNK_LEN;
/// What one read from a socket or an object store brings, about.
const PIECE_LEN: usize = 256 * 1024;
/// Never in step with the chunks, so every byte is copied once more.
const ODD_PIECE_LEN: usize = 10_007;

fn fixed(bytes: &mut [u8]) {
    bytes.fill(0x5a);
}

fn nonce(number: usize) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&(number as u64).to_le_bytes());
    nonce
}

/// As many chunks of a file of the same length, and nothing else.
struct Bare {
    cipher: ChaCha20Poly1305,
    /// Plaintext has just arrived from somewhere, so it is in the cache: both sides seal one piece over and over.
    piece: Vec<u8>,
    sealed: Vec<u8>,
    tags: Vec<Tag>,
    opened: Vec<u8>,
}

impl Bare {
    fn new() -> Self {
        let mut bare = Self {
            cipher: ChaCha20Poly1305::new(&[2; 32].into()),
            piece: vec![1; PIECE_LEN],
            sealed: vec![1; FILE_LEN],
            tags: Vec::with_capacity(CHUNKS),
            opened: vec![0; CHUNK_LEN],
        };
        for (number, chunk) in bare.sealed.chunks_mut(CHUNK_LEN).enumerate() {
            bare.tags.push(seal_chunk(&bare.cipher, number, chunk));
        }
        bare
    }

    /// Where it lies: nothing is copied.
    fn seal(&mut self) {
        for number in 0..CHUNKS {
            let start = number * CHUNK_LEN % PIECE_LEN;
            black_box(seal_chunk(&self.cipher, number, &mut self.piece[start..start + CHUNK_LEN]));
        }
    }

    /// Opening uses its input up, so each chunk is copied first.
    fn open(&mut self) {
        for (number, (chunk, tag)) in self.sealed.chunks(CHUNK_LEN).zip(&self.tags).enumerate() {
            self.opened.copy_from_slice(chunk);
            self.cipher
                .decrypt_inout_detached(&nonce(number).into(), &[], self.opened.as_mut_slice().into(), tag)
                .expect("nothing was altered");
            black_box(&self.opened);
        }
    }
}

fn seal_chunk(cipher: &ChaCha20Poly1305, number: usize, chunk: &mut [u8]) -> Tag {
    cipher.encrypt_inout_detached(&nonce(number).into(), &[], chunk.into()).expect("the chunk is short")
}

struct Ours {
    identity: Identity,
    piece: Vec<u8>,
    file: Vec<u8>,
    header_len: usize,
    ranges: RangeOpener,
    out: Vec<u8>,
}

impl Ours {
    fn new() -> Self {
        let identity = Identity::from_bytes([1; 32]);
        let file = seal_whole(&[identity.recipient()], &vec![1; FILE_LEN], &mut fixed).expect("there is a recipient");
        let parsed = Header::parse(&file).expect("we wrote it").expect("it is whole");
        let file_key = parsed.header.open(&identity).expect("it is for this identity");
        let plan = SeekPlan::new(parsed.header_len as u64, file.len() as u64).expect("the length is right");
        let nonce = file[parsed.header_len..].first_chunk::<NONCE_LEN>().expect("the nonce comes first");
        let ranges = plan
            .authenticate_last(&file_key, nonce, &file[file.len() - SEALED_CHUNK_LEN..])
            .expect("nothing was altered");
        let out = Vec::with_capacity(PIECE_LEN + 2 * SEALED_CHUNK_LEN);
        Self { identity, piece: vec![1; PIECE_LEN], header_len: parsed.header_len, file, ranges, out }
    }

    fn sealer(&self) -> Sealer {
        Sealer::new(&[self.identity.recipient()], &mut fixed).expect("there is a recipient").0
    }

    fn seal(&mut self, mut sealer: Sealer, piece_len: usize) {
        for start in (0..FILE_LEN).step_by(piece_len) {
            sealer.update(&self.piece[..piece_len.min(FILE_LEN - start)], &mut self.out);
            black_box(&self.out);
            self.out.clear();
        }
        sealer.finish(&mut self.out);
        self.out.clear();
    }

    fn file_key(&self) -> FileKey {
        let parsed = Header::parse(&self.file).expect("we wrote it").expect("it is whole");
        parsed.header.open(&self.identity).expect("it is for this identity")
    }

    fn open(&mut self, file_key: FileKey, piece_len: usize) {
        let mut opener = Opener::new(file_key);
        for piece in self.file[self.header_len..].chunks(piece_len) {
            opener.update(piece, &mut self.out).expect("nothing was altered");
            black_box(&self.out);
            self.out.clear();
        }
        opener.finish(&mut self.out).expect("nothing is missing");
        self.out.clear();
    }

    fn open_range(&mut self) {
        let mut reader = self.ranges.read(0..FILE_LEN as u64).expect("the range is inside");
        for piece in self.file[self.header_len + NONCE_LEN..].chunks(PIECE_LEN) {
            reader.update(piece, &mut self.out).expect("nothing was altered");
            black_box(&self.out);
            self.out.clear();
        }
        reader.finish().expect("nothing is missing");
    }
}

fn streams(criterion: &mut Criterion<CpuTime>) {
    let (mut bare, mut ours) = (Bare::new(), Ours::new());
    let mut group = criterion.benchmark_group("4 MiB");
    group.throughput(Throughput::Bytes(FILE_LEN as u64));
    group.bench_function("seal, bare primitive", |bencher| bencher.iter(|| bare.seal()));
    group.bench_function("seal, Sealer", |bencher| bencher.iter(|| ours.seal(ours.sealer(), PIECE_LEN)));
    group.bench_function("seal, Sealer, odd pieces", |bencher| {
        bencher.iter(|| ours.seal(ours.sealer(), ODD_PIECE_LEN));
    });
    group.bench_function("open, bare primitive", |bencher| bencher.iter(|| bare.open()));
    group.bench_function("open, Opener", |bencher| bencher.iter(|| ours.open(ours.file_key(), PIECE_LEN)));
    group.bench_function("open, Opener, odd pieces", |bencher| {
        bencher.iter(|| ours.open(ours.file_key(), ODD_PIECE_LEN));
    });
    group.bench_function("open, RangeReader", |bencher| bencher.iter(|| ours.open_range()));
    group.finish();
}

/// What one staged segment, key object or cell costs besides its bytes.
fn small(criterion: &mut Criterion<CpuTime>) {
    let identity = Identity::from_bytes([1; 32]);
    let recipients = [identity.recipient()];
    let file = seal_whole(&recipients, &[1; 100], &mut fixed).expect("there is a recipient");
    let keyring = Keyring::new(Identity::from_bytes([1; 32]), vec![]);
    let cell = keyring.seal_cell("table/row/column", &[1; 100], &mut fixed).expect("the place is well formed");
    let mut group = criterion.benchmark_group("100 bytes");
    group.bench_function("seal a file", |bencher| bencher.iter(|| seal_whole(&recipients, &[1; 100], &mut fixed)));
    group.bench_function("open a file", |bencher| bencher.iter(|| open_whole(&identity, &file)));
    group.bench_function("seal a cell", |bencher| {
        bencher.iter(|| keyring.seal_cell("table/row/column", &[1; 100], &mut fixed));
    });
    group.bench_function("open a cell", |bencher| bencher.iter(|| keyring.open_cell("table/row/column", &cell)));
    group.finish();
}

fn ratios(_: &mut Criterion<CpuTime>) {
    let (mut bare, mut ours) = (Bare::new(), Ours::new());
    // The header is made outside: a file of any length pays it once, and the small benches show it.
    for (pieces, piece_len) in [("", PIECE_LEN), (", odd pieces", ODD_PIECE_LEN)] {
        let sealed = ratio(
            || {
                let sealer = ours.sealer();
                timed(|| ours.seal(sealer, piece_len))
            },
            || bare.seal(),
        );
        let opened = ratio(
            || {
                let file_key = ours.file_key();
                timed(|| ours.open(file_key, piece_len))
            },
            || bare.open(),
        );
        eprintln!("Sealer{pieces}: {sealed:.3} times the bare primitive; Opener{pieces}: {opened:.3} times");
    }
    let ranged = ratio(|| timed(|| ours.open_range()), || bare.open());
    eprintln!("RangeReader: {ranged:.3} times the bare primitive");
}

criterion_group! { name = benches; config = Criterion::default().with_measurement(CpuTime); targets = streams, small, ratios }
criterion_main!(benches);
