//! What drives the real window: a home made ready through the desk, the driver, and the page as a
//! person uses it. The window tests and the window's figures share it.

mod driver;
mod page;
mod place;

pub use driver::{Opening, root};
pub use page::{ENTER, ESCAPE, F3, Page, Size};
pub use place::{PASSPHRASE, Place};

/// What a test or a step of it comes to.
pub type Tried<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
