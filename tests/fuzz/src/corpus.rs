//! The inputs that are kept: one packed file per target (`corpus/TARGET.zst`) with what libFuzzer found
//! worth keeping, made small, and the findings one by one (`kept/TARGET-…`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::Target;

/// The package's folder.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn pack_of(target: &Target) -> PathBuf {
    folder().join("corpus").join(format!("{}.zst", target.name))
}

/// What is packed for a target; nothing where nothing is.
///
/// # Errors
/// The disk's, or that the pack is damaged.
pub fn packed(target: &Target) -> std::io::Result<Vec<Vec<u8>>> {
    let path = pack_of(target);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let bytes = zstd::decode_all(&std::fs::read(path)?[..])?;
    let mut rest = &bytes[..];
    let mut out = Vec::new();
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let (input, tail) = tail.split_at_checked(length).ok_or_else(|| std::io::Error::other("the pack ends too early"))?;
        out.push(input.to_vec());
        rest = tail;
    }
    Ok(out)
}

/// The findings that are kept for a target: name and input.
///
/// # Errors
/// The disk's.
pub fn kept(target: &Target) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut out = Vec::new();
    for file in std::fs::read_dir(folder().join("kept"))? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(&format!("{}-", target.name)) {
            out.push((name, std::fs::read(path)?));
        }
    }
    out.sort();
    Ok(out)
}

/// Writes seeds, pack and findings of a target as single files, for libFuzzer to begin with.
///
/// # Errors
/// The disk's.
pub fn unpack(target: &Target, to: &Path) -> std::io::Result<usize> {
    std::fs::create_dir_all(to)?;
    let mut all: BTreeSet<Vec<u8>> = (target.seeds)().into_iter().collect();
    all.extend(packed(target)?);
    all.extend(kept(target)?.into_iter().map(|(_, input)| input));
    all.retain(|input| input.len() <= target.longest);
    for input in &all {
        std::fs::write(to.join(&xinghuo_ledger::Hash::of(input).hex()[..32]), input)?;
    }
    Ok(all.len())
}

/// Packs a folder of single files; gives their number and the pack's size.
///
/// # Errors
/// The disk's.
pub fn pack(target: &Target, from: &Path) -> std::io::Result<(usize, usize)> {
    let mut all: BTreeSet<(usize, Vec<u8>)> = BTreeSet::new();
    for file in std::fs::read_dir(from)? {
        let input = std::fs::read(file?.path())?;
        all.insert((input.len(), input));
    }
    let mut bytes = Vec::new();
    for (length, input) in &all {
        bytes.extend_from_slice(&(*length as u32).to_le_bytes());
        bytes.extend_from_slice(input);
    }
    let packed = zstd::bulk::compress(&bytes, 19)?;
    std::fs::create_dir_all(folder().join("corpus"))?;
    std::fs::write(pack_of(target), &packed)?;
    Ok((all.len(), packed.len()))
}
