//! connector

fn main() {}
