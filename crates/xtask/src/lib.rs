//! What the task runner knows about this machine and this repository, for the programs that it starts.

pub mod digest;
pub mod machine;
pub mod port;
pub mod run;
pub mod say;
pub mod workspace;
