//! Operations that can be held up in the middle, and the judgement of how they end.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use connector::sealing::{Pass, identity_cell};
use connector::staging::{Acknowledged, StagingError, Turn};
use connector::store::{StoreError, secure_files, segments};
use connector::vault::{ObjectName, StoredFile, VaultError};
use envelope::Identity;

use crate::bucket::{GoOn, Hold, Point};
use crate::model::{Segment, State};
use crate::world::{ORG, Request, World};

pub struct Task {
    pub node: usize,
    kind: Kind,
    work: Pin<Box<dyn Future<Output = Ended>>>,
    go_on: Option<GoOn>,
    was_held: bool,
    since: i64,
}

enum Kind {
    Append { request: u64, upload: usize, bytes: Vec<u8> },
    Seal { upload: usize, stops: bool },
    Sweep,
}

enum Ended {
    Append(Box<Turn>, Result<Acknowledged, StagingError>),
    Seal(Result<Pass, StagingError>),
    Sweep(Result<usize, StagingError>),
}

impl Task {
    /// The sweep may have given up on what it writes next.
    pub fn may_write_unseen(&self, claimed_before: i64) -> bool {
        self.was_held && self.since < claimed_before
    }
}

impl World {
    /// A request writes one more segment.
    pub async fn append(&mut self, request: Request, bytes: Vec<u8>, hold: Option<Hold>) {
        let staging = self.nodes[request.node].staging.clone();
        let mut seal = self.vault.begin_segment(request.turn.recipient()).unwrap();
        assert!(seal.update(&bytes).is_empty());
        if self.dice.percent(4) {
            // A wrong checksum: sealed in memory, never written.
            return self.requests.push(request);
        }
        let segment = seal.finish();
        let now = self.time();
        let mut turn = request.turn;
        let work = Box::pin(async move {
            let result = staging.acknowledge(&mut turn, segment, now).await;
            Ended::Append(Box::new(turn), result)
        });
        let kind = Kind::Append { request: request.id, upload: request.upload, bytes };
        self.begin(request.node, kind, work, hold).await;
    }

    pub async fn seal(&mut self, node: usize, upload: usize, stops: bool, hold: Option<Hold>) {
        let sealing = self.nodes[node].sealing.clone();
        let (bucket, id, now) = (self.bucket.clone(), self.model[upload].id.clone(), self.time());
        let work = Box::pin(async move {
            let keep_alive = || {
                let bucket = bucket.clone();
                async move {
                    bucket.pass(Point::BetweenSegments).await;
                    (!stops).then_some(now)
                }
            };
            Ended::Seal(sealing.seal(ORG, &id, now, keep_alive).await)
        });
        self.begin(node, Kind::Seal { upload, stops }, work, hold).await;
    }

    pub async fn sweep(&mut self, node: usize, hold: Option<Hold>) {
        let staging = self.nodes[node].staging.clone();
        let now = self.time();
        self.claimed_before = self.now - 3_600_000;
        let work = Box::pin(async move { Ended::Sweep(staging.sweep(now).await) });
        self.begin(node, Kind::Sweep, work, hold).await;
    }

    async fn begin(&mut self, node: usize, kind: Kind, work: Pin<Box<dyn Future<Output = Ended>>>, hold: Option<Hold>) {
        let task = Task { node, kind, work, go_on: None, was_held: false, since: self.now };
        self.drive(task, hold).await;
    }

    /// Lets a held operation go on, perhaps to be held again.
    pub async fn go_on(&mut self, mut task: Task, hold: Option<Hold>) {
        drop(task.go_on.take());
        self.drive(task, hold).await;
    }

    async fn drive(&mut self, mut task: Task, hold: Option<Hold>) {
        self.bucket.hold(hold);
        let bucket = self.bucket.clone();
        let ended = poll_fn(|context| match task.work.as_mut().poll(context) {
            Poll::Ready(ended) => Poll::Ready(Ok(ended)),
            Poll::Pending => match bucket.take_held() {
                Some(go_on) => Poll::Ready(Err(go_on)),
                None => Poll::Pending,
            },
        })
        .await;
        self.bucket.hold(None);
        match ended {
            Ok(ended) => self.judge(task, ended).await,
            Err(go_on) => {
                self.counts.held_up += u64::from(!task.was_held);
                task.go_on = Some(go_on);
                task.was_held = true;
                self.tasks.push(task);
            }
        }
    }

    async fn judge(&mut self, task: Task, ended: Ended) {
        // While it was held up, the sweep may have taken what it had written.
        let may_be_swept = task.may_write_unseen(self.claimed_before);
        match (task.kind, ended) {
            (Kind::Append { request, upload, bytes }, Ended::Append(turn, result)) => {
                self.judge_append(request, upload, bytes, result, task.since, may_be_swept).await;
                self.requests.push(Request { id: request, node: task.node, upload, turn: *turn });
            }
            (Kind::Seal { upload, stops }, Ended::Seal(result)) => {
                self.judge_seal(upload, stops, result, task.was_held, may_be_swept).await;
            }
            (Kind::Sweep, Ended::Sweep(result)) => {
                self.counts.swept += result.expect("nothing stands in the way of a sweep") as u64;
            }
            _ => unreachable!("an operation ends as what it began"),
        }
    }

    async fn judge_append(
        &mut self,
        request: u64,
        upload: usize,
        bytes: Vec<u8>,
        result: Result<Acknowledged, StagingError>,
        since: i64,
        may_be_swept: bool,
    ) {
        let model = &mut self.model[upload];
        let has_turn = model.holder == Some(request) && model.state == State::Receiving;
        match result {
            Ok(acknowledged) => {
                assert!(has_turn, "a request without the turn acknowledged");
                let start = i64::try_from(model.bytes.len()).unwrap();
                let mut reader = self.nodes[0].store.read().await.unwrap();
                let rows = segments::list_from(&mut reader, ORG, &model.id, start, 10).await.unwrap();
                assert_eq!(rows.len(), 1, "one segment begins where the last one ended");
                assert_eq!((rows[0].start_offset, rows[0].length_bytes), (start, i64::try_from(bytes.len()).unwrap()));
                self.bucket.adopt(&rows[0].object_name);
                model.segments.push(Segment { length: bytes.len(), object: rows[0].object_name.clone() });
                model.bytes.extend(&bytes);
                model.expires_at = since + i64::try_from(::secure_files::UPLOAD_IDLE_LIFETIME.as_millis()).unwrap();
                assert_eq!(acknowledged.offset, i64::try_from(model.bytes.len()).unwrap());
                assert_eq!(acknowledged.is_complete, model.bytes.len() == model.size);
                if acknowledged.is_complete {
                    model.state = State::Frozen;
                }
                self.counts.segments += 1;
                self.counts.acknowledged_bytes += bytes.len() as u64;
            }
            Err(StagingError::Superseded) => {
                assert!(!has_turn || may_be_swept, "the request that has the turn was refused");
                self.counts.superseded += 1;
            }
            Err(error) => panic!("an append failed: {error}"),
        }
        self.check_head(upload).await;
    }

    async fn judge_seal(
        &mut self,
        upload: usize,
        stops: bool,
        result: Result<Pass, StagingError>,
        was_held: bool,
        may_be_swept: bool,
    ) {
        let is_frozen = self.model[upload].state == State::Frozen;
        match result {
            Ok(Pass::Sealed(id)) => {
                assert!(is_frozen, "something was sealed that was not frozen");
                self.settle(upload, State::Sealed);
                let objects = self.check_sealed(upload, &id.to_string()).await;
                for name in &objects {
                    self.bucket.adopt(name);
                }
                self.model[upload].sealed_as = Some(objects);
                self.counts.sealed += 1;
            }
            Ok(Pass::NothingToDo) => {
                assert!(!is_frozen || stops, "a frozen upload was not sealed");
                self.counts.passes_lost += u64::from(was_held);
            }
            Err(error) => {
                let fits = match &error {
                    // The sweep took what this pass had written.
                    StagingError::Superseded => may_be_swept,
                    // So it did here, or another pass was faster, and its segments are gone.
                    StagingError::Vault(VaultError::Storage(object_store::Error::NotFound { .. })) => {
                        was_held && (may_be_swept || !is_frozen)
                    }
                    StagingError::Store(StoreError::Unreadable(_)) => was_held && !is_frozen,
                    _ => false,
                };
                assert!(fits, "a pass failed: {error}");
                self.counts.passes_lost += 1;
            }
        }
        self.check_head(upload).await;
    }

    /// Its segments go to the sweep.
    pub fn settle(&mut self, upload: usize, to: State) {
        let model = &mut self.model[upload];
        model.state = to;
        model.holder = None;
        for segment in std::mem::take(&mut model.segments) {
            self.bucket.let_go(&segment.object);
        }
        self.settled_since[upload] = true;
    }

    /// Opens the file as an agent would, and its key object as the operator would.
    async fn check_sealed(&self, upload: usize, id: &str) -> [String; 2] {
        let expected = &self.model[upload];
        let mut reader = self.nodes[1].store.read().await.unwrap();
        let row = secure_files::find(&mut reader, ORG, id).await.unwrap().unwrap();
        drop(reader);
        let cell = self.vault.open_cell(&identity_cell(id), row.identity_sealed.as_deref().unwrap()).unwrap();
        let identity = Identity::parse(std::str::from_utf8(&cell).unwrap()).unwrap();
        let stored = StoredFile {
            name: ObjectName::recorded(&row.object_name),
            ciphertext_bytes: u64::try_from(row.ciphertext_bytes).unwrap(),
            header_bytes: u64::try_from(row.header_bytes).unwrap(),
            header_mac: connector::sealing::digest(&row.header_mac).unwrap(),
            size_bytes: u64::try_from(row.size_bytes).unwrap(),
        };
        let opened = self.vault.open_file(&stored, &identity).await.unwrap();
        let mut reader = opened.read(0..stored.size_bytes).unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = reader.next().await.unwrap() {
            bytes.extend_from_slice(&piece);
        }
        assert!(bytes == expected.bytes, "the sealed file is not what was acknowledged");
        let key_object = self.bucket.read(&row.key_object_name).await;
        let own = self.vault.keyring().open_key_object(&key_object).unwrap();
        assert!(own.identity().to_text() == identity.to_text(), "the key object holds another identity");
        [row.object_name, row.key_object_name]
    }
}
