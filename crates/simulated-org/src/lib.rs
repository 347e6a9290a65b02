//! simulated-org
