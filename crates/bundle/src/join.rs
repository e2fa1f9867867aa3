//! The join request (入网申请): what an office must know of a copy before it certifies it.
//! It carries no resident's data; the person who joins chose to hand it over.

use serde::{Deserialize, Serialize};

use crate::error::BundleError;
use crate::keys::{FORMER, Identity, JOIN, Keys, hex, unhex, unhex_key, verify};
use crate::object::objects;

const MAGIC: &str = "XINGHUO-JOIN 1";

/// A copy that asks to be admitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRequest {
    /// Signing key, hex.
    pub signs: String,
    /// Receiving key.
    pub receives: String,
    /// Who works with the copy.
    pub person: String,
    /// The computer's name.
    pub copy: String,
    /// The space it writes: a compound's uuid, or that of an office's registry.
    pub space: uuid::Uuid,
    /// The compound's name, or the office's.
    pub compound: String,
    /// District, street, community, as far as they are above it.
    pub place: String,
    /// How high the office stands that asks; empty for a compound's branch.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub level: String,
    /// Keys this copy wrote under before, oldest first, each vouching for the next.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "objects")]
    pub former: Vec<Former>,
}

/// A key that a copy gave up when it was restored or moved: what was written under it and not
/// sent yet still counts, because the key itself said who goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// Signing key, hex.
    pub signs: String,
    /// Receiving key.
    pub receives: String,
    /// Its signature over the keys that came next, hex.
    pub proof: String,
}

/// More changes of keys than this no copy lives through.
const MAX_FORMER: usize = 32;

fn named(next: &Identity) -> Vec<u8> {
    [&next.signs[..], next.receives.as_bytes()].concat()
}

impl Former {
    /// The old keys' word for the new ones.
    pub fn vouch(old: &Keys, next: &Identity) -> Self {
        let identity = old.identity();
        Self { signs: hex(&identity.signs), receives: identity.receives, proof: hex(&old.sign(FORMER, &named(next))) }
    }

    fn vouches_for(&self, next: &Identity) -> bool {
        match (unhex_key(&self.signs), unhex(&self.proof)) {
            (Some(key), Some(proof)) => verify(&key, FORMER, &named(next), &proof),
            _ => false,
        }
    }
}

impl JoinRequest {
    /// The copy's keys.
    ///
    /// # Errors
    /// [`BundleError::Inconsistent`].
    pub fn identity(&self) -> Result<Identity, BundleError> {
        Ok(Identity { signs: unhex_key(&self.signs).ok_or(BundleError::Inconsistent)?, receives: self.receives.clone() })
    }

    /// The file's bytes: a line that names it, the request, and the copy's own signature.
    pub fn write(&self, keys: &Keys) -> Vec<u8> {
        let body = serde_json::to_string(self).unwrap_or_default();
        let signature = hex(&keys.sign(JOIN, body.as_bytes()));
        format!("{MAGIC}\n{body}\n{signature}\n").into_bytes()
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`BundleError::NotOurs`], [`BundleError::Newer`], [`BundleError::Truncated`],
    /// [`BundleError::Signature`], [`BundleError::Size`].
    pub fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > 64 * 1024 {
            return Err(if bytes.starts_with(b"XINGHUO-JOIN") { BundleError::Size } else { BundleError::NotOurs });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| BundleError::NotOurs)?;
        let mut lines = text.lines();
        match lines.next() {
            Some(MAGIC) => {}
            Some(other) if other.starts_with("XINGHUO-JOIN ") => return Err(BundleError::Newer),
            _ => return Err(BundleError::NotOurs),
        }
        let (Some(body), Some(signature)) = (lines.next(), lines.next()) else { return Err(BundleError::Truncated) };
        // Three lines: what nobody signed has no place beside what was. And an object: a list of
        // the right values would be read as one too.
        if lines.any(|line| !line.is_empty()) {
            return Err(BundleError::Size);
        }
        if !body.starts_with('{') {
            return Err(BundleError::Inconsistent);
        }
        let request: Self = serde_json::from_str(body).map_err(|_| BundleError::Inconsistent)?;
        let torn = signature.len() < 128;
        let signature = unhex(signature).ok_or(if torn { BundleError::Truncated } else { BundleError::Signature })?;
        if !verify(&request.identity()?.signs, JOIN, body.as_bytes(), &signature) {
            return Err(BundleError::Signature);
        }
        // Sound as it is, but not as it was written: something was cut off.
        if !text.ends_with('\n') {
            return Err(BundleError::Truncated);
        }
        if request.former.len() > MAX_FORMER {
            return Err(BundleError::Size);
        }
        // The chain is read backwards: each key must have named the one after it.
        let mut next = request.identity()?;
        for former in request.former.iter().rev() {
            if !former.vouches_for(&next) {
                return Err(BundleError::Signature);
            }
            next = Identity { signs: unhex_key(&former.signs).ok_or(BundleError::Inconsistent)?, receives: former.receives.clone() };
        }
        request.receives.parse::<age::x25519::Recipient>().map_err(|_| BundleError::Inconsistent)?;
        let texts = [&request.person, &request.copy, &request.compound, &request.place, &request.level];
        if texts.iter().any(|t| t.chars().count() > 64 || t.chars().any(|c| c.is_control() || misleads(c))) {
            return Err(BundleError::Inconsistent);
        }
        Ok(request)
    }
}

/// Characters that reorder what a person reads, or that nobody sees.
fn misleads(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E007F}'
    )
}
