//! Key files (keys.json) written by hand, and hex.

use age::secrecy::ExposeSecret;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use ed25519_dalek::SigningKey;
use serde_json::json;
use xinghuo_bundle::Cost;

/// What opens every key file made here.
pub const PASSPHRASE: &str = "只为测试";

/// Lower case, two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The bytes of hex text that is known to be right.
pub fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).expect("hex")).collect()
}

/// A key file as the format says, written without the crate.
pub fn key_file(signing: &SigningKey, receiving: &age::x25519::Identity, file_key: &[u8; 32], cost: Cost) -> String {
    let signs = signing.verifying_key().to_bytes();
    let receives = receiving.to_public().to_string();
    let secrets = json!({
        "signing": hex(&signing.to_bytes()),
        "receiving": receiving.to_string().expose_secret(),
        "file_key": hex(file_key),
    });
    let params = Params::new(cost.memory, cost.passes, 1, Some(32)).expect("parameters");
    let mut key = [0u8; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(PASSPHRASE.as_bytes(), &[3; 16], &mut key).expect("a key");
    let bound = [b"xinghuo/keys/v1\n", &signs[..], receives.as_bytes()].concat();
    let sealed = XChaCha20Poly1305::new((&key).into())
        .encrypt(&XNonce::from([4; 24]), Payload { msg: secrets.to_string().as_bytes(), aad: &bound })
        .expect("sealing");
    json!({
        "xinghuo": "keys", "v": 1, "suite": 1, "signs": hex(&signs), "receives": receives,
        "slots": [{
            "kind": "passphrase", "kdf": "argon2id", "memory": cost.memory, "passes": cost.passes,
            "salt": hex(&[3; 16]), "nonce": hex(&[4; 24]), "sealed": hex(&sealed),
        }],
    })
    .to_string()
}
