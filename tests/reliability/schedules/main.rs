//! A million random lives of uploads on the real staging, sealing, store and vault: appends, edited files, zombies, a
//! second connector, kills at every point, sweeps, cancellations, expiry, and databases restored from a backup.
//!
//! No (key, nonce) pair ever repeats, no acknowledged byte is lost, no adopted object is swept, no name is written twice.
//!
//! Every day (10,000): cargo test -p casegate-tests --test schedules
//! In full (1,000,000): CASEGATE_TEST_FULL=1 cargo test --release -p casegate-tests --test schedules
//! One failure again: CASEGATE_SEED=<seed> cargo test -p casegate-tests --test schedules

#[cfg(test)]
mod bucket;
#[cfg(test)]
mod model;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod tasks;
#[cfg(test)]
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use model::Counts;
use world::World;

const EVERY_DAY: u64 = 10_000;
const IN_FULL: u64 = 1_000_000;

#[test]
fn random_schedules_repeat_no_nonce_and_lose_no_acknowledged_byte() {
    let variable = |name: &str| std::env::var_os(name).and_then(|value| value.into_string().ok()?.parse::<u64>().ok());
    let wanted = match variable("CASEGATE_TEST_FULL") {
        Some(1..) => IN_FULL,
        _ => variable("CASEGATE_SCHEDULES").unwrap_or(EVERY_DAY),
    };
    let workspace = tempfile::tempdir_in(memory()).unwrap();
    let template = runtime().block_on(async {
        let folder = tempfile::tempdir_in(workspace.path()).unwrap();
        world::template(folder.path()).await
    });
    if let Some(seed) = variable("CASEGATE_SEED") {
        println!("seed {seed}: {:#?}", one_world(&runtime(), seed, &template, workspace.path()));
        return;
    }
    let clock = connector::clock::Clock::system();
    let (next, done, failed) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let work = || {
        let runtime = runtime();
        let mut counts = Counts::default();
        while done.load(Ordering::Relaxed) < wanted && !failed.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let world = || one_world(&runtime, seed, &template, workspace.path());
            if let Ok(more) = catch_unwind(AssertUnwindSafe(world)) {
                tell(done.fetch_add(more.schedules, Ordering::Relaxed), more.schedules, wanted);
                counts += more;
            } else {
                failed.store(true, Ordering::Relaxed);
                eprintln!("again: CASEGATE_SEED={seed} cargo test -p casegate-tests --test schedules");
            }
        }
        counts
    };
    let started = clock.monotonic();
    let mut counts = Counts::default();
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            counts += worker.join().unwrap();
        }
    });
    let elapsed = clock.monotonic().saturating_sub(started);
    println!("seeds 0 to {}: {counts:#?}\n{elapsed:.1?}", next.load(Ordering::Relaxed) - 1);
    assert!(!failed.load(Ordering::Relaxed), "a schedule broke a promise; its seed is above");
    if wanted >= EVERY_DAY {
        assert!(counts.restores > 0 && counts.killed > 0 && counts.superseded > 0 && counts.passes_lost > 0);
    }
}

/// A line at every hundredth of a long run.
fn tell(before: u64, more: u64, wanted: u64) {
    let step = wanted / 100;
    if wanted > EVERY_DAY && before / step != (before + more) / step {
        eprintln!("{} of {wanted} schedules", before + more);
    }
}

fn one_world(runtime: &tokio::runtime::Runtime, seed: u64, template: &[u8], workspace: &Path) -> Counts {
    let mut counts = Counts::default();
    let ledger = envelope::ledger::recorded(|| {
        counts = runtime.block_on(async {
            let mut world =
                World::new(seed, template, tempfile::tempdir_in(workspace).expect("the workspace is ours")).await;
            world.run().await;
            let counts = world.counts;
            world.close().await;
            counts
        });
    });
    let repeated = envelope::ledger::repeated_pairs(&ledger);
    assert!(repeated.is_empty(), "a nonce was used twice under one key: {repeated:?}");
    assert!(!ledger.is_empty(), "the ledger was not kept");
    counts.aead_calls = ledger.len() as u64;
    counts
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built")
}

/// Memory that looks like a disk, so that the real durability settings cost nothing.
fn memory() -> PathBuf {
    let shared = Path::new("/dev/shm");
    if shared.is_dir() { shared.to_owned() } else { std::env::temp_dir() }
}
