//! A copy's keys: one pair that signs, one that receives, and the key of its store, wrapped by
//! the passphrase in a file beside the store, never in it (sync.md §8).

use age::secrecy::ExposeSecret;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use xinghuo_ledger::{Hash, LogId, PublicKey};
use zeroize::{Zeroize, Zeroizing};

use crate::error::BundleError;

/// What others know of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Verifies its seals and manifests.
    pub signs: PublicKey,
    /// Receives bundles: an age recipient.
    pub receives: String,
}

/// What unlocking costs: Argon2id memory in KiB and passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// KiB.
    pub memory: u32,
    /// Passes.
    pub passes: u32,
}

impl Default for Cost {
    /// 64 MiB, three passes: about 0.12 s on the machine it was measured on.
    fn default() -> Self {
        Self { memory: 64 * 1024, passes: 3 }
    }
}

impl Cost {
    /// The least that is accepted (OWASP): 19 MiB, two passes. For tests and simulators.
    pub const LEAST: Self = Self { memory: 19 * 1024, passes: 2 };
    const MOST: Self = Self { memory: 1024 * 1024, passes: 16 };
}

/// An unlocked copy's keys.
pub struct Keys {
    signing: SigningKey,
    receiving: age::x25519::Identity,
    file_key: Zeroizing<[u8; 32]>,
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    xinghuo: String,
    v: u16,
    suite: u16,
    signs: String,
    receives: String,
    slots: Vec<Slot>,
}

/// What every version's key file has.
#[derive(Deserialize)]
struct Form {
    xinghuo: String,
    v: u16,
    suite: u16,
}

#[derive(Serialize, Deserialize)]
struct Slot {
    kind: String,
    kdf: String,
    memory: u32,
    passes: u32,
    salt: String,
    nonce: String,
    sealed: String,
}

#[derive(Serialize, Deserialize)]
struct Secrets {
    signing: String,
    receiving: String,
    file_key: String,
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.signing.zeroize();
        self.receiving.zeroize();
        self.file_key.zeroize();
    }
}

fn random<const N: usize>() -> Result<[u8; N], BundleError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| BundleError::NoRandom)?;
    Ok(bytes)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    // `from_str_radix` takes a sign too.
    if !text.bytes().all(|b| b.is_ascii_hexdigit()) || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).ok()).collect()
}

pub(crate) fn unhex_key(text: &str) -> Option<PublicKey> {
    unhex(text)?.try_into().ok()
}

impl Keys {
    /// New keys for a new copy.
    ///
    /// # Errors
    /// [`BundleError::NoRandom`].
    pub fn generate() -> Result<Self, BundleError> {
        Ok(Self {
            signing: SigningKey::from_bytes(&random()?),
            receiving: age::x25519::Identity::generate(),
            file_key: Zeroizing::new(random()?),
        })
    }

    /// The same store under new signing and receiving keys: after a restore or a copied folder
    /// the old logs must never be continued.
    ///
    /// # Errors
    /// [`BundleError::NoRandom`].
    pub fn renewed(&self) -> Result<Self, BundleError> {
        Ok(Self { file_key: self.file_key.clone(), ..Self::generate()? })
    }

    /// What others may know.
    pub fn identity(&self) -> Identity {
        Identity { signs: self.signing.verifying_key().to_bytes(), receives: self.receiving.to_public().to_string() }
    }

    /// The store's raw key.
    pub fn file_key(&self) -> &[u8; 32] {
        &self.file_key
    }

    pub(crate) fn receiving(&self) -> &age::x25519::Identity {
        &self.receiving
    }

    pub(crate) fn sign(&self, domain: &str, bytes: &[u8]) -> Vec<u8> {
        self.signing.sign(&domained(domain, bytes)).to_bytes().to_vec()
    }

    /// The seal over a log's head.
    pub fn seal(&self, log: &LogId, seq: u64, head: &Hash) -> Vec<u8> {
        self.sign(SEAL, &seal_bytes(log, seq, head))
    }

    /// The key file's text, its secrets wrapped by the passphrase.
    ///
    /// # Errors
    /// [`BundleError::NoRandom`], [`BundleError::KeysTooCostly`].
    pub fn lock(&self, passphrase: &str, cost: Cost) -> Result<String, BundleError> {
        let identity = self.identity();
        let (salt, nonce) = (random::<16>()?, random::<24>()?);
        let secrets = Secrets {
            signing: hex(&self.signing.to_bytes()),
            receiving: self.receiving.to_string().expose_secret().to_owned(),
            file_key: hex(&*self.file_key),
        };
        let plain = Zeroizing::new(serde_json::to_vec(&secrets).unwrap_or_default());
        let key = derive(passphrase, &salt, cost)?;
        let sealed = XChaCha20Poly1305::new((&*key).into())
            .encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &bound(&identity) })
            .map_err(|_| BundleError::KeysDamaged)?;
        let file = KeyFile {
            xinghuo: "keys".to_owned(),
            v: 1,
            suite: 1,
            signs: hex(&identity.signs),
            receives: identity.receives,
            slots: vec![Slot {
                kind: "passphrase".to_owned(),
                kdf: "argon2id".to_owned(),
                memory: cost.memory,
                passes: cost.passes,
                salt: hex(&salt),
                nonce: hex(&nonce),
                sealed: hex(&sealed),
            }],
        };
        Ok(serde_json::to_string_pretty(&file).unwrap_or_default())
    }

    /// Opens a key file.
    ///
    /// # Errors
    /// [`BundleError::WrongPassphrase`], [`BundleError::KeysDamaged`], [`BundleError::Newer`],
    /// [`BundleError::KeysTooCostly`].
    pub fn unlock(text: &str, passphrase: &str) -> Result<Self, BundleError> {
        let form: Form = serde_json::from_str(text).map_err(|_| BundleError::KeysDamaged)?;
        if form.xinghuo != "keys" {
            return Err(BundleError::KeysDamaged);
        }
        if form.v != 1 || form.suite != 1 {
            return Err(BundleError::Newer);
        }
        let file: KeyFile = serde_json::from_str(text).map_err(|_| BundleError::KeysDamaged)?;
        let slot = file.slots.iter().find(|s| s.kind == "passphrase" && s.kdf == "argon2id").ok_or(BundleError::KeysDamaged)?;
        let signs = unhex_key(&file.signs).ok_or(BundleError::KeysDamaged)?;
        let identity = Identity { signs, receives: file.receives };
        let salt = unhex(&slot.salt).ok_or(BundleError::KeysDamaged)?;
        let nonce: [u8; 24] = unhex(&slot.nonce).and_then(|n| n.try_into().ok()).ok_or(BundleError::KeysDamaged)?;
        let sealed = unhex(&slot.sealed).ok_or(BundleError::KeysDamaged)?;
        let key = derive(passphrase, &salt, Cost { memory: slot.memory, passes: slot.passes })?;
        let plain = XChaCha20Poly1305::new((&*key).into())
            .decrypt(&XNonce::from(nonce), Payload { msg: &sealed, aad: &bound(&identity) })
            .map_err(|_| BundleError::WrongPassphrase)?;
        let plain = Zeroizing::new(plain);
        let secrets: Secrets = serde_json::from_slice(&plain).map_err(|_| BundleError::KeysDamaged)?;
        let seed: [u8; 32] = unhex_key(&secrets.signing).ok_or(BundleError::KeysDamaged)?;
        let keys = Self {
            signing: SigningKey::from_bytes(&seed),
            receiving: secrets.receiving.parse().map_err(|_| BundleError::KeysDamaged)?,
            file_key: Zeroizing::new(unhex_key(&secrets.file_key).ok_or(BundleError::KeysDamaged)?),
        };
        if keys.identity() != identity {
            return Err(BundleError::KeysDamaged);
        }
        Ok(keys)
    }
}

/// Binds the wrapped secrets to the public half that stands beside them.
fn bound(identity: &Identity) -> Vec<u8> {
    let mut out = b"xinghuo/keys/v1\n".to_vec();
    out.extend_from_slice(&identity.signs);
    out.extend_from_slice(identity.receives.as_bytes());
    out
}

fn derive(passphrase: &str, salt: &[u8], cost: Cost) -> Result<Zeroizing<[u8; 32]>, BundleError> {
    if cost.memory > Cost::MOST.memory || cost.passes > Cost::MOST.passes || cost.memory < Cost::LEAST.memory || cost.passes < 1 {
        return Err(BundleError::KeysTooCostly);
    }
    let params = argon2::Params::new(cost.memory, cost.passes, 1, Some(32)).map_err(|_| BundleError::KeysTooCostly)?;
    let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let mut key = Zeroizing::new([0u8; 32]);
    argon.hash_password_into(passphrase.as_bytes(), salt, &mut *key).map_err(|_| BundleError::KeysDamaged)?;
    Ok(key)
}

/// Domain words keep a signature made for one thing from standing for another.
pub(crate) const SEAL: &str = "xinghuo/seal/v1";
pub(crate) const MANIFEST: &str = "xinghuo/manifest/v1";
pub(crate) const JOIN: &str = "xinghuo/join/v1";
pub(crate) const FORMER: &str = "xinghuo/former/v1";
pub(crate) const BACKUP: &str = "xinghuo/backup/v1";

fn domained(domain: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(domain.len() + 1 + bytes.len());
    out.extend_from_slice(domain.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(bytes);
    out
}

pub(crate) fn seal_bytes(log: &LogId, seq: u64, head: &Hash) -> Vec<u8> {
    let mut out = log.0.to_vec();
    out.extend_from_slice(&seq.to_be_bytes());
    out.extend_from_slice(&head.0);
    out
}

/// Verifies strictly: no malleable signatures, no weak keys.
pub(crate) fn verify(key: &PublicKey, domain: &str, bytes: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_bytes(key), Signature::from_slice(signature)) else {
        return false;
    };
    key.verify_strict(&domained(domain, bytes), &signature).is_ok()
}

/// Whether a seal is its author's over (log, number, hash).
pub fn sealed(author: &PublicKey, log: &LogId, seq: u64, head: &Hash, signature: &[u8]) -> bool {
    verify(author, SEAL, &seal_bytes(log, seq, head), signature)
}

/// Thirty digits in six groups, about 99 bits, to be read aloud by both sides: `12345 67890 …`.
pub fn fingerprint(identity: &Identity) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"xinghuo/fingerprint/v1");
    hasher.update(&identity.signs);
    hasher.update(identity.receives.as_bytes());
    let mut reader = hasher.finalize_xof();
    let groups: Vec<String> = (0..6)
        .map(|_| {
            let mut bytes = [0u8; 8];
            reader.fill(&mut bytes);
            format!("{:05}", u64::from_be_bytes(bytes) % 100_000)
        })
        .collect();
    groups.join(" ")
}
