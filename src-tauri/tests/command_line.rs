//! The window's program as another program or a file manager starts it.

use std::process::Command;

type Tried = Result<(), Box<dyn std::error::Error>>;

#[test]
fn an_option_it_does_not_know_is_refused_in_a_sentence_before_any_window_opens() -> Tried {
    let output = Command::new(env!("CARGO_BIN_EXE_xinghuo-window")).arg("--hom").env_remove("DISPLAY").output()?;
    let said = String::from_utf8(output.stderr)?;
    assert!(!output.status.success());
    assert!(said.contains("不认识的选项：--hom"), "{said}");
    Ok(())
}

#[test]
fn without_a_screen_it_says_so_and_ends_with_an_error() -> Tried {
    let home = std::env::temp_dir().join("xinghuo-no-screen");
    let output = Command::new(env!("CARGO_BIN_EXE_xinghuo-window"))
        .arg("--home")
        .arg(home)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()?;
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
