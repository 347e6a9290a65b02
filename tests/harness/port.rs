//! Ports on loopback that must be known before anybody listens there.
//!
//! Below the range that outgoing connections draw from, so that none of them takes the port in between.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

const FIRST: u16 = 15_000;
const COUNT: u16 = 15_000;

/// A port nobody listens on at this moment, and that this process will not name again soon.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % u32::from(COUNT)).expect("less than a u16");
    loop {
        // Processes begin far apart.
        let step = NEXT.fetch_add(1, Ordering::SeqCst);
        let offset = (u32::from(start) * 41 + u32::from(step)) % u32::from(COUNT);
        let port = FIRST + u16::try_from(offset).expect("less than a u16");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
