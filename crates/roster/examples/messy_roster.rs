//! Writes a made-up roster as people really keep it: `messy_roster FILE [ROWS]`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("messy_roster FILE [ROWS]");
        return ExitCode::from(2);
    };
    let rows = arguments.next().and_then(|n| n.to_str()?.parse().ok()).unwrap_or(300);
    match std::fs::write(&path, xinghuo_roster::sample::messy_workbook(7, rows)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("not written: {error}");
            ExitCode::FAILURE
        }
    }
}
