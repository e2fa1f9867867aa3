//! A bundle read without this program, by the commands that the format's description names.

use std::path::Path;
use std::process::Command;

use age::secrecy::ExposeSecret;
use serde_json::Value;
use xinghuo_ledger::Hash;
use xinghuo_model::records::Request;

use crate::fixture::*;

fn run(folder: &Path, line: &str) -> Vec<u8> {
    let output = Command::new("sh").args(["-c", &format!("set -e; {line}")]).current_dir(folder).output().expect("a shell");
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn an_auditor_with_a_key_reads_a_bundle_with_age_zstd_and_jq() {
    let there = |tool: &str| Command::new(tool).arg("--version").output().is_ok();
    if !["sh", "age", "zstd", "jq"].into_iter().all(there) {
        eprintln!("left out: age, zstd or jq is not installed");
        return;
    }
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    x.put(&request(1));
    x.put(&Request { place: "西门".into(), ..request(1) });
    let file = x.write(&y.me.identity(), 7);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("FILE"), &file).expect("the bundle");
    std::fs::write(folder.path().join("KEY"), y.me.receiving.to_string().expose_secret()).expect("the key");

    run(folder.path(), "tail -n +3 FILE | age -d -i KEY > PLAIN");
    let manifest: Value = serde_json::from_slice(&run(folder.path(), "head -n 1 PLAIN | jq .")).expect("JSON");
    assert_eq!((&manifest["number"], manifest["segments"].as_array().map(Vec::len)), (&7.into(), Some(2)));
    let text = String::from_utf8(run(folder.path(), "tail -n +3 PLAIN | zstd -dc | jq -c .")).expect("text");
    let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    // Two entries of the community, one of the district: a header and a block each.
    assert_eq!(lines.len(), 6, "{text}");
    assert!(lines.iter().any(|l| l["set"]["place"] == "西门") && lines.iter().all(|l| l["log"].is_string() || l["rec"].is_string()));
    // And the chain can be checked: a header's hash is what the next one names.
    let plain = run(folder.path(), "tail -n +3 PLAIN | zstd -dc");
    let first = plain.split(|b| *b == b'\n').next().expect("a header");
    assert!(lines.iter().any(|l| l["prev"] == Hash::of(first).hex()));
}
