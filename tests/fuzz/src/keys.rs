//! The key file (keys.json): what opens has the keys it names. Slow, because a passphrase is meant to be:
//! twenty milliseconds an input.

use serde_json::Value;
use xinghuo_bundle::Keys;
use xinghuo_forge::{FOLDER, PASSPHRASE, Vector, hex};

use crate::chance::Chance;
use crate::{Depth, Plain, Target, json};

/// The target.
pub const TARGET: Target = Target { name: "keys", longest: 4096, check: |bytes, depth| check(bytes, depth), mutate, seeds };

/// What a file may ask for here; more is allowed, and would only take long.
const MEMORY: u64 = 20 * 1024;

/// Runs one input.
pub fn check(bytes: &[u8], _: Depth) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let file: Value = serde_json::from_str(text).unwrap_or_default();
    let dear = |slot: &Value| slot["memory"].as_u64().unwrap_or(0) > MEMORY || slot["passes"].as_u64().unwrap_or(0) > 2;
    let cheap = file["slots"].as_array().is_none_or(|slots| slots.iter().all(|slot| slot.is_object() && !dear(slot)));
    if !cheap {
        return false;
    }
    if let Ok(keys) = Keys::unlock(text, PASSPHRASE) {
        assert_eq!(file["signs"].as_str().map(str::to_lowercase), Some(hex(&keys.identity().signs)), "other keys than the file names");
        assert_eq!(file["receives"].as_str(), Some(&keys.identity().receives[..]), "another receiving key than the file names");
    }
    true
}

/// Changes one value.
pub fn mutate(bytes: &mut Vec<u8>, chance: &mut Chance, plain: Plain<'_>) {
    // On one line, as the mutator expects it.
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        *bytes = value.to_string().into_bytes();
    }
    json::mutate(bytes, chance, plain);
}

/// The published key files.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> =
        Vector::all(std::path::Path::new(FOLDER)).into_iter().filter(|v| v.get("kind") == Some("keys")).map(|v| v.bytes).collect();
    out.push(xinghuo_forge::receiver_keys().into_bytes());
    out
}
