//! Where this person's data lives: `--home DIR`, else `XINGHUO_HOME`, else the system's place.

use std::ffi::OsString;
use std::path::PathBuf;

/// What the command line says.
#[derive(Debug, PartialEq, Eq)]
pub struct Home {
    /// The folder asked for; `None` means the system's place for program data.
    pub asked: Option<PathBuf>,
    /// Files to open, as a file manager passes them.
    pub files: Vec<PathBuf>,
}

/// Reads the command line and the environment.
///
/// # Errors
/// A sentence for the person when an option is unknown or lacks its value.
pub fn find(arguments: impl Iterator<Item = OsString>) -> Result<Home, String> {
    read(arguments, std::env::var_os("XINGHUO_HOME"))
}

fn read(mut arguments: impl Iterator<Item = OsString>, variable: Option<OsString>) -> Result<Home, String> {
    let mut home = Home { asked: variable.filter(|value| !value.is_empty()).map(PathBuf::from), files: Vec::new() };
    while let Some(argument) = arguments.next() {
        if argument == "--home" {
            let folder = arguments.next().ok_or("--home 后面要写一个文件夹。")?;
            home.asked = Some(PathBuf::from(folder));
        } else if argument.to_string_lossy().starts_with("--") {
            return Err(format!("不认识的选项：{}。可用的选项：--home 文件夹。", argument.to_string_lossy()));
        } else {
            home.files.push(PathBuf::from(argument));
        }
    }
    Ok(home)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &[&str], variable: Option<&str>, folder: Option<&str>, files: &[&str]) {
        let found = read(arguments.iter().map(OsString::from), variable.map(OsString::from));
        let expected = Home { asked: folder.map(PathBuf::from), files: files.iter().map(PathBuf::from).collect() };
        assert_eq!(found, Ok(expected), "{arguments:?} {variable:?}");
    }

    #[test]
    fn the_option_wins_over_the_variable_and_the_variable_over_the_system() {
        check(&[], None, None, &[]);
        check(&[], Some(""), None, &[]);
        check(&[], Some("/v"), Some("/v"), &[]);
        check(&["--home", "/o"], Some("/v"), Some("/o"), &[]);
        check(&["收到.xinghuo", "--home", "/o"], None, Some("/o"), &["收到.xinghuo"]);
    }

    #[test]
    fn an_unknown_option_and_a_missing_folder_are_refused_in_a_sentence() {
        assert!(read(["--hom".into()].into_iter(), None).is_err());
        assert!(read(["--home".into()].into_iter(), None).is_err());
    }
}
