//! The only place of the harness that reads environment variables.

/// A PostgreSQL server that is already there, as the caller of the tests says.
#[expect(clippy::disallowed_methods, reason = "how the caller of the tests names a running server")]
pub fn postgres_url() -> Option<String> {
    std::env::var("CASEGATE_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())
}

/// Where programs lie.
pub fn search_path() -> Vec<std::path::PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}
