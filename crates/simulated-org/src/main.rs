//! simulated-org

fn main() {}
