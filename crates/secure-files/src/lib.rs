//! secure-files
