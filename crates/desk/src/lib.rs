//! The use cases: everything a face may ask, and the views it gets back.

pub mod ask;
pub mod views;

pub use ask::Ask;
pub use views::Failure;
