//! Pictures of attachments (附件) for the page: `attachment://localhost/small/ID` and `/whole/ID`.
//!
//! By the attachment's id, never by a path; a JPEG or a PNG that the desk made, never a drawing or a
//! page that could run something; nothing while the copy is locked. The web view is told to keep none.

use tauri::http::{Response, StatusCode, header};

use xinghuo_desk::{Desk, Picture};

/// The scheme's name; the page's policy (tauri.conf.json) allows it for pictures alone.
pub const SCHEME: &str = "attachment";

/// The answer to the page asking for this path.
pub fn answer(desk: &Desk, path: &str) -> Response<Vec<u8>> {
    let found = wanted(path).and_then(|(id, small)| desk.picture(id.parse().ok()?, small).ok());
    let (status, media, bytes) = match found {
        Some(Picture { media_type, bytes }) => (StatusCode::OK, media_type, bytes),
        None => (StatusCode::NOT_FOUND, "text/plain", Vec::new()),
    };
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, media)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox")
        .header(header::CACHE_CONTROL, "no-store")
        .body(bytes)
        .unwrap_or_default()
}

/// The id and whether the small picture is meant.
fn wanted(path: &str) -> Option<(&str, bool)> {
    let (size, id) = path.strip_prefix('/')?.split_once('/')?;
    match size {
        "small" => Some((id, true)),
        "whole" => Some((id, false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_size_and_an_id_are_understood() {
        assert_eq!(wanted("/small/019"), Some(("019", true)));
        assert_eq!(wanted("/whole/019"), Some(("019", false)));
        for path in ["", "/", "/small", "small/019", "//small/019", "/etc/passwd", "/Small/019"] {
            assert_eq!(wanted(path), None, "{path}");
        }
    }

    #[test]
    fn without_an_open_copy_there_is_no_picture_and_no_guess_at_what_it_is() {
        let desk = Desk::new(std::env::temp_dir().join("xinghuo-no-copy"));
        for path in ["/small/01932a40-0000-7000-8000-000000000000", "/whole/../keys.json", "/whole/", "/"] {
            let answer = answer(&desk, path);
            assert_eq!((answer.status(), answer.body().len()), (StatusCode::NOT_FOUND, 0), "{path}");
            assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
        }
    }
}
