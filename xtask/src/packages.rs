//! The system packages: what the window is built from, what the tests drive it with, fonts, the
//! programs that turn papers into pictures for the tests, and the one that interrupts.

use std::process::Command;

use crate::steps::{run, said};

/// Names as Debian 12 and Ubuntu 22.04 and later have them.
const PACKAGES: &[&str] = &[
    // The window.
    "build-essential",
    "pkg-config",
    "curl",
    "file",
    "libwebkit2gtk-4.1-dev",
    "libxdo-dev",
    "librsvg2-dev",
    "libssl-dev",
    "libayatana-appindicator3-dev",
    // Its tests.
    "webkit2gtk-driver",
    "xvfb",
    "xauth",
    "dbus",
    "dbus-x11",
    "xdotool",
    "x11-utils",
    // Papers, and looking at them.
    "fonts-noto-cjk",
    "fonts-lxgw-wenkai",
    "fonts-hanazono",
    "poppler-utils",
    "imagemagick",
    "libreoffice-writer-nogui",
    // What interrupts the program in the crash tests.
    "strace",
];

/// Installs the packages that are missing.
///
/// # Errors
/// A sentence with the command to run by hand, where it may not be run from here.
pub fn install() -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        println!("   nothing to install on this system");
        return Ok(());
    }
    if said("apt-get", &["--version"]).is_none() {
        println!("   no apt-get here: please see to it that the counterparts of these are installed:");
        println!("   {}", PACKAGES.join(" "));
        return Ok(());
    }
    let missing: Vec<&str> = PACKAGES.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        println!("   there already ({} packages)", PACKAGES.len());
        return Ok(());
    }
    println!("   missing: {}", missing.join(" "));
    run(&mut apt(&["update", "-qq"])?)?;
    run(apt(&["install", "-y", "-qq", "--no-install-recommends"])?.args(&missing))
}

/// `apt-get` as root: as it is, or through sudo.
///
/// # Errors
/// A sentence, where neither is possible.
pub fn apt(arguments: &[&str]) -> Result<Command, String> {
    let mut command = if said("id", &["-u"]).as_deref() == Some("0") {
        Command::new("env")
    } else if said("sudo", &["--version"]).is_some() {
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    } else {
        return Err(format!("please run as root: apt-get install --no-install-recommends {}", PACKAGES.join(" ")));
    };
    command.arg("DEBIAN_FRONTEND=noninteractive").arg("apt-get").args(arguments);
    Ok(command)
}

fn is_installed(package: &str) -> bool {
    said("dpkg-query", &["-W", "-f=${db:Status-Status}", package]).as_deref() == Some("installed")
}
