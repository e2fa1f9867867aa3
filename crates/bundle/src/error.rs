//! What can be wrong with keys and files.

/// An error of keys or bundles. No content, no names.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The passphrase does not open the key file.
    #[error("the passphrase does not fit")]
    WrongPassphrase,
    /// The key file cannot be read.
    #[error("the key file is damaged")]
    KeysDamaged,
    /// The key file asks for more memory or time than is sane.
    #[error("the key file asks for too much work")]
    KeysTooCostly,
    /// No Xinghuo file at all.
    #[error("not a Xinghuo file")]
    NotOurs,
    /// A newer program wrote it.
    #[error("written by a newer version")]
    Newer,
    /// It ends too early.
    #[error("the file is incomplete")]
    Truncated,
    /// It is longer than it says, or larger than allowed.
    #[error("the file has a wrong size")]
    Size,
    /// It was written for somebody else.
    #[error("written for somebody else")]
    NotForUs {
        /// Whom it names, hex of the signing key.
        to: String,
    },
    /// It cannot be decrypted.
    #[error("cannot be decrypted")]
    Sealed,
    /// The sender's signature does not fit.
    #[error("the signature does not fit")]
    Signature,
    /// The signed part contradicts the rest.
    #[error("the contents do not fit together")]
    Inconsistent,
    /// The system has no random numbers.
    #[error("no random numbers from the system")]
    NoRandom,
    /// A file could not be read or written.
    #[error("a file could not be read or written")]
    File(#[from] std::io::Error),
    /// The person asked to stop.
    #[error("stopped")]
    Stopped,
}

impl BundleError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongPassphrase => "keys.wrong_passphrase",
            Self::KeysDamaged => "keys.damaged",
            Self::KeysTooCostly => "keys.too_costly",
            Self::NotOurs => "bundle.not_ours",
            Self::Newer => "bundle.newer",
            Self::Truncated => "bundle.truncated",
            Self::Size => "bundle.size",
            Self::NotForUs { .. } => "bundle.not_for_us",
            Self::Sealed => "bundle.sealed",
            Self::Signature => "bundle.signature",
            Self::Inconsistent => "bundle.inconsistent",
            Self::NoRandom => "keys.no_random",
            Self::File(_) => "file.io",
            Self::Stopped => "cancelled",
        }
    }
}
