//! The real `casegate` process on a real disk: killed, cut off, tampered with, gone.
//!
//! Every day: cargo build -p connector --bins && cargo test -p casegate-tests --test reliability
//! In full (a 5 GiB upload): CASEGATE_TEST_FULL=1 cargo test -p casegate-tests --test reliability
//! One of them: … --test reliability kill | claims | cut | tuspy | tamper | recovery; add `-- --nocapture` for the numbers.

#[cfg(test)]
mod claims;
#[cfg(test)]
#[path = "../acceptance/cut.rs"]
mod cut;
#[cfg(test)]
mod cutting_proxy;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod recovery;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod tamper;
#[cfg(test)]
#[path = "../acceptance/tuspy.rs"]
mod tuspy;
