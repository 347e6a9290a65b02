//! What can happen next, by chance.

use connector::staging::StagingError;
use connector::store::uploads;
use secure_files::Refusal;

use crate::bucket::{Hold, Point};
use crate::model::State;
use crate::tasks::Task;
use crate::world::{Backup, ORG, Request, World};

const MINUTE: i64 = 60_000;
const STEPS: u64 = 200;
const MOST_REQUESTS: usize = 20;
const MOST_TASKS: usize = 10;

impl World {
    pub async fn run(&mut self) {
        for _ in 0..STEPS {
            self.counts.steps += 1;
            self.now += i64::try_from(self.dice.below(2_000)).unwrap();
            self.step().await;
        }
        self.come_to_rest().await;
    }

    async fn step(&mut self) {
        match self.dice.below(100) {
            0..=23 => self.take_turn().await,
            24..=53 => self.append_something().await,
            54..=64 => self.go_on_somewhere().await,
            65..=68 => self.kill_something().await,
            69..=70 => self.kill_node().await,
            71..=80 => {
                let upload = self.something_to_seal();
                let hold = self.hold(&[Point::BeforePut, Point::AfterPut, Point::BetweenSegments]);
                let stops = self.dice.percent(5);
                self.seal(self.dice.index(2), upload, stops, hold).await;
            }
            81..=86 => {
                let hold = self.hold(&[Point::BeforeDelete, Point::AfterDelete]);
                self.sweep(self.dice.index(2), hold).await;
            }
            87 => self.cancel().await,
            88..=92 => {
                let minutes = self.dice.below(90);
                self.now += i64::try_from(minutes).unwrap() * MINUTE;
            }
            93 => {
                if self.dice.percent(12) {
                    self.now += 8 * 24 * 60 * MINUTE;
                }
                self.expire().await;
            }
            94..=98 => self.back_up(),
            _ => self.restore().await,
        }
    }

    /// A request begins; whoever had the turn becomes a zombie.
    async fn take_turn(&mut self) {
        if self.requests.len() >= MOST_REQUESTS {
            let oldest = self.dice.index(self.requests.len());
            self.requests.swap_remove(oldest);
        }
        let (node, upload) = (self.dice.index(2), self.dice.index(self.model.len()));
        let model = &self.model[upload];
        let stands = i64::try_from(model.bytes.len()).unwrap();
        let offset =
            if self.dice.percent(90) { stands } else { i64::try_from(self.dice.below(1 + model.size as u64)).unwrap() };
        match self.nodes[node].staging.take_turn(ORG, &model.id, offset, self.time()).await {
            Ok(turn) => {
                assert!(model.state == State::Receiving && offset == stands, "a request began where it must not");
                self.next_request += 1;
                let id = self.next_request;
                let expires_at = self.idle_until();
                let model = &mut self.model[upload];
                model.holder = Some(id);
                model.expires_at = expires_at;
                self.requests.push(Request { id, node, upload, turn });
            }
            Err(StagingError::Refused(refusal)) => {
                let is_gone = matches!(model.state, State::Cancelled | State::Expired);
                let fits = match refusal {
                    Refusal::NotFound => is_gone,
                    Refusal::Conflict(_) => !is_gone && (offset != stands || model.state != State::Receiving),
                    _ => false,
                };
                assert!(fits, "{refusal:?} for an upload that is {:?} at {stands}, asked for {offset}", model.state);
                self.counts.refused += 1;
            }
            Err(error) => panic!("a request could not begin: {error}"),
        }
        self.check_head(upload).await;
    }

    async fn append_something(&mut self) {
        if self.requests.is_empty() || self.tasks.len() >= MOST_TASKS {
            return;
        }
        let chosen = self.dice.index(self.requests.len());
        let request = self.requests.swap_remove(chosen);
        let room = usize::try_from(request.turn.upload.size_bytes - request.turn.offset).unwrap();
        if room == 0 {
            return;
        }
        let wanted = match self.dice.below(10) {
            0..=4 => 1 + self.dice.index(64),
            5..=7 => 64 + self.dice.index(400),
            8 => 65_535 + self.dice.index(3),
            _ => room,
        };
        let bytes = self.dice.bytes(wanted.min(room));
        let hold = self.hold(&[Point::BeforePut, Point::AfterPut, Point::BeforeDelete]);
        self.append(request, bytes, hold).await;
    }

    fn something_to_seal(&self) -> usize {
        let frozen: Vec<usize> =
            (0..self.model.len()).filter(|upload| self.model[*upload].state == State::Frozen).collect();
        if frozen.is_empty() || self.dice.percent(10) {
            return self.dice.index(self.model.len());
        }
        frozen[self.dice.index(frozen.len())]
    }

    async fn go_on_somewhere(&mut self) {
        if self.tasks.is_empty() {
            return;
        }
        let chosen = self.dice.index(self.tasks.len());
        let task = self.tasks.swap_remove(chosen);
        let hold = self.hold(&[Point::BeforePut, Point::AfterPut, Point::BetweenSegments, Point::BeforeDelete]);
        self.go_on(task, hold).await;
    }

    /// A connection, a worker or a sweep dies where it stands.
    async fn kill_something(&mut self) {
        if self.tasks.is_empty() {
            return;
        }
        let chosen = self.dice.index(self.tasks.len());
        let killed = self.tasks.swap_remove(chosen);
        self.bury(&[killed]).await;
        self.counts.killed += 1;
    }

    async fn kill_node(&mut self) {
        let node = self.dice.index(2);
        let killed: Vec<Task> = self.tasks.extract_if(.., |task| task.node == node).collect();
        self.bury(&killed).await;
        self.requests.retain(|request| request.node != node);
        self.nodes[node] = self.node(self.nodes[node].store.clone());
        self.counts.killed += 1;
    }

    /// What the dead had written after the sweep gave up on it, nobody knows any more.
    async fn bury(&mut self, killed: &[Task]) {
        if killed.iter().any(|task| task.may_write_unseen(self.claimed_before)) {
            self.unknown.extend(self.bucket.strays().await);
        }
    }

    async fn cancel(&mut self) {
        let (node, upload) = (self.dice.index(2), self.dice.index(self.model.len()));
        let done = self.nodes[node].staging.cancel(ORG, &self.model[upload].id, self.time()).await.unwrap();
        assert_eq!(done, self.model[upload].state == State::Receiving, "cancelled what was not receiving, or not");
        if done {
            self.settle(upload, State::Cancelled);
            self.counts.given_up += 1;
        }
        self.check_head(upload).await;
    }

    async fn expire(&mut self) {
        let node = self.dice.index(2);
        let due: Vec<usize> = (0..self.model.len())
            .filter(|upload| {
                let model = &self.model[*upload];
                model.state == State::Receiving && model.expires_at < self.now
            })
            .collect();
        let done = self.nodes[node].staging.expire_idle(self.time()).await.unwrap();
        assert_eq!(done, due.len(), "uploads given up for lack of bytes");
        for upload in due {
            self.settle(upload, State::Expired);
            self.counts.given_up += 1;
            self.check_head(upload).await;
        }
    }

    /// Copies the database's files, as a backup tool would between two transactions.
    fn back_up(&mut self) {
        let names = ["db", "db-wal"].map(|name| self.folder.path().join(name));
        let database =
            names.into_iter().filter_map(|path| std::fs::read(&path).ok().map(|bytes| (path, bytes))).collect();
        self.backup = Some(Backup { database, model: self.model.clone() });
        self.settled_since.fill(false);
    }

    /// Every connector stops, the database of the backup is put in place, the connectors start.
    async fn restore(&mut self) {
        let Some(backup) = self.backup.take() else { return };
        self.counts.restores += 1;
        self.tasks.clear();
        self.requests.clear();
        for node in &self.nodes {
            node.store.close().await;
        }
        for name in ["db", "db-wal", "db-shm"] {
            let _ = std::fs::remove_file(self.folder.path().join(name));
        }
        for (path, bytes) in &backup.database {
            std::fs::write(path, bytes).unwrap();
        }
        self.start_nodes().await;
        self.model.clone_from(&backup.model);
        self.bucket.readopt(self.model.iter().flat_map(crate::model::Upload::objects));
        self.unknown.extend(self.bucket.strays().await);
        self.backup = Some(backup);
        for upload in 0..self.model.len() {
            self.model[upload].holder = None;
            if matches!(self.model[upload].state, State::Receiving | State::Frozen) {
                self.reconcile(upload).await;
            }
            self.check_head(upload).await;
        }
    }

    /// Bytes acknowledged before the backup are there, unless they were no longer needed after it; what is missing is
    /// missed by HEAD.
    async fn reconcile(&mut self, upload: usize) {
        let mut intact = 0;
        while intact < self.model[upload].segments.len()
            && self.bucket.holds(&self.model[upload].segments[intact].object).await
        {
            intact += 1;
        }
        let is_newest_there = match self.model[upload].segments.last() {
            Some(newest) => self.bucket.holds(&newest.object).await,
            None => true,
        };
        self.look_first(upload, intact, is_newest_there).await;
        let model = &mut self.model[upload];
        let is_whole = intact == model.segments.len();
        assert!(is_whole || self.settled_since[upload], "a segment of an upload under way was swept");
        let length = model.length_of(intact);
        let offset = self.nodes[self.dice.index(2)].staging.reconcile(ORG, &model.id).await.unwrap();
        assert_eq!(usize::try_from(offset).unwrap(), length, "where a restored upload stands");
        if !is_whole {
            self.counts.bytes_missing_after_restore += (model.bytes.len() - length) as u64;
            model.bytes.truncate(length);
            for segment in model.segments.split_off(intact) {
                self.bucket.let_go(&segment.object);
            }
            model.state = State::Receiving;
        }
    }

    /// Those who find out without being told of the restore: HEAD, and the sealing pass.
    async fn look_first(&self, upload: usize, intact: usize, is_newest_there: bool) {
        let model = &self.model[upload];
        let node = &self.nodes[self.dice.index(2)];
        let length = i64::try_from(model.length_of(intact)).unwrap();
        if model.state == State::Receiving && self.dice.percent(50) {
            let mut reader = node.store.read().await.unwrap();
            let row = uploads::find(&mut reader, ORG, &model.id).await.unwrap().unwrap();
            drop(reader);
            let told = node.staging.vouch_for(row).await.unwrap().offset_bytes;
            assert_eq!(told, if is_newest_there { i64::try_from(model.bytes.len()).unwrap() } else { length });
        }
        if model.state == State::Frozen && intact < model.segments.len() && self.dice.percent(50) {
            let now = self.time();
            let pass = node.sealing.seal(ORG, &model.id, now, || std::future::ready(Some(now))).await;
            assert!(pass.is_err(), "something was sealed of which a part is gone");
        }
    }

    /// Everybody stops failing: every upload that is not given up arrives, and nothing is left behind.
    async fn come_to_rest(&mut self) {
        let killed = std::mem::take(&mut self.tasks);
        self.bury(&killed).await;
        drop(killed);
        self.requests.clear();
        for upload in 0..self.model.len() {
            if self.model[upload].state == State::Receiving {
                let model = &self.model[upload];
                let rest = self.dice.bytes(model.size - model.bytes.len());
                let offset = i64::try_from(model.bytes.len()).unwrap();
                let turn = self.nodes[0].staging.take_turn(ORG, &model.id, offset, self.time()).await.unwrap();
                self.next_request += 1;
                let id = self.next_request;
                self.model[upload].holder = Some(id);
                self.model[upload].expires_at = self.idle_until();
                self.finish(Request { id, node: 0, upload, turn }, rest).await;
            }
            if self.model[upload].state == State::Frozen {
                self.seal(1, upload, false, None).await;
            }
            let end = self.model[upload].state;
            assert!(matches!(end, State::Sealed | State::Cancelled | State::Expired), "an upload ends as {end:?}");
        }
        self.now += 120 * MINUTE;
        let mut before = u64::MAX;
        while self.counts.swept != before {
            before = self.counts.swept;
            self.sweep(1, None).await;
        }
        let mut strays = self.bucket.strays().await;
        strays.retain(|name| !self.unknown.contains(name));
        assert!(strays.is_empty(), "objects that nothing points to: {strays:?}");
        for upload in 0..self.model.len() {
            self.check_head(upload).await;
            for object in self.model[upload].objects() {
                assert!(self.bucket.holds(&object).await, "{object} is gone");
            }
        }
    }

    /// The checksum dice may fall again and again: a client then sends again.
    async fn finish(&mut self, request: Request, rest: Vec<u8>) {
        let upload = request.upload;
        self.append(request, rest.clone(), None).await;
        while self.model[upload].state == State::Receiving {
            let request = self.requests.pop().expect("the only request there is");
            self.append(request, rest.clone(), None).await;
        }
        self.requests.clear();
    }

    fn hold(&self, points: &[Point]) -> Option<Hold> {
        self.dice
            .percent(35)
            .then(|| Hold { at: points[self.dice.index(points.len())], skip: self.dice.below(5).saturating_sub(3) })
    }
}
