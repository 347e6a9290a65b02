//! The matrix, made from lists: every write to Salesforce × every way it can fail × every answer that reports it.
//!
//! In every cell exactly one record, one request, one post; events at least once; no job left; and a panel that says how
//! it ended. Many cells share a world: each has a request and a file of its own, by whose names its faults find it.

use harness::{AtCase, Casegate, Customer, Options, Sample, a_request};
use serde_json::{Value, json};
use simulated_org::{Effect, Fault};

/// Longer than the connector waits for an Org.
const TOO_LATE_MS: u64 = 31_000;
/// Cases that one agent sees.
const CASES: [&str; 5] = ["gateway_reboots", "scanner_drift", "no_contact", "label_print", "audit_evidence"];
const LIMITS: &str = "redemptions_per_minute_per_ip = 10000\nredemptions_per_minute_global = 10000";

/// What the connector writes outside itself.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Write {
    Request,
    /// The first change of a record that a flow inserted.
    Claim,
    File,
    Post,
    Event,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Failure {
    Refused,
    DoneButReportedFailed,
    Slow,
    Reset,
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    SessionExpired,
    AllowanceSpent,
    RowLocked,
    Broken,
    PageOfAnEdge,
    Unavailable,
}

const WRITES: [Write; 5] = [Write::Request, Write::Claim, Write::File, Write::Post, Write::Event];
const FAILURES: [Failure; 4] = [Failure::Refused, Failure::DoneButReportedFailed, Failure::Slow, Failure::Reset];
const ANSWERS: [Answer; 6] = [
    Answer::SessionExpired,
    Answer::AllowanceSpent,
    Answer::RowLocked,
    Answer::Broken,
    Answer::PageOfAnEdge,
    Answer::Unavailable,
];

impl Answer {
    fn status(self) -> (u16, bool) {
        match self {
            Self::SessionExpired => (401, false),
            Self::AllowanceSpent => (403, false),
            Self::RowLocked => (400, false),
            Self::Broken => (500, false),
            Self::PageOfAnEdge => (503, true),
            Self::Unavailable => (503, false),
        }
    }

    fn refused(self) -> Fault {
        let (status, html) = self.status();
        Fault::new(Effect::Status { status, error_code: None, message: None, retry_after: None, html })
    }

    fn after_it_was_done(self) -> Fault {
        let (status, html) = self.status();
        Fault::new(Effect::StatusAfter { status, error_code: None, message: None, html })
    }
}

#[derive(Clone, Debug)]
struct Cell {
    /// In every text by which its calls are known.
    name: String,
    case: &'static str,
    write: Write,
    failure: Failure,
    answer: Answer,
    /// Silence may mean that it was done, or that it was not.
    is_done_silently: bool,
}

fn cells(wanted: impl Fn(Failure) -> bool) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (number, write) in WRITES.into_iter().enumerate() {
        for failure in FAILURES {
            for answer in ANSWERS {
                let at = cells.len();
                cells.push(Cell {
                    name: format!("cell-{:03}", at + 1),
                    case: CASES[at % CASES.len()],
                    write,
                    failure,
                    answer,
                    is_done_silently: (at + number) % 2 == 0,
                });
            }
        }
    }
    cells.retain(|cell| wanted(cell.failure));
    cells
}

impl Cell {
    fn file_name(&self) -> String {
        format!("{}.log", self.name)
    }

    /// A post that was made is found by query and not made again; only an expired session is renewed without looking.
    fn is_repeated(&self) -> bool {
        let is_done = match self.failure {
            Failure::Refused => false,
            Failure::DoneButReportedFailed => !matches!(self.answer, Answer::SessionExpired),
            Failure::Slow | Failure::Reset => self.is_done_silently,
        };
        self.write != Write::Post || !is_done
    }

    /// The way it fails first, and the answer that its repetition meets.
    fn faults(&self) -> Vec<Fault> {
        let first = match (self.failure, self.is_done_silently) {
            (Failure::Refused, _) => self.answer.refused(),
            (Failure::DoneButReportedFailed, _) => self.answer.after_it_was_done(),
            (Failure::Slow, true) => Fault::new(Effect::DelayAnswer { ms: TOO_LATE_MS }),
            (Failure::Slow, false) => Fault::new(Effect::Delay { ms: TOO_LATE_MS }),
            (Failure::Reset, true) => Fault::lose_answer(),
            (Failure::Reset, false) => Fault::reset(),
        };
        let mut faults = vec![first];
        if self.is_repeated() {
            faults.push(self.answer.refused());
        }
        faults
    }

    fn plant(&self, world: &Casegate, request_id: &str) {
        let (method, path, body) = match self.write {
            Write::Request => ("PATCH", "/sobjects/FileRequest__c/ExternalId__c/", format!("{}[^0-9]", self.name)),
            Write::Claim => ("PATCH", "/sobjects/FileRequest__c/[^/]+$", format!("{}[^0-9]", self.name)),
            Write::File => ("PATCH", "/sobjects/SecureFile__c/", self.file_name()),
            Write::Post => ("POST", "/sobjects/FeedItem$", self.file_name()),
            Write::Event => ("POST", "/sobjects/CaseFileEvent__e$", format!("{request_id}\"")),
        };
        for (turn, fault) in self.faults().into_iter().enumerate() {
            let fault = fault.on(method, path).body(&body).named(&format!("{self:?}, turn {turn}"));
            world.org().faults().add(fault).unwrap();
        }
    }

    /// Asked for by the agent, or by a flow.
    async fn ask(&self, world: &Casegate, agent: &AtCase<'_>) {
        if self.write == Write::Claim {
            let case = &agent.case;
            let fields = json!({
                "Case__c": case, "State__c": "Requested", "RecipientEmail__c": "grace.hopper@customer.example",
                "RecipientName__c": "Grace Hopper", "Language__c": "en", "Needed__c": self.name,
            });
            world.flow_inserts("FileRequest__c", fields).await;
            self.plant(world, "");
            return;
        }
        let mut wanted = a_request(&self.name);
        wanted["needed"] = self.name.as_str().into();
        let request = agent.request_file(&wanted).await;
        self.plant(world, request["id"].as_str().unwrap());
    }
}

fn only<'a>(records: &'a [Value], field: &str, value: &str, cell: &Cell) -> &'a Value {
    let found: Vec<_> = records.iter().filter(|record| record[field] == value).collect();
    assert_eq!(found.len(), 1, "{cell:?}: {field} = {value}");
    found[0]
}

async fn send<'a>(world: &Casegate, cell: &'a Cell) -> (&'a Cell, Customer, Sample) {
    let anna = world.agent("anna").on(cell.case);
    let panel = anna.panel().await;
    let request = only(panel["requests"].as_array().unwrap(), "needed", &cell.name, cell);
    let grace = world.customer_opens(&anna.copy_link(request).await).await;
    let file = world.sample(&cell.file_name(), 2_000);
    grace.upload(&file).await;
    (cell, grace, file)
}

async fn play(options: Options, cells: &[Cell], workers: usize) {
    let world = Casegate::start(Options { limits: LIMITS, api_budget: 60 * cells.len() as u64, ..options }).await;
    let mut sent = Vec::new();
    for cell in cells {
        cell.ask(&world, &world.agent("anna").on(cell.case)).await;
        if cell.write != Write::Claim {
            sent.push(send(&world, cell).await);
        }
    }
    // The first failures strike; what flows inserted is claimed, and only then has a link.
    world.settle_at_once(workers).await;
    for cell in cells.iter().filter(|cell| cell.write == Write::Claim) {
        sent.push(send(&world, cell).await);
    }
    world.settle_at_once(workers).await;
    for (_, grace, _) in &sent {
        grace.finish().await;
    }
    world.settle_at_once(workers).await;

    let (requests, files, posts) =
        (world.records("FileRequest__c"), world.records("SecureFile__c"), world.records("FeedItem"));
    let published = world.org().requests();
    let published = published.iter().filter(|request| request.path.ends_with("/CaseFileEvent__e"));
    assert!(published.filter(|request| request.status == Some(201)).count() >= 2 * cells.len());
    let unused: Vec<_> = world.org().faults().unused().into_iter().map(|report| report.fault.name).collect();
    assert!(unused.is_empty(), "{unused:?}");
    for (cell, _, file) in &sent {
        let request = only(&requests, "Needed__c", &cell.name, cell);
        assert_eq!(request["State__c"], "Fulfilled", "{cell:?}");
        assert_eq!(request["FilesReceived__c"].as_f64(), Some(1.0), "{cell:?}");
        assert!(request["ExternalId__c"].is_string(), "{cell:?}");
        let record = only(&files, "FileName__c", &file.name, cell);
        assert_eq!(
            (&record["Sha256__c"], &record["FileRequest__c"]),
            (&file.sha256().into(), &request["Id"]),
            "{cell:?}"
        );
        let says = |post: &&Value| post["Body"].as_str().is_some_and(|body| body.contains(&file.name));
        assert_eq!(posts.iter().filter(says).count(), 1, "{cell:?}");
        let anna = world.agent("anna").on(cell.case);
        let panel = anna.panel().await;
        let shown = only(panel["requests"].as_array().unwrap(), "needed", &cell.name, cell);
        assert_eq!((&shown["progress"], &panel["busy"]), (&"fulfilled".into(), &false.into()), "{cell:?}");
        let shown = only(panel["files"].as_array().unwrap(), "file_name", &file.name, cell);
        assert_eq!(shown["attached"], true, "{cell:?}");
    }
    for case in CASES {
        let events = world.audit(case).await;
        let attached = events.iter().filter(|event| event.activity == "file_attached").count();
        assert_eq!(attached, cells.iter().filter(|cell| cell.case == case).count(), "{case}");
    }
    world.finish().await;
}

#[tokio::test]
async fn every_write_ends_in_one_record_whatever_is_answered() {
    play(Options::default(), &cells(|failure| failure != Failure::Slow), 1).await;
}

/// Real time: all cells wait at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_write_ends_in_one_record_when_the_answer_comes_too_late() {
    let cells = cells(|failure| failure == Failure::Slow);
    let workers = cells.len() + 4;
    play(Options::on_postgres(), &cells, workers).await;
}

#[test]
fn no_cell_is_missing() {
    let all = cells(|_| true);
    assert_eq!(all.len(), WRITES.len() * FAILURES.len() * ANSWERS.len());
    println!("{} writes × {} failures × {} answers = {} cells", WRITES.len(), FAILURES.len(), ANSWERS.len(), all.len());
}
