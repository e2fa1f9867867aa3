//! The one window: where its page may go, when it shows, what is dropped on it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::{AppHandle, DragDropEvent, Emitter, Manager, Url, WebviewWindowBuilder, WindowEvent};

use crate::commands::{self, OpenedWith};
use crate::files::Files;
use crate::home::Home;
use crate::pictures;
use xinghuo_desk::Desk;

/// The label the capability names.
const MAIN: &str = "main";
/// Sent to the page with the [`Picked`](crate::files::Picked) files that were dropped or opened.
const FILES: &str = "files-given";

/// Opens the window and stays until it is closed.
///
/// # Errors
/// Tauri's own, when no window can be made (no display, say).
pub fn run(home: Home) -> tauri::Result<()> {
    let Home { asked, files: opened } = home;
    tauri::Builder::default()
        .plugin(one_program(asked.as_deref()))
        .plugin(tauri_plugin_dialog::init())
        .manage(Files::default())
        .manage(OpenedWith(opened))
        .register_asynchronous_uri_scheme_protocol(pictures::SCHEME, |context, request, responder| {
            if context.webview_label() != MAIN {
                return;
            }
            // A large picture takes a moment to be read and decrypted.
            let app = context.app_handle().clone();
            std::thread::spawn(move || responder.respond(pictures::answer(&app.state::<Desk>(), request.uri().path())));
        })
        .invoke_handler(tauri::generate_handler![commands::ask, commands::pick_file, commands::pick_save, commands::opened_with])
        .on_window_event(|window, event| {
            if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event {
                hand_over(window.app_handle(), paths.clone());
            }
        })
        .setup(move |app| {
            let home = match asked {
                Some(folder) => std::path::absolute(folder)?,
                None => app.path().data_dir()?.join("xinghuo"),
            };
            app.manage(Desk::new(home));
            open(app.handle())?;
            Ok(())
        })
        .run(tauri::generate_context!())
}

fn open(app: &AppHandle) -> tauri::Result<()> {
    let Some(config) = app.config().app.windows.iter().find(|window| window.label == MAIN).cloned() else {
        return Err(tauri::Error::WindowNotFound);
    };
    WebviewWindowBuilder::from_config(app, &config)?
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        // A hidden page gets no animation frames, so the page cannot say it is ready: show it from here.
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished {
                let _ = window.show();
            }
        })
        .build()?;
    Ok(())
}

/// The page may go nowhere but to the program's own pages.
fn is_ours(url: &Url) -> bool {
    let development = cfg!(not(feature = "shipped")) && url.scheme() == "http" && url.host_str() == Some("localhost");
    let embedded = (url.scheme() == "tauri" && url.host_str() == Some("localhost"))
        || (cfg!(windows) && url.scheme().starts_with("http") && url.host_str() == Some("tauri.localhost"));
    embedded || development
}

/// A second launch brings the first window forward and hands it the files it was opened with.
///
/// A home of its own (a test, the demo) is a program of its own; Linux tells them apart by name.
fn one_program(home: Option<&Path>) -> tauri::plugin::TauriPlugin<tauri::Wry> {
    let name = home.map_or_else(String::new, |home| {
        let mut hasher = DefaultHasher::new();
        home.hash(&mut hasher);
        format!(".home{:x}", hasher.finish())
    });
    tauri_plugin_single_instance::Builder::new()
        .dbus_id(format!("cn.xinghuo.workbench{name}"))
        .callback(|app, arguments, folder| {
            if let Some(window) = app.get_webview_window(MAIN) {
                let _ = window.unminimize();
                let _ = window.set_focus();
            }
            if let Ok(home) = crate::home::find(arguments.into_iter().skip(1).map(Into::into)) {
                hand_over(app, home.files.into_iter().map(|file| Path::new(&folder).join(file)).collect());
            }
        })
        .build()
}

fn hand_over(app: &AppHandle, paths: Vec<PathBuf>) {
    let picked = app.state::<Files>().hand_out(paths);
    if !picked.is_empty() {
        let _ = app.emit_to(MAIN, FILES, picked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_goes_nowhere_else() {
        let check = |url: &str, allowed: bool| {
            assert_eq!(Url::parse(url).map(|url| is_ours(&url)), Ok(allowed), "{url}");
        };
        check("tauri://localhost/index.html", true);
        check("tauri://elsewhere/", false);
        check("https://example.com/", false);
        check("http://localhost.example.com/", false);
        check("file:///etc/passwd", false);
        check("data:text/html,x", false);
        check("attachment://localhost/whole/x", false);
        check("about:blank", false);
    }
}
