//! Chooses how WebKitGTK draws, before anything of it is loaded.
//!
//! On machines without a usable GPU, WebKitGTK's DMABUF renderer shows a blank window or starts
//! slower and takes 64 MB more. It is switched off by an environment variable that WebKit's child
//! processes read too. Setting a variable inside a running process is `unsafe` (another thread may
//! be reading the environment), so the program starts itself over with the variable set instead:
//! `exec` keeps the process id, happens once, and costs a few milliseconds. Somebody who sets the
//! variable (to `0`, say) keeps that choice.

/// Off by default; see the module's words.
#[cfg(target_os = "linux")]
pub fn choose() {
    use std::os::unix::process::CommandExt;

    const DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(DMABUF).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    // `exec` returns only when it failed; then the window opens with WebKit's own choice.
    let failed = std::process::Command::new(program).args(std::env::args_os().skip(1)).env(DMABUF, "1").exec();
    eprintln!("绘图方式沿用系统默认：{failed}");
}

/// Other systems draw with their own web view.
#[cfg(not(target_os = "linux"))]
pub fn choose() {}
