//! What drives the real window: a home made ready through the desk, the driver, and the page as a
//! person uses it. The window tests and the window's figures share it.

mod driver;
mod page;
mod place;

pub use driver::{Opening, root};
pub use page::{DOWN, ENTER, ESCAPE, F3, Page, Size, TAB};
pub use place::{PASSPHRASE, Place};

/// What a test or a step of it comes to.
pub type Tried<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[cfg(test)]
mod tests {
    use crate::root;

    #[test]
    fn every_test_that_the_guarantees_name_exists_where_they_say() {
        let page = std::fs::read_to_string(root().join("docs/guarantees.md")).unwrap_or_default();
        let mut named = 0;
        for line in page.lines() {
            // Names come before their file: `one`, `two` in `path`.
            let mut waiting: Vec<&str> = Vec::new();
            for word in line.split('`').skip(1).step_by(2) {
                if word.ends_with(".rs") {
                    let source = std::fs::read_to_string(root().join(word)).unwrap_or_default();
                    assert!(!source.is_empty(), "{word} is not there");
                    for name in waiting.drain(..) {
                        assert!(source.contains(&format!("fn {name}(")), "{name} is not in {word}");
                        named += 1;
                    }
                } else if word.len() > 24 && word.contains('_') {
                    waiting.push(word);
                }
            }
            assert_eq!(waiting, Vec::<&str>::new(), "without a file");
        }
        assert!(named > 25, "{named} tests are named");
    }
}
