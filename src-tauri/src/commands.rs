//! The four commands the page may call. Sync functions run off the main thread (`async`).

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use tauri::{State, WebviewWindow};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder};

use crate::files::{Files, Picked};
use xinghuo_desk::{Ask, Desk, Failure};

/// The files the program was opened with, waiting for the page to ask.
pub struct OpenedWith(pub Vec<PathBuf>);

/// What a file is wanted for: decides the dialog's title, the file types and whether several may be chosen.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// Data packages (数据包) from another laptop.
    Bundle,
    /// A roster (花名册) in a spreadsheet.
    Roster,
    /// A join request (入网申请).
    Join,
    /// A backup (备份).
    Backup,
    /// Photos, scans and papers to be filed (附件).
    Attachment,
    /// Anything: chat programs rename files.
    Any,
}

/// The one door to the desk: a question in, an answer or a failure out.
///
/// A question that cannot be read names nothing of what it held: the page logs failures.
#[tauri::command(async)]
pub fn ask(desk: State<Desk>, files: State<Files>, mut ask: Value) -> Result<Value, Failure> {
    files.resolve(&mut ask).map_err(|()| failure("fileNotChosen", "这个文件不是您选的。", "请重新选择文件。"))?;
    let ask: Ask = serde_json::from_value(ask)
        .map_err(|_| failure("questionUnreadable", "这一步程序没有听懂。", "数据没有变动。请关闭程序重新打开再试。"))?;
    desk.answer(ask)
}

/// Opens the native dialog to choose files; empty when the person cancelled.
#[tauri::command(async)]
pub fn pick_file(window: WebviewWindow, files: State<Files>, purpose: Purpose) -> Vec<Picked> {
    files.hand_out(prepared().unwrap_or_else(|| chosen(&window, purpose)))
}

/// Opens the native dialog to say where a file goes; `None` when the person cancelled.
#[tauri::command(async)]
pub fn pick_save(window: WebviewWindow, files: State<Files>, suggested: String) -> Option<Picked> {
    let path = match prepared() {
        Some(paths) => paths.into_iter().next().map(|path| if path.is_dir() { path.join(&suggested) } else { path }),
        None => dialog(&window).set_title("保存到").set_file_name(suggested).blocking_save_file().and_then(|file| file.into_path().ok()),
    };
    files.hand_out(path).into_iter().next()
}

/// The files this program was opened with, asked for once by the page when it is ready.
#[tauri::command(async)]
pub fn opened_with(files: State<Files>, opened: State<OpenedWith>) -> Vec<Picked> {
    files.hand_out(opened.0.iter().cloned())
}

fn chosen(window: &WebviewWindow, purpose: Purpose) -> Vec<PathBuf> {
    let dialog = dialog(window);
    let (dialog, several) = match purpose {
        Purpose::Bundle => {
            (dialog.set_title("选择收到的数据包").add_filter("星火数据包", &["xinghuo"]).add_filter("所有文件", &["*"]), true)
        }
        Purpose::Roster => (dialog.set_title("选择花名册").add_filter("表格", &["xlsx", "xls", "csv", "et"]), false),
        Purpose::Join => (dialog.set_title("选择入网申请").add_filter("入网申请", &["xinghuo-join"]).add_filter("所有文件", &["*"]), false),
        Purpose::Backup => (dialog.set_title("选择备份").add_filter("备份", &["xinghuo-backup"]).add_filter("所有文件", &["*"]), false),
        Purpose::Attachment => {
            (dialog.set_title("选择照片或 PDF").add_filter("照片和 PDF", &["jpg", "jpeg", "png", "pdf", "JPG", "JPEG", "PNG", "PDF"]), true)
        }
        Purpose::Any => (dialog.set_title("选择文件"), false),
    };
    let picked = if several { dialog.blocking_pick_files() } else { dialog.blocking_pick_file().map(|file| vec![file]) };
    picked.unwrap_or_default().into_iter().filter_map(|file| file.into_path().ok()).collect()
}

fn dialog(window: &WebviewWindow) -> FileDialogBuilder<tauri::Wry> {
    window.dialog().file().set_parent(window)
}

/// A native dialog cannot be driven by a test, so a debug build may read the answer from
/// `XINGHUO_PICK`: paths line by line, or `@FILE` naming a file that holds them.
#[cfg(debug_assertions)]
fn prepared() -> Option<Vec<PathBuf>> {
    let value = std::env::var("XINGHUO_PICK").ok()?;
    let lines = match value.strip_prefix('@') {
        Some(list) => std::fs::read_to_string(list).unwrap_or_default(),
        None => value,
    };
    Some(lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(PathBuf::from).collect())
}

#[cfg(not(debug_assertions))]
fn prepared() -> Option<Vec<PathBuf>> {
    None
}

fn failure(code: &str, message: &str, advice: &str) -> Failure {
    Failure { code: code.into(), message: message.into(), advice: advice.into(), field: None, exit: 1 }
}
