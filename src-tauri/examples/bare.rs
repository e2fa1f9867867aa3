//! A window of the same kit with an empty page and nothing behind it: what any such window costs.
//!
//! `cargo xtask bench` measures the real window against it.

use tauri::http::Response;
use tauri::{Url, WebviewUrl, WebviewWindowBuilder};

const PAGE: &str = "<!doctype html><meta charset=utf-8><title>bare</title><h1>空</h1>";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tauri::Builder::default()
        .register_uri_scheme_protocol("bare", |_, _| {
            Response::builder().header("content-type", "text/html").body(PAGE.as_bytes()).unwrap_or_default()
        })
        .setup(|app| {
            let page = WebviewUrl::CustomProtocol(Url::parse("bare://localhost/")?);
            WebviewWindowBuilder::new(app, "bare", page).inner_size(1280.0, 720.0).build()?;
            Ok(())
        })
        .run(tauri::generate_context!())?;
    Ok(())
}
