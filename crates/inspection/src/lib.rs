//! Is this file dangerous or sensitive? Sans-I/O.

pub mod scanner;
