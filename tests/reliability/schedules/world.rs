//! One database, one bucket, two connectors, a few uploads, and what is under way.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use connector::audit::Audit;
use connector::randomness::Randomness;
use connector::scanners::Scanners;
use connector::sealing::Sealing;
use connector::staging::{Staging, Turn};
use connector::store::Store;
use connector::store::file_requests::{self, FileRequestRow};
use connector::store::uploads::{self, UploadRow};
use connector::vault::{ObjectsAt, Vault};
use envelope::{Identity, Keyring};
use secure_files::{Policy, Timestamp, UPLOAD_IDLE_LIFETIME, UploadId};

use crate::bucket::Bucket;
use crate::model::{Counts, State, Upload};
use crate::tasks::Task;

pub const ORG: &str = "00D000000000001EAA";
const REQUEST: &str = "00000000000000000000000001";
const CASE: &str = "500000000000001AAA";
pub const START: i64 = 1_795_000_000_000;
const UPLOADS: u64 = 16;

/// One connector.
pub struct Node {
    pub store: Store,
    pub staging: Staging,
    pub sealing: Sealing,
}

/// A request under way, between two segments.
pub struct Request {
    pub id: u64,
    pub node: usize,
    pub upload: usize,
    pub turn: Turn,
}

/// The database at an earlier moment, and what was true then.
pub struct Backup {
    pub database: Vec<(PathBuf, Vec<u8>)>,
    pub model: Vec<Upload>,
}

pub struct World {
    pub dice: Dice,
    pub now: i64,
    pub bucket: Bucket,
    pub folder: tempfile::TempDir,
    pub randomness: Randomness,
    pub vault: Vault,
    pub nodes: Vec<Node>,
    pub model: Vec<Upload>,
    pub requests: Vec<Request>,
    pub tasks: Vec<Task>,
    pub backup: Option<Backup>,
    /// Sealed or given up since the backup: its segments may be gone.
    pub settled_since: Vec<bool>,
    /// Pending objects recorded before this moment may have been claimed by a sweep.
    pub claimed_before: i64,
    /// Objects that no database knows, left by a restore or by a death after the sweep gave up on them: reported, never
    /// deleted.
    pub unknown: HashSet<String>,
    pub counts: Counts,
    pub next_request: u64,
}

/// A database with the schema and one request, to begin each world from.
pub async fn template(folder: &Path) -> Vec<u8> {
    let store = Store::open(&url(folder), 1).await.unwrap();
    let policy = Policy {
        max_file_bytes: None,
        accepted_extensions: Vec::new(),
        link_lifetime_hours: 336,
        retention_days: 90,
        max_files: None,
        consent: None,
    };
    let request = FileRequestRow {
        org_id: ORG.into(),
        id: REQUEST.into(),
        case_id: CASE.into(),
        case_number: "00001001".into(),
        client_id: "1".into(),
        created_by_user_id: "005000000000001AAA".into(),
        created_by_name: "Anna".into(),
        recipient_name: "Grace".into(),
        recipient_email: "grace@customer.example".into(),
        contact_id: None,
        language: "en".into(),
        needed: "A log".into(),
        message: String::new(),
        due_on: None,
        policy: serde_json::to_string(&policy).unwrap(),
        state: "open".into(),
        created_at: START,
        expires_at: i64::MAX,
        opened_at: None,
        closed_at: None,
        salesforce_id: None,
    };
    let mut tx = store.transaction("insert_request").await.unwrap();
    assert!(file_requests::insert(&mut tx, &request).await.unwrap());
    tx.commit().await.unwrap();
    store.close().await;
    std::fs::read(folder.join("db")).unwrap()
}

fn url(folder: &Path) -> String {
    format!("sqlite://{}?mode=rwc", folder.join("db").display())
}

impl World {
    pub async fn new(seed: u64, template: &[u8], folder: tempfile::TempDir) -> Self {
        std::fs::write(folder.path().join("db"), template).unwrap();
        let randomness = Randomness::seeded(seed);
        let bucket = Bucket::default();
        let keyring = Arc::new(Keyring::new(Identity::from_bytes([7; 32]), Vec::new()));
        let at = ObjectsAt { objects: Arc::new(bucket.clone()), folder: None };
        let vault = Vault::new(at, keyring, Vec::new(), randomness.clone());
        let mut world = Self {
            dice: Dice(Randomness::seeded(!seed)),
            now: START,
            bucket,
            folder,
            randomness,
            vault,
            nodes: Vec::new(),
            model: Vec::new(),
            requests: Vec::new(),
            tasks: Vec::new(),
            backup: None,
            settled_since: vec![false; usize::try_from(UPLOADS).unwrap()],
            claimed_before: i64::MIN,
            unknown: HashSet::new(),
            counts: Counts { schedules: UPLOADS, ..Counts::default() },
            next_request: 0,
        };
        world.start_nodes().await;
        for number in 0..UPLOADS {
            world.create(number).await;
        }
        world
    }

    pub async fn start_nodes(&mut self) {
        self.nodes.clear();
        for _ in 0..2 {
            let store = Store::open(&url(self.folder.path()), 1).await.unwrap();
            let node = self.node(store);
            self.nodes.push(node);
        }
    }

    /// A process that has just started: it remembers nothing.
    pub fn node(&self, store: Store) -> Node {
        let audit = Audit::new("node".into(), self.randomness.clone());
        let staging = Staging::new(store.clone(), self.vault.clone(), audit.clone(), self.randomness.clone());
        let sealing = Sealing {
            scanners: Scanners::default(),
            store: store.clone(),
            vault: self.vault.clone(),
            staging: staging.clone(),
            audit,
            randomness: self.randomness.clone(),
        };
        Node { store, staging, sealing }
    }

    async fn create(&mut self, number: u64) {
        let id = UploadId::from_random(self.randomness.bytes()).to_string();
        let size = match self.dice.below(50) {
            0 => 0,
            1..=3 => 60_000 + self.dice.below(80_000),
            4..=14 => 600 + self.dice.below(2_400),
            _ => 1 + self.dice.below(600),
        };
        let node = &self.nodes[0];
        let row = UploadRow {
            org_id: ORG.into(),
            id: id.clone(),
            request_id: REQUEST.into(),
            case_id: CASE.into(),
            client_id: number.to_string(),
            file_name: format!("{number}.log"),
            shown_name: format!("{number}.log"),
            content_type: "text/plain".into(),
            size_bytes: i64::try_from(size).unwrap(),
            offset_bytes: 0,
            segment_count: 0,
            fence: 0,
            state: "receiving".into(),
            staging_identity_sealed: Some(node.staging.new_staging_identity(&id).unwrap()),
            manifest_sha256: None,
            client_name: "simulated".into(),
            client_address: "127.0.0.1".into(),
            created_at: self.now,
            updated_at: self.now,
            expires_at: self.idle_until(),
        };
        let mut tx = node.store.transaction("insert_upload").await.unwrap();
        assert!(uploads::insert(&mut tx, &row).await.unwrap());
        tx.commit().await.unwrap();
        if size == 0 {
            node.staging.freeze_empty(ORG, &id, self.time()).await.unwrap();
        }
        self.model.push(Upload {
            id,
            size: usize::try_from(size).unwrap(),
            state: if size == 0 { State::Frozen } else { State::Receiving },
            bytes: Vec::new(),
            segments: Vec::new(),
            holder: None,
            expires_at: self.idle_until(),
            sealed_as: None,
        });
    }

    pub fn time(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }

    pub fn idle_until(&self) -> i64 {
        self.time().plus(UPLOAD_IDLE_LIFETIME).as_millis()
    }

    /// What HEAD says is what the model says.
    pub async fn check_head(&self, upload: usize) {
        let expected = &self.model[upload];
        let mut reader = self.nodes[0].store.read().await.unwrap();
        let row = uploads::find(&mut reader, ORG, &expected.id).await.unwrap().unwrap();
        assert_eq!(row.state, expected.state.as_str(), "state of {}", expected.id);
        assert_eq!(usize::try_from(row.offset_bytes).unwrap(), expected.bytes.len(), "offset of {}", expected.id);
        assert_eq!(row.expires_at, expected.expires_at, "expiry of {}", expected.id);
    }

    pub async fn close(self) {
        drop((self.tasks, self.requests));
        for node in &self.nodes {
            node.store.close().await;
        }
    }
}

/// Chance, from the seed.
pub struct Dice(Randomness);

impl Dice {
    pub fn below(&self, bound: u64) -> u64 {
        u64::from_le_bytes(self.0.bytes()) % bound
    }

    pub fn index(&self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap()
    }

    pub fn percent(&self, chance: u64) -> bool {
        self.below(100) < chance
    }

    pub fn bytes(&self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.fill(&mut bytes);
        bytes
    }
}
