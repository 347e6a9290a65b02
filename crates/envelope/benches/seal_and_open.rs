//! Sealing and opening next to the bare primitive over the same chunks, so that the price of the format shows.
//!
//! Units: bytes a second; the goal is at most 1.1 times the bare loop.

use std::hint::black_box;

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use envelope::{
    CHUNK_LEN, Header, Identity, Keyring, NONCE_LEN, Opener, SEALED_CHUNK_LEN, Sealer, SeekPlan, open_whole, seal_whole,
};

const FILE_LEN: usize = 64 * CHUNK_LEN;
/// What one read from a socket or an object store brings, about.
const PIECE_LEN: usize = 256 * 1024;

fn fixed(bytes: &mut [u8]) {
    bytes.fill(0x5a);
}

fn nonce(number: usize) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&(number as u64).to_le_bytes());
    nonce
}

fn sealing(criterion: &mut Criterion) {
    let plaintext = vec![1; FILE_LEN];
    let recipient = Identity::from_bytes([1; 32]).recipient();
    let mut group = criterion.benchmark_group("seal");
    group.throughput(Throughput::Bytes(FILE_LEN as u64));

    group.bench_function("bare primitive", |bencher| {
        let cipher = ChaCha20Poly1305::new(&[2; 32].into());
        let mut chunk = vec![1; CHUNK_LEN];
        bencher.iter(|| {
            for number in 0..FILE_LEN / CHUNK_LEN {
                let tag = cipher.encrypt_inout_detached(&nonce(number).into(), &[], chunk.as_mut_slice().into());
                black_box(tag.expect("the chunk is short"));
            }
        });
    });
    for (name, piece_len) in [("Sealer", PIECE_LEN), ("Sealer, odd pieces", 10_007)] {
        group.bench_function(name, |bencher| {
            let mut out = Vec::with_capacity(PIECE_LEN + 2 * SEALED_CHUNK_LEN);
            bencher.iter_batched(
                || Sealer::new(std::slice::from_ref(&recipient), &mut fixed).expect("there is a recipient").0,
                |mut sealer| {
                    for piece in plaintext.chunks(piece_len) {
                        sealer.update(piece, &mut out);
                        black_box(&out);
                        out.clear();
                    }
                    sealer.finish(&mut out);
                    out.clear();
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn opening(criterion: &mut Criterion) {
    let identity = Identity::from_bytes([1; 32]);
    let file = seal_whole(&[identity.recipient()], &vec![1; FILE_LEN], &mut fixed).expect("there is a recipient");
    let parsed = Header::parse(&file).expect("we wrote it").expect("it is whole");
    let file_key = parsed.header.open(&identity).expect("it is for this identity");
    let payload = &file[parsed.header_len..];
    let mut group = criterion.benchmark_group("open");
    group.throughput(Throughput::Bytes(FILE_LEN as u64));

    group.bench_function("bare primitive", |bencher| {
        let cipher = ChaCha20Poly1305::new(&[2; 32].into());
        let sealed: Vec<_> = (0..FILE_LEN / CHUNK_LEN)
            .map(|number| {
                let mut chunk = vec![1; CHUNK_LEN];
                let tag = cipher
                    .encrypt_inout_detached(&nonce(number).into(), &[], chunk.as_mut_slice().into())
                    .expect("the chunk is short");
                (chunk, tag)
            })
            .collect();
        let mut chunk = vec![0; CHUNK_LEN];
        bencher.iter(|| {
            for (number, (sealed, tag)) in sealed.iter().enumerate() {
                chunk.copy_from_slice(sealed);
                cipher
                    .decrypt_inout_detached(&nonce(number).into(), &[], chunk.as_mut_slice().into(), tag)
                    .expect("nothing was altered");
                black_box(&chunk);
            }
        });
    });
    for (name, piece_len) in [("Opener", PIECE_LEN), ("Opener, odd pieces", 10_007)] {
        group.bench_function(name, |bencher| {
            let mut out = Vec::with_capacity(PIECE_LEN + 2 * SEALED_CHUNK_LEN);
            bencher.iter_batched(
                || Opener::new(parsed.header.open(&identity).expect("it is for this identity")),
                |mut opener| {
                    for piece in payload.chunks(piece_len) {
                        opener.update(piece, &mut out).expect("nothing was altered");
                        black_box(&out);
                        out.clear();
                    }
                    opener.finish(&mut out).expect("nothing is missing");
                    out.clear();
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.bench_function("RangeReader", |bencher| {
        let plan = SeekPlan::new(parsed.header_len as u64, file.len() as u64).expect("the length is right");
        let last = &payload[payload.len() - SEALED_CHUNK_LEN..];
        let nonce = payload.first_chunk::<NONCE_LEN>().expect("it starts with the nonce");
        let opener = plan.authenticate_last(&file_key, nonce, last).expect("nothing was altered");
        let mut out = Vec::with_capacity(PIECE_LEN + 2 * SEALED_CHUNK_LEN);
        bencher.iter(|| {
            let mut reader = opener.read(0..FILE_LEN as u64).expect("the range is inside");
            for piece in payload[NONCE_LEN..].chunks(PIECE_LEN) {
                reader.update(piece, &mut out).expect("nothing was altered");
                black_box(&out);
                out.clear();
            }
            reader.finish().expect("nothing is missing");
        });
    });
    group.finish();
}

/// What one staged segment, key object or cell costs besides its bytes.
fn small(criterion: &mut Criterion) {
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

criterion_group!(benches, sealing, opening, small);
criterion_main!(benches);
