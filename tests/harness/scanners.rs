//! Real malware scanners: clamd with signatures of our own, and c-icap in front of it. Neither knows anything of us.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use connector::config::{Config, ScannerConfig};
use connector::scanners::Scanner;

use crate::child::{self, Served};
use crate::port;

/// The EICAR test file (68 bytes) by its digest, and its text wherever it lies in a file.
const DIGEST_SIGNATURE: &str = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n";
/// What clamd takes in one stream, and looks at in one member.
pub const CLAMD_TAKES_BYTES: u64 = 32 * 1024 * 1024;

pub struct Clamd {
    socket: PathBuf,
    _served: Served,
}

pub struct Icap {
    address: String,
    _served: Served,
}

impl Clamd {
    /// One for all tests of a program.
    pub fn shared() -> &'static Self {
        static CLAMD: OnceLock<Clamd> = OnceLock::new();
        CLAMD.get_or_init(|| Self::start("clamd"))
    }

    fn start(name: &str) -> Self {
        let folder = folder(name);
        let signatures = folder.join("signatures");
        std::fs::create_dir_all(&signatures).expect("the folder is ours");
        let text = hex::encode(inspection::scanner::sample::test_file());
        let write = |name: &str, text: &str| std::fs::write(signatures.join(name), text).expect("the folder is ours");
        write("digests.hdb", DIGEST_SIGNATURE);
        write("anywhere.ndb", &format!("Eicar-Anywhere:0:*:{text}\n"));
        let socket = folder.join("clamd.ctl");
        let configuration = format!(
            "Foreground yes\nDatabaseDirectory {}\nLocalSocket {}\nTemporaryDirectory {}\nStreamMaxLength \
             {CLAMD_TAKES_BYTES}\nMaxFileSize {CLAMD_TAKES_BYTES}\nMaxScanSize {}\nAlertExceedsMax yes\nAlertEncrypted \
             yes\nMaxThreads 4\n",
            signatures.display(),
            socket.display(),
            folder.display(),
            2 * CLAMD_TAKES_BYTES,
        );
        let file = folder.join("clamd.conf");
        std::fs::write(&file, configuration).expect("the folder is ours");
        let program = program("clamd", "clamav-daemon");
        let arguments = ["--config-file", file.to_str().expect("our own name")];
        let served = Served::start(&program, &arguments, &folder, None).expect("clamd starts");
        until_there(|| std::os::unix::net::UnixStream::connect(&socket).is_ok());
        Self { socket, _served: served }
    }

    pub fn address(&self) -> String {
        format!("clamd://{}", self.socket.display())
    }
}

impl Icap {
    pub fn shared() -> &'static Self {
        static ICAP: OnceLock<Icap> = OnceLock::new();
        ICAP.get_or_init(|| Self::start(Clamd::shared()))
    }

    fn start(clamd: &Clamd) -> Self {
        let folder = folder("icap");
        let places = ["/usr/lib/x86_64-linux-gnu/c_icap", "/usr/lib/aarch64-linux-gnu/c_icap"];
        let modules = places.into_iter().find(|place| Path::new(place).join("virus_scan.so").is_file());
        let modules = modules.expect("libc-icap-mod-virus-scan is installed");
        let port = port::free_port();
        let configuration = format!(
            "PidFile {0}/pid\nCommandsSocket {0}/control\nPort 127.0.0.1:{port}\nTmpDir {0}\nServerLog {0}/server.log\n\
             AccessLog {0}/access.log\nModulesDir {modules}\nServicesDir {modules}\n\
             TemplateDir /usr/share/c_icap/templates/\nStartServers 1\nMaxServers 2\n\
             Module common clamd_mod.so\nclamd_mod.ClamdSocket {1}\nService antivirus virus_scan.so\n\
             virus_scan.ScanFileTypes TEXT DATA EXECUTABLE ARCHIVE GIF JPEG MSOFFICE\nvirus_scan.MaxObjectSize 6M\n",
            folder.display(),
            clamd.socket.display(),
        );
        let file = folder.join("c-icap.conf");
        std::fs::write(&file, configuration).expect("the folder is ours");
        let arguments = ["-N", "-f", file.to_str().expect("our own name")];
        let served = Served::start(&program("c-icap", "c-icap"), &arguments, &folder, None).expect("c-icap starts");
        until_there(|| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        let address = format!("icap://127.0.0.1:{port}/virus_scan?allow204=on&mode=simple");
        Self { address, _served: served }
    }

    pub fn address(&self) -> String {
        self.address.clone()
    }
}

/// The lines of a `[[scanner]]` section.
pub fn section(address: &str, max_bytes: u64, timeout_seconds: u32) -> String {
    format!(
        "\n[[scanner]]\nname = \"scanner\"\naddress = \"{address}\"\nmax_bytes = {max_bytes}\n\
         timeout_seconds = {timeout_seconds}\n"
    )
}

/// A scanner as the connector opens it.
pub fn open(address: &str, max_bytes: u64, patience: Duration) -> Scanner {
    let (protocol, place) = Config::scanner_address(address).expect("an address of ours");
    let signatures_good_for = Duration::from_hours(72);
    let name = "scanner".to_owned();
    Scanner::new(ScannerConfig { name, protocol, place, max_bytes, timeout: patience, signatures_good_for })
}

fn program(name: &str, package: &str) -> PathBuf {
    let hidden = Path::new("/usr/sbin").join(name);
    if hidden.is_file() { hidden } else { child::program(name, &format!("the Debian package {package}")) }
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("casegate-tests-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

fn until_there(is_there: impl Fn() -> bool) {
    for _ in 0..600 {
        if is_there() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("a scanner was not ready within 60 s");
}
