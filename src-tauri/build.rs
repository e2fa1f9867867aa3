//! Declares which commands exist, so that each needs a permission, then lets Tauri check its files.

/// Every command of the window. Without this list Tauri would allow all of them to every page.
const COMMANDS: &[&str] = &["ask", "pick_file", "pick_save", "opened_with"];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        println!("cargo::error={error:#}");
    }
}
