//! A program that runs beside us, its output in a log file, ended by its own process id.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

pub struct Process {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    log: PathBuf,
    child: Option<Child>,
}

impl Process {
    pub fn new(name: &'static str, program: PathBuf, arguments: Vec<String>, logs: &Path) -> Self {
        Self { name, program, arguments, log: logs.join(format!("{name}.log")), child: None }
    }

    pub fn start(&mut self) -> Result<()> {
        let child = self.command(Stdio::from(self.log_file()?))?.spawn();
        self.child = Some(child.with_context(|| format!("starting {}", self.program.display()))?);
        Ok(())
    }

    /// Starts it and reads the one line it prints when it is ready.
    pub async fn start_and_read_line(&mut self) -> Result<String> {
        let mut child = self.command(Stdio::piped())?.spawn()?;
        let output = child.stdout.take().expect("standard output was asked for");
        self.child = Some(child);
        let mut line = String::new();
        let mut output = BufReader::new(output);
        match timeout(Duration::from_mins(1), output.read_line(&mut line)).await {
            Ok(Ok(length)) if length > 0 => Ok(line),
            _ => bail!("{} did not become ready; see {}", self.name, self.log.display()),
        }
    }

    /// As a power cut would: SIGKILL.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill().await;
        }
    }

    /// Asks it to end, then insists.
    pub async fn end(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        if let Some(pid) = child.id() {
            let _ = Command::new("kill").args(["-TERM", &pid.to_string()]).status().await;
        }
        if timeout(Duration::from_secs(10), child.wait()).await.is_err() {
            let _ = child.kill().await;
        }
    }

    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    fn command(&self, output: Stdio) -> Result<Command> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(self.log_file()?)
            // Ctrl-C at the terminal is for us; we end the others in order.
            .process_group(0)
            .kill_on_drop(true);
        Ok(command)
    }

    fn log_file(&self) -> Result<std::fs::File> {
        let file = OpenOptions::new().create(true).append(true).open(&self.log);
        file.with_context(|| self.log.display().to_string())
    }
}
