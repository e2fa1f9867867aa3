//! Starts and stops `tauri-driver`, which starts the window for each session.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use crate::Tried;
use crate::place::Place;

/// Which window is opened, and how.
pub struct Opening {
    /// The program.
    pub program: PathBuf,
    /// Whether pictures will be taken. With WebKit's older renderer, the window's own choice, a driver
    /// waits for ever for the picture of a page that has no layer of its own (WebKitGTK 2.50).
    pub pictures: bool,
}

impl Default for Opening {
    /// The window under test, to be looked at.
    fn default() -> Opening {
        let program = std::env::var_os("XINGHUO_WINDOW").map_or_else(|| root().join("target/debug/xinghuo-window"), PathBuf::from);
        Opening { program, pictures: true }
    }
}

/// A running driver, ended with it.
pub struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts a driver whose windows live in this place.
    pub async fn start(place: &Place, opening: &Opening) -> Tried<Driver> {
        let [port, native] = free_ports()?;
        let program = std::env::var_os("TAURI_DRIVER").map_or_else(|| root().join("target/tools/bin/tauri-driver"), PathBuf::from);
        let mut command = Command::new(&program);
        // With all it starts, so that all of it can be ended.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let process = command
            .args(["--port", &port.to_string(), "--native-port", &native.to_string()])
            .env("XINGHUO_HOME", place.home())
            .env("XINGHUO_STATE", place.state())
            // Where the page keeps its size of text: of one window only.
            .env("XDG_DATA_HOME", place.folder().join("data"))
            .env("XINGHUO_PICK", format!("@{}", place.picks().display()))
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", if opening.pictures { "0" } else { "1" })
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}; `cargo xtask setup` installs it", program.display()))?;
        let driver = Driver { process, port };
        // It listens before the driver behind it does, and answers 500 until then.
        for port in [port, native] {
            listening(port).await?;
        }
        Ok(driver)
    }

    /// The process of the driver.
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// Where it answers.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    /// SIGTERM, so that it ends the driver behind it and the window in order; what has not gone after a while, or
    /// was left behind, is ended by force.
    fn drop(&mut self) {
        let tell = |signal: &str, whom: &str| {
            let _ = Command::new("kill").args([signal, "--", whom]).stderr(Stdio::null()).status();
        };
        let id = self.process.id().to_string();
        tell("-TERM", &id);
        let until = Instant::now() + Duration::from_secs(5);
        while matches!(self.process.try_wait(), Ok(None)) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
        tell("-KILL", &format!("-{id}"));
        let _ = self.process.wait();
    }
}

/// The checkout's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_path_buf()
}

/// Two ports nobody listens on. Tests that start at the same time never get the same ones: a port that is free
/// until its driver listens would be handed out twice, and one test would end the other's driver. They lie below
/// those the system gives to whoever dials.
fn free_ports() -> Tried<[u16; 2]> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    const FIRST: u16 = 20_000;
    const PORTS: u16 = 12_000;
    let mut free = (0..PORTS).filter_map(|_| {
        let turn = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add((std::process::id() % u32::from(PORTS)) as u16);
        let port = FIRST + turn % PORTS;
        TcpListener::bind(("127.0.0.1", port)).is_ok().then_some(port)
    });
    match (free.next(), free.next()) {
        (Some(port), Some(native)) => Ok([port, native]),
        _ => Err("no free port".into()),
    }
}

async fn listening(port: u16) -> Tried {
    let until = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), Duration::from_millis(200)).is_err() {
        if Instant::now() > until {
            return Err(format!("no driver on port {port} after 20 s").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
