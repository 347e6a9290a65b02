//! What a person who can write to the bucket, but not to the database, achieves: nothing leaves.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use envelope::{Identity, Keyring, Recipient};
use object_store::memory::InMemory;
use object_store::{ObjectStoreExt as _, PutPayload};
use proptest::prelude::*;
use secure_files::SecureFileId;

use super::*;

const CHUNK: usize = 65_536;
const SEALED_CHUNK: usize = CHUNK + 16;
/// Five chunks, the last one short.
const SIZE: usize = 4 * CHUNK + 1_234;

struct Bucket {
    vault: Vault,
    objects: Arc<InMemory>,
}

/// A file as its row describes it.
struct Sealed {
    row: StoredFile,
    identity: Identity,
    recipient: Recipient,
    key_object: ObjectName,
    bytes: Vec<u8>,
    object: Vec<u8>,
}

impl Bucket {
    fn new(seed: u64) -> Self {
        let objects = Arc::new(InMemory::new());
        let keyring = Arc::new(Keyring::new(Identity::from_bytes([9; 32]), Vec::new()));
        let at = ObjectsAt { objects: objects.clone(), folder: None };
        Self { vault: Vault::new(at, keyring, Vec::new(), Randomness::seeded(seed)), objects }
    }

    async fn seal(&self, bytes: &[u8]) -> Sealed {
        let id = SecureFileId::from_random(self.vault.randomness.bytes());
        let mut seal = self.vault.begin_file(id, bytes.len() as u64).await.unwrap();
        seal.update(bytes).await.unwrap();
        let done = self.vault.finish_file(seal).await.unwrap();
        let row = StoredFile {
            name: ObjectName::file(id),
            ciphertext_bytes: done.ciphertext_bytes,
            header_bytes: done.header_bytes,
            header_mac: done.header_mac,
            size_bytes: done.size_bytes,
        };
        Sealed {
            object: self.read(&row.name).await,
            row,
            identity: Identity::parse(&done.identity.identity().to_text()).unwrap(),
            recipient: done.identity.recipient(),
            key_object: ObjectName::key(id, 1),
            bytes: bytes.to_vec(),
        }
    }

    async fn read(&self, name: &ObjectName) -> Vec<u8> {
        self.objects.get(&name.path()).await.unwrap().bytes().await.unwrap().to_vec()
    }

    async fn put(&self, name: &ObjectName, bytes: &[u8]) {
        self.objects.put(&name.path(), PutPayload::from(bytes.to_vec())).await.unwrap();
    }

    /// Puts `object` in the file's place; answers whether the vault refused before the first plaintext byte.
    async fn refuses(&self, file: &Sealed, object: &[u8]) -> bool {
        self.put(&file.row.name, object).await;
        match self.vault.open_file(&file.row, &file.identity).await {
            Ok(_) => false,
            Err(VaultError::NotThatObject(_) | VaultError::Open(_)) => true,
            Err(error) => panic!("refused as if the bucket were away: {error}"),
        }
    }

    /// What leaves of `range`, and whether the transfer ended well. `None`: refused before the first byte.
    async fn release(&self, file: &Sealed, range: Range<u64>) -> Option<(Vec<u8>, bool)> {
        let opened = self.vault.open_file(&file.row, &file.identity).await.ok()?;
        let mut reader = opened.read(range).unwrap();
        let mut released = Vec::new();
        loop {
            match reader.next().await {
                Ok(Some(piece)) => released.extend_from_slice(&piece),
                Ok(None) => return Some((released, true)),
                Err(_) => return Some((released, false)),
            }
        }
    }
}

fn bytes(seed: u64, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    Randomness::seeded(seed).fill(&mut bytes);
    bytes
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

#[test]
fn an_object_sealed_by_somebody_else_is_refused_even_to_the_right_recipient() {
    run(async {
        let bucket = Bucket::new(1);
        let file = bucket.seal(&bytes(1, SIZE)).await;
        let randomness = Randomness::seeded(2);
        for plaintext in [&file.bytes, &bytes(3, SIZE)] {
            let planted =
                envelope::seal_whole(std::slice::from_ref(&file.recipient), plaintext, &mut |out| randomness.fill(out));
            let planted = planted.unwrap();
            assert_eq!(planted.len(), file.object.len(), "only the header MAC can tell");
            assert!(bucket.refuses(&file, &planted).await);
        }
        assert!(!bucket.refuses(&file, &file.object).await, "the real one opens");
    });
}

#[test]
fn objects_that_changed_places_are_refused() {
    run(async {
        let bucket = Bucket::new(4);
        let one = bucket.seal(&bytes(1, SIZE)).await;
        let two = bucket.seal(&bytes(2, SIZE)).await;
        assert!(bucket.refuses(&one, &two.object).await);
        assert!(bucket.refuses(&two, &one.object).await);
    });
}

#[test]
fn an_older_object_under_the_same_name_is_refused() {
    run(async {
        let bucket = Bucket::new(5);
        let older = bucket.seal(&bytes(1, SIZE)).await;
        // The same plaintext, even: what counts is which pass the row names.
        let file = bucket.seal(&older.bytes).await;
        assert!(bucket.refuses(&file, &older.object).await);
        let with_its_identity = Sealed { identity: older.identity, ..file };
        assert!(bucket.refuses(&with_its_identity, &older.object).await);
    });
}

#[test]
fn another_header_before_the_same_payload_is_refused() {
    run(async {
        let bucket = Bucket::new(6);
        let file = bucket.seal(&bytes(1, SIZE)).await;
        let other = bucket.seal(&file.bytes).await;
        let header = usize::try_from(file.row.header_bytes).unwrap();
        let replaced = [&other.object[..header], &file.object[header..]].concat();
        assert!(bucket.refuses(&file, &replaced).await);
        let swapped = [&file.object[..header], &other.object[header..]].concat();
        assert!(bucket.refuses(&file, &swapped).await, "its header before another payload");
    });
}

#[test]
fn any_other_length_is_refused_and_so_is_nothing() {
    run(async {
        let bucket = Bucket::new(7);
        for size in [0, 1, CHUNK, CHUNK + 1, 2 * CHUNK] {
            let file = bucket.seal(&bytes(1, size)).await;
            let length = file.object.len();
            let cuts = [0, 1, length - SEALED_CHUNK.min(length), length - 16, length - 1];
            for cut in cuts {
                assert!(bucket.refuses(&file, &file.object[..cut]).await, "{size} bytes cut to {cut}");
            }
            for more in [1, 16, SEALED_CHUNK] {
                let longer = [&file.object[..], &vec![0; more]].concat();
                assert!(bucket.refuses(&file, &longer).await, "{size} bytes and {more} more");
            }
            bucket.objects.delete(&file.row.name.path()).await.unwrap();
            let gone = bucket.vault.open_file(&file.row, &file.identity).await;
            assert!(matches!(gone, Err(VaultError::NotThatObject(_))));
        }
    });
}

#[test]
fn the_key_object_has_no_say_in_what_the_connector_opens() {
    run(async {
        let bucket = Bucket::new(8);
        let file = bucket.seal(&bytes(1, SIZE)).await;
        let other = bucket.seal(&bytes(2, SIZE)).await;
        let foreign = bucket.read(&other.key_object).await;
        for replacement in [&foreign[..], b"", b"age-encryption.org/v1\n"] {
            bucket.put(&file.key_object, replacement).await;
            assert_eq!(bucket.release(&file, 0..SIZE as u64).await, Some((file.bytes.clone(), true)));
        }
    });
}

#[test]
fn an_altered_segment_gives_not_one_byte() {
    run(async {
        let bucket = Bucket::new(9);
        let staging = Identity::from_bytes([3; 32]);
        let plaintext = bytes(1, 70_000);
        let write = async |plaintext: &[u8]| {
            let mut seal = bucket.vault.begin_segment(&staging.recipient()).unwrap();
            assert!(seal.update(plaintext).is_empty());
            let segment = seal.finish();
            let name = ObjectName::segment(&bucket.vault.randomness);
            let row = (segment.ciphertext_bytes(), segment.header_mac, segment.plaintext_sha256);
            bucket.vault.put_segment(&name, segment).await.unwrap();
            (name, row)
        };
        let (name, (length, mac, digest)) = write(&plaintext).await;
        let (other, _) = write(&plaintext).await;
        let read = async || bucket.vault.read_segment(&name, length, &mac, &digest, &staging).await;
        assert_eq!(**read().await.as_ref().unwrap(), plaintext);
        let object = bucket.read(&name).await;
        let mut wrong = vec![bucket.read(&other).await, object[..object.len() - 1].to_vec(), Vec::new()];
        for at in (0..object.len()).step_by(997) {
            let mut altered = object.clone();
            altered[at] ^= 0x40;
            wrong.push(altered);
        }
        for altered in wrong {
            bucket.put(&name, &altered).await;
            assert!(read().await.is_err());
        }
    });
}

/// One sealed file for all cases; each case has a bucket of its own.
static FILE: LazyLock<(Sealed, Vec<u8>)> = LazyLock::new(|| {
    run(async {
        let bucket = Bucket::new(10);
        let file = bucket.seal(&bytes(1, SIZE)).await;
        let twin = bucket.seal(&file.bytes).await.object;
        (file, twin)
    })
});

#[derive(Clone, Debug)]
enum Mutation {
    Flip {
        at: usize,
        mask: u8,
    },
    Overwrite {
        at: usize,
        with: Vec<u8>,
    },
    SwapChunks {
        one: usize,
        other: usize,
    },
    RepeatChunk {
        from: usize,
        to: usize,
    },
    /// The chunk of the same place in another pass over the same plaintext.
    ForeignChunk {
        number: usize,
    },
    Remove {
        at: usize,
        length: usize,
    },
    Insert {
        at: usize,
        bytes: Vec<u8>,
    },
}

fn mutations() -> impl Strategy<Value = Mutation> {
    let at = || 0..FILE.0.object.len();
    prop_oneof![
        4 => (at(), 1..=255_u8).prop_map(|(at, mask)| Mutation::Flip { at, mask }),
        2 => (at(), prop::collection::vec(any::<u8>(), 1..300)).prop_map(|(at, with)| Mutation::Overwrite { at, with }),
        1 => (0..4_usize, 0..4_usize).prop_map(|(one, other)| Mutation::SwapChunks { one, other }),
        1 => (0..4_usize, 0..4_usize).prop_map(|(from, to)| Mutation::RepeatChunk { from, to }),
        1 => (0..4_usize).prop_map(|number| Mutation::ForeignChunk { number }),
        1 => (at(), 1..SEALED_CHUNK + 20).prop_map(|(at, length)| Mutation::Remove { at, length }),
        1 => (at(), prop::collection::vec(any::<u8>(), 1..300)).prop_map(|(at, bytes)| Mutation::Insert { at, bytes }),
    ]
}

fn payload_start() -> usize {
    usize::try_from(FILE.0.row.header_bytes).unwrap() + 16
}

fn chunk(number: usize) -> Range<usize> {
    let start = payload_start() + number * SEALED_CHUNK;
    start..(start + SEALED_CHUNK).min(FILE.0.object.len())
}

fn mutated(mutation: &Mutation) -> Vec<u8> {
    let (file, twin) = &*FILE;
    let mut object = file.object.clone();
    match mutation {
        Mutation::Flip { at, mask } => object[*at] ^= mask,
        Mutation::Overwrite { at, with } => {
            let end = object.len().min(at + with.len());
            object[*at..end].copy_from_slice(&with[..end - at]);
        }
        Mutation::SwapChunks { one, other } => {
            object[chunk(*one)].copy_from_slice(&file.object[chunk(*other)]);
            object[chunk(*other)].copy_from_slice(&file.object[chunk(*one)]);
        }
        Mutation::RepeatChunk { from, to } => object[chunk(*to)].copy_from_slice(&file.object[chunk(*from)]),
        Mutation::ForeignChunk { number } => object[chunk(*number)].copy_from_slice(&twin[chunk(*number)]),
        Mutation::Remove { at, length } => drop(object.drain(*at..object.len().min(at + length))),
        Mutation::Insert { at, bytes } => drop(object.splice(*at..*at, bytes.iter().copied())),
    }
    object
}

/// The first chunk of the payload that is not as it was sealed; `None` when something before or behind them differs.
fn first_altered(object: &[u8]) -> Option<usize> {
    let sealed = &FILE.0.object;
    if object.len() != sealed.len() || object[..payload_start()] != sealed[..payload_start()] {
        return None;
    }
    (0..5).find(|number| object[chunk(*number)] != sealed[chunk(*number)]).filter(|number| *number < 4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn of_an_altered_chunk_no_byte_leaves(mutation in mutations(), start in 0..SIZE, length in 0..SIZE) {
        let file = &FILE.0;
        let object = mutated(&mutation);
        prop_assume!(object != file.object);
        let range = start..SIZE.min(start + length);
        let released = run(async {
            let bucket = Bucket::new(11);
            bucket.put(&file.row.name, &object).await;
            bucket.release(file, range.start as u64..range.end as u64).await
        });
        let last_differs = object.len() == file.object.len() && object[chunk(4)] != file.object[chunk(4)];
        let Some(altered) = first_altered(&object).filter(|_| !last_differs) else {
            prop_assert!(released.is_none(), "header, nonce, length or end differ, and yet it opened");
            return Ok(());
        };
        let (released, is_clean) = released.expect("the end is as it was sealed");
        prop_assert!(file.bytes[range.clone()].starts_with(&released), "something else than the file left");
        // Further chunks may be altered too: what counts is the first one that the range touches.
        let touched = (altered..4).find(|number| {
            object[chunk(*number)] != file.object[chunk(*number)]
                && !range.is_empty()
                && number * CHUNK < range.end
                && (number + 1) * CHUNK > range.start
        });
        match touched {
            Some(number) => {
                prop_assert!(!is_clean, "the transfer ended as if all were well");
                prop_assert!(range.start + released.len() <= range.start.max(number * CHUNK));
            }
            None => {
                prop_assert!(is_clean && released.len() == range.len(), "a range without altered chunks is whole");
            }
        }
    }
}
