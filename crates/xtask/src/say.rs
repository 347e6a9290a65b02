//! What the person at the terminal reads. The rest of the workspace speaks through `tracing`; a task runner prints.

use std::io::{self, Write};

/// One line on standard output. A closed pipe is the reader's choice, not a failure.
pub fn line(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// A heading that stands out between screens of tool output.
pub fn heading(text: &str) {
    line(&format!("\n━━ {text} {}", "━".repeat(70_usize.saturating_sub(text.chars().count()))));
}

/// Why the run ends badly.
pub fn complaint(text: &str) {
    let _ = writeln!(io::stderr().lock(), "\nerror: {text}");
}
