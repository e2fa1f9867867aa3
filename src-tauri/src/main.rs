//! The window of Xinghuo (星火家园工作台).
//!
//! Here live: start-up, the one window, the four commands its page may call, the pictures it may
//! show, and the files the person hands over (native dialogs, drag and drop, a second launch). No rule and no SQL live
//! here: every question goes to the desk (`xinghuo-desk`) as it came.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod files;
mod home;
mod pictures;
mod renderer;
mod window;

use std::process::ExitCode;

fn main() -> ExitCode {
    renderer::choose();
    let home = match home::find(std::env::args_os().skip(1)) {
        Ok(home) => home,
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::FAILURE;
        }
    };
    match window::run(home) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("窗口没有打开：{error}");
            ExitCode::FAILURE
        }
    }
}
