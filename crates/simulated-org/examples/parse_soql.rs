//! Reads one query per line and answers `accept` or `refuse` per line: the SOQL parser, to be held against others.

use std::io::{BufRead as _, Write as _};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let verdict = if simulated_org::soql::parser::parse(&line?).is_ok() { "accept" } else { "refuse" };
        writeln!(out, "{verdict}")?;
    }
    out.flush()
}
