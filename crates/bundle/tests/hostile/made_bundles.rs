//! Files, clear headers, signatures, tables of contents and packed stretches.

use std::io::Read;

use serde_json::{Value, json};
use uuid::Uuid;
use xinghuo_ledger::Hash;
use xinghuo_model::Class;

use xinghuo_forge::Who::*;
use xinghuo_forge::*;

const ORDER_OF_WHAT_IS_READ: [fn(&World); 6] = [files, headers, audiences, signatures, manifests, segments];

pub fn all(w: &World) {
    ORDER_OF_WHAT_IS_READ.iter().for_each(|part| part(w));
}

/// The sound bundle that many vectors are cut from.
fn sound(w: &World) -> Vec<u8> {
    w.remake(std::path::Path::new(FOLDER), "sound", |w| w.usual().close(w))
}

fn starts(file: &[u8]) -> (usize, usize, usize) {
    let lf = |from: usize| from + file[from..].iter().position(|b| *b == b'\n').expect("a line") + 1;
    let header = lf(0);
    let sealed = lf(header);
    let mac = sealed + file[sealed..].windows(5).position(|w| w == b"\n--- ").expect("the end of age's header") + 1;
    (header, sealed, lf(mac))
}

/// age's text form: Base64 between two lines.
fn armored(bytes: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = b"-----BEGIN AGE ENCRYPTED FILE-----".to_vec();
    for (n, part) in bytes.chunks(3).enumerate() {
        if n % 16 == 0 {
            out.push(b'\n');
        }
        let word = part.iter().chain([0, 0].iter()).take(3).fold(0u32, |w, b| w << 8 | u32::from(*b));
        out.extend((0..4).map(|i| if i <= part.len() { ALPHABET[(word >> (18 - 6 * i) & 63) as usize] } else { b'=' }));
    }
    out.extend_from_slice(b"\n-----END AGE ENCRYPTED FILE-----\n");
    out
}

fn files(w: &World) {
    let sound = sound(w);
    let (header, sealed, payload) = starts(&sound);
    w.add("sound", "ok", "A sound bundle with two stretches: what the other vectors change in one place.", |_| sound.clone());
    let instead = |magic: &[u8]| [magic, &sound[9..]].concat();
    for (name, expect, what, bytes) in [
        ("file-empty", "bundle.not_ours", "The file has no bytes at all.", Vec::new()),
        ("file-spreadsheet", "bundle.not_ours", "The file begins like a spreadsheet.", b"PK\x03\x04\x14\0\0\0".to_vec()),
        ("file-join-request", "bundle.not_ours", "The file begins like a join request.", instead(b"XINGHUO-JOIN 1")),
        ("file-zeros", "bundle.not_ours", "The file is one kilobyte of zeros, as a lost cluster leaves it.", vec![0; 1024]),
        ("magic-without-version", "bundle.not_ours", "The magic line has no version.", instead(b"XINGHUO")),
        ("magic-lower-case", "bundle.not_ours", "The magic line is in lower case.", instead(b"xinghuo 1")),
        (
            "magic-after-byte-order-mark",
            "bundle.not_ours",
            "A byte order mark stands before the magic line.",
            instead(b"\xef\xbb\xbfXINGHUO 1"),
        ),
        ("magic-newer", "bundle.newer", "The magic line names version 2.", instead(b"XINGHUO 2")),
        (
            "magic-much-newer",
            "bundle.newer",
            "The magic line names a version that fits no 64 bits.",
            instead(b"XINGHUO 18446744073709551616"),
        ),
        (
            "magic-newer-and-nothing-known",
            "bundle.newer",
            "Version 2, and nothing after it looks like version 1.",
            b"XINGHUO 2\n\0\0\0\0".to_vec(),
        ),
        (
            "magic-with-carriage-return",
            "bundle.inconsistent",
            "The line ends were changed on the way: damaged, and not newer.",
            instead(b"XINGHUO 1\r"),
        ),
        ("magic-version-is-a-word", "bundle.inconsistent", "The magic line's version is no number.", instead(b"XINGHUO one")),
        ("magic-without-end", "bundle.not_ours", "The magic line does not end.", [b"XINGHUO 1".as_slice(), &[b' '; 200]].concat()),
        ("trailing-byte", "bundle.size", "One byte follows the encrypted part.", [&sound[..], b"x"].concat()),
        ("trailing-file", "bundle.size", "The same bundle stands in the file twice.", [&sound[..], &sound].concat()),
        ("leading-byte", "bundle.not_ours", "One byte stands before the magic line.", [b"x", &sound[..]].concat()),
    ] {
        w.add(name, expect, what, |_| bytes);
    }
    let end = sound.len();
    for (name, what, at) in [
        ("truncated-in-magic", "The file ends inside the magic line.", 4),
        ("truncated-at-magic", "The file ends before the magic line's end.", 9),
        ("truncated-after-magic", "The file ends after the magic line.", 10),
        ("truncated-in-header", "The file ends inside the clear header.", header + 40),
        ("truncated-at-header", "The file ends before the clear header's line end.", sealed - 1),
        ("truncated-after-header", "The file ends after the clear header.", sealed),
        ("truncated-in-age-version", "The file ends inside age's first line.", sealed + 9),
        ("truncated-after-age-version", "The file ends after age's first line.", sealed + 22),
        ("truncated-in-age-stanza", "The file ends inside age's first recipient.", sealed + 60),
        ("truncated-in-age-mac", "The file ends inside the check of age's header.", payload - 10),
        ("truncated-after-age-header", "The file ends after age's header.", payload),
        ("truncated-in-age-nonce", "The file ends inside age's nonce.", payload + 7),
        ("truncated-after-age-nonce", "The file ends after age's nonce.", payload + 16),
        ("truncated-in-payload", "The file ends in the middle of the encrypted content.", (payload + end) / 2),
        ("truncated-by-one", "The file lacks its last byte.", end - 1),
        ("truncated-by-the-tag", "The file lacks the last sixteen bytes, age's tag.", end - 16),
    ] {
        w.add(name, "bundle.truncated", what, |_| sound[..at].to_vec());
    }
    let flip = |at: usize| {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        bytes
    };
    for (name, what, bytes) in [
        ("flipped-age-version", "age's first line names a version that is not known.", {
            let mut bytes = sound.clone();
            bytes[sealed + 20] = b'9';
            bytes
        }),
        ("flipped-age-share", "One bit of the first recipient's share is wrong.", flip(sealed + 40)),
        ("flipped-age-mac", "The check of age's header is wrong.", {
            let mut bytes = sound.clone();
            bytes[payload - 20] = if bytes[payload - 20] == b'A' { b'B' } else { b'A' };
            bytes
        }),
        ("flipped-age-nonce", "One bit of age's nonce is wrong.", flip(payload + 3)),
        ("flipped-payload", "One bit of the only encrypted block is wrong.", flip(payload + 300)),
        ("flipped-tag", "One bit of age's last tag is wrong.", flip(end - 1)),
    ] {
        w.add(name, "bundle.sealed", what, |_| bytes);
    }
    w.add("age-nothing", "bundle.sealed", "The encrypted part is text that is no age file.", |w| {
        replaced(w, b"this is no age file\n".to_vec())
    });
    w.add("age-armored", "bundle.sealed", "The encrypted part is an age file in its text form, which no bundle has.", |_| {
        replaced(w, armored(&sound[sealed..]))
    });
    w.add("age-passphrase-of-much-work", "bundle.sealed", "The age file is for a passphrase whose work would take years.", |w| {
        let text = "age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 62\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\
                    --- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
        replaced(w, [text.as_bytes(), &[0; 64]].concat())
    });
    w.add("age-without-recipients", "bundle.sealed", "The age file names no recipient.", |w| {
        let text = "age-encryption.org/v1\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
        replaced(w, [text.as_bytes(), &[0; 64]].concat())
    });
    w.add("age-for-the-sender-too", "ok", "The sender encrypted for itself too, as an honest one does.", |w| {
        w.usual().sealed_for(&[Receiver, Sender]).close(w)
    });

    // Two of age's blocks of 64 KiB: the witness in the first, noise in the second.
    let large = |w: &World| {
        let mut noise = vec![0; 36_000];
        blake3::Hasher::new().update(b"noise").finalize_xof().fill(&mut noise);
        let mut log = w.community.later();
        log.save(&[person(6, &hex(&noise))]);
        let mut stretch = w.stretch(Sender, &log);
        // Not packed, so that it stays long: a frame of zstd may hold its content as it is.
        let packed = zstd::bulk::compress(&stretch.plain, -7).expect("packing");
        stretch.stored(packed, stretch.plain.len() as u64);
        // Both vectors are cut from one file; of the old one, the bit is put right again.
        w.repair_old("flipped-second-block", flip_second_block);
        w.beside(stretch).close(w)
    };
    w.add("flipped-second-block", "partly segment.hash", "age's second block is damaged: the stretch in the first is whole.", |w| {
        let mut bytes = large(w);
        flip_second_block(&mut bytes);
        bytes
    });
    w.add(
        "truncated-after-first-block",
        "partly segment.hash",
        "The file ends after age's first block: the stretch in it is whole.",
        |w| {
            let bytes = large(w);
            let (_, _, payload) = starts(&bytes);
            bytes[..payload + 16 + 65_552].to_vec()
        },
    );
}

/// One bit of age's second block.
fn flip_second_block(bytes: &mut [u8]) {
    let (_, _, payload) = starts(bytes);
    bytes[payload + 16 + 65_552 + 100] ^= 1;
}

/// The usual clear header before another encrypted part.
fn replaced(w: &World, sealed: Vec<u8>) -> Vec<u8> {
    let length = sealed.len();
    let file = w.usual().clear(move |_, c| _ = c.set("length", length)).close(w);
    let (_, at, _) = starts(&file);
    [&file[..at], &sealed].concat()
}

fn headers(w: &World) {
    let clear = |name: &str, expect: &str, what: &str, change: fn(&World, &mut Obj)| {
        w.add(name, expect, what, |w| w.usual().clear(change).close(w));
    };
    clear("header-version-newer", "bundle.newer", "The clear header names version 2.", |_, c| _ = c.set("v", 2));
    clear("header-version-zero", "bundle.newer", "The clear header names version 0, which was never released.", |_, c| _ = c.set("v", 0));
    clear("header-suite-newer", "bundle.newer", "The clear header names algorithms that are not known.", |_, c| _ = c.set("suite", 2));
    clear("header-newer-shape", "bundle.newer", "Version 2, and the rest has another shape.", |_, c| {
        *c = Obj::default();
        c.set("v", 2).set("suite", 1).set("parts", "[1,2]");
    });
    let bad = "bundle.inconsistent";
    clear("header-version-text", bad, "The clear header's version is a text.", |_, c| _ = c.text("v", "1"));
    clear("header-version-negative", bad, "The clear header's version is negative.", |_, c| _ = c.set("v", -1));
    clear("header-version-too-large", bad, "The clear header's version is 65536.", |_, c| _ = c.set("v", 65536));
    clear("header-version-twice", bad, "The clear header names its version twice.", |_, c| _ = c.twice("v", 1));
    clear("header-audience-twice", bad, "The clear header names two audiences.", |w, c| {
        c.twice("to", Value::from(w.party(Colleague).signs()));
    });
    clear("header-without-length", bad, "The clear header names no length.", |_, c| _ = c.without("length"));
    clear("header-length-negative", bad, "The clear header's length is negative.", |_, c| _ = c.set("length", -1));
    clear("header-length-past-64-bits", bad, "The clear header's length is 2^64.", |_, c| _ = c.set("length", "18446744073709551616"));
    clear("header-length-fraction", bad, "The clear header's length is a fraction.", |_, c| _ = c.set("length", "4000.5"));
    clear("header-length-text", bad, "The clear header's length is a text.", |_, c| _ = c.text("length", "4000"));
    clear("header-number-negative", bad, "The clear header's number is negative.", |_, c| _ = c.set("number", -7));
    clear("header-number-differs", bad, "The clear header's number is not the manifest's.", |_, c| _ = c.set("number", 8));
    clear("header-sender-differs", bad, "The clear header names the office as the sender.", |w, c| {
        c.text("from", &w.party(Office).signs());
    });
    clear("header-sender-is-the-receiver", bad, "The clear header says the receiver wrote it, for a colleague.", |w, c| {
        c.text("from", &w.party(Receiver).signs()).text("to", &w.party(Colleague).signs());
    });
    clear("header-length-zero", "bundle.size", "The clear header's length is nought.", |_, c| _ = c.set("length", 0));
    clear("header-length-one-less", "bundle.size", "The clear header's length is one too small.", |_, c| {
        let length = c.number("length");
        c.set("length", length - 1);
    });
    clear("header-length-one-more", "ok", "The clear header's length is one too large, but everything is there.", |_, c| {
        let length = c.number("length");
        c.set("length", length + 1);
    });
    clear("header-length-64-bits", "ok", "The clear header's length is 2^64 - 1: nothing may be set aside for it.", |_, c| {
        c.set("length", u64::MAX);
    });
    clear("header-extra-field", "ok", "The clear header has a field more, which an older reader leaves out.", |_, c| {
        c.text("novel", "field");
    });
    clear("header-nested", "ok", "A further field of the clear header is nested 1,200 deep.", |_, c| {
        c.set("novel", format!("{}{}", "[".repeat(1200), "]".repeat(1200)));
    });
    clear("header-oversized", "bundle.size", "The clear header has 5,000 bytes more than one needs.", |_, c| {
        c.text("novel", &"x".repeat(5000));
    });
    let line = |name: &str, expect: &str, what: &str, line: &[u8]| {
        w.add(name, expect, what, |w| {
            let file = w.usual().close(w);
            let (header, sealed, _) = starts(&file);
            [&file[..header], line, b"\n", &file[sealed..]].concat()
        });
    };
    line("header-not-json", bad, "The clear header is no JSON.", b"from=a to=b");
    line("header-empty", bad, "The clear header is an empty line.", b"");
    line("header-null", bad, "The clear header is JSON's null.", b"null");
    line("header-not-utf8", bad, "The clear header is not UTF-8.", b"{\"v\":1,\"suite\":1,\"from\":\"\xff\xfe\"}");
    w.add("header-is-a-list", bad, "The clear header is a list of the right values.", |w| {
        let file = w.usual().close(w);
        let (header, sealed, _) = starts(&file);
        let c: serde_json::Map<String, Value> = serde_json::from_slice(&file[header..sealed]).expect("JSON");
        let list: Vec<&Value> = ["v", "suite", "from", "to", "number", "length"].iter().map(|n| &c[*n]).collect();
        [&file[..header], json!(list).to_string().as_bytes(), b"\n", &file[sealed..]].concat()
    });
    w.add("header-never-ends", "bundle.size", "What follows the magic line is 20,000 bytes without a line end.", |_| {
        [b"XINGHUO 1\n{\"v\":1,\"suite\":1,\"from\":\"".as_slice(), &vec![b'a'; 20_000]].concat()
    });
}

fn audiences(w: &World) {
    let for_colleague = |w: &World| {
        let to = w.party(Colleague).signs();
        let mut parcel = w.usual().manifest(|m| _ = m.text("to", &to));
        parcel.to = Colleague;
        parcel
    };
    let not = "bundle.not_for_us";
    w.add("audience-another", not, "The bundle is for a colleague, in every place.", |w| {
        for_colleague(w).sealed_for(&[Colleague, Sender]).close(w)
    });
    w.add("audience-rewrapped", not, "A colleague encrypted the sender's bundle anew, for the receiver.", |w| {
        let mut parcel = for_colleague(w);
        parcel.to = Receiver;
        parcel.sealed_for(&[Receiver]).close(w)
    });
    w.add("audience-rewrapped-openly", not, "Encrypted anew for the receiver, though both headers name a colleague.", |w| {
        for_colleague(w).sealed_for(&[Receiver]).close(w)
    });
    w.add("audience-rewrapped-and-changed", "bundle.signature", "Encrypted anew, with the receiver's name put into the manifest.", |w| {
        let mut parcel = for_colleague(w);
        parcel.to = Receiver;
        parcel
            .inside(|w, inside| {
                let (a, b) = (w.party(Colleague).signs().into_bytes(), w.party(Receiver).signs().into_bytes());
                let at = inside.windows(a.len()).position(|s| s == a).expect("the audience");
                inside[at..at + b.len()].copy_from_slice(&b);
            })
            .sealed_for(&[Receiver])
            .close(w)
    });
    w.add(
        "audience-rewrapped-and-signed-by-the-thief",
        "bundle.signature",
        "Changed and signed by the colleague, in the sender's name.",
        |w| w.usual().signature(|w, s| *s = again(w, s, Colleague)).close(w),
    );
    w.add("audience-in-upper-case", not, "The clear header names the receiver in upper case.", |w| {
        w.usual().clear(|w, c| _ = c.text("to", &w.party(Receiver).signs().to_uppercase())).close(w)
    });
    w.add("audience-empty", not, "The clear header names nobody.", |w| w.usual().clear(|_, c| _ = c.text("to", "")).close(w));
    w.add("audience-cannot-open", "bundle.sealed", "For the receiver by name, but encrypted to a colleague.", |w| {
        w.usual().sealed_for(&[Colleague]).close(w)
    });
    w.add_with("own-bundle-back", "ok", "The receiver's own bundle for a colleague comes back.", &[("new", "0")], |w| {
        let me = w.party(Receiver);
        let mut parcel = w.parcel(Vec::new());
        (parcel.from, parcel.to, parcel.sealed_for) = (Receiver, Colleague, vec![Receiver]);
        let to = w.party(Colleague).signs();
        parcel.manifest(|m| _ = m.text("from", &me.signs()).text("from_receives", &me.receives()).text("to", &to)).close(w)
    });
    w.add_with("receipt-alone", "ok", "A bundle without stretches: a receipt.", &[("new", "0")], |w| w.parcel(Vec::new()).close(w));
    w.add("inside-empty", "bundle.sealed", "The encrypted part is empty.", |w| w.usual().inside(|_, i| i.clear()).close(w));
    w.add("inside-without-signature", "bundle.sealed", "The encrypted part ends after the manifest.", |w| {
        w.usual().inside(|_, i| i.truncate(i.iter().position(|b| *b == b'\n').expect("a line") + 1)).close(w)
    });
    w.add("inside-without-line-end", "bundle.sealed", "The encrypted part is one line without an end.", |w| {
        w.usual().inside(|_, i| i.retain(|b| *b != b'\n')).close(w)
    });
    w.add("inside-without-segments", "segment.hash", "The stretches that the manifest lists are not there.", |w| {
        w.usual()
            .inside(|_, i| {
                let lines: Vec<usize> = i.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at).collect();
                i.truncate(lines[1] + 1);
            })
            .close(w)
    });
    w.add("inside-with-more", "ok", "Bytes that the manifest does not list follow the last stretch.", |w| {
        w.usual().inside(|_, i| i.extend_from_slice(b"and more")).close(w)
    });
}

/// What `who` would sign where the sender did: the line is the same.
fn again(w: &World, signature: &[u8], who: Who) -> Vec<u8> {
    // Found by trying: the sender's signature says which line it stands under.
    let _ = signature;
    let parcel = w.usual();
    let mut manifest = parcel.manifest.clone();
    let rows: Vec<String> = parcel.stretches.iter().map(|s| s.row.line()).collect();
    manifest.set("segments", format!("[{}]", rows.join(",")));
    hex(&w.party(who).sign("xinghuo/manifest/v1", manifest.line().as_bytes())).into_bytes()
}

fn signatures(w: &World) {
    let change = |name: &str, what: &str, change: fn(&World, &mut Vec<u8>)| {
        w.add(name, "bundle.signature", what, |w| w.usual().signature(change).close(w));
    };
    change("signature-of-another-key", "The manifest is signed by the office's key.", |w, s| *s = again(w, s, Office));
    change("signature-flipped", "One bit of the signature is wrong.", |_, s| s[5] = if s[5] == b'0' { b'1' } else { b'0' });
    change("signature-zeros", "The signature is all zeros.", |_, s| *s = vec![b'0'; 128]);
    change("signature-empty", "The signature line is empty.", |_, s| s.clear());
    change("signature-short", "The signature lacks its last byte.", |_, s| s.truncate(126));
    change("signature-long", "The signature has a byte more.", |_, s| s.extend_from_slice(b"00"));
    change("signature-odd", "The signature has an odd number of digits.", |_, s| s.truncate(127));
    change("signature-no-hex", "The signature is no hex.", |_, s| s[0] = b'g');
    change("signature-with-signs", "The signature's digits have signs, which some readers of numbers take.", |_, s| {
        s[0] = b'+';
    });
    change("signature-not-utf8", "The signature line is not UTF-8.", |_, s| s[0] = 0xff);
    change("signature-with-carriage-return", "The signature line ends in CR LF.", |_, s| s.push(b'\r'));
    change("signature-malleable", "The signature's S has the group's order added: only a strict reader refuses it.", |_, s| {
        *s = hex(&malleable(&unhex(std::str::from_utf8(s).expect("hex")))).into_bytes();
    });
    change("signature-for-a-join-request", "The signature was made in the domain of join requests.", |w, s| {
        let parcel = w.usual();
        let mut manifest = parcel.manifest.clone();
        let rows: Vec<String> = parcel.stretches.iter().map(|s| s.row.line()).collect();
        manifest.set("segments", format!("[{}]", rows.join(",")));
        *s = hex(&w.party(Sender).sign("xinghuo/join/v1", manifest.line().as_bytes())).into_bytes();
    });
    change("signature-over-the-line-end-too", "The signature covers the manifest's line end as well.", |w, s| {
        let parcel = w.usual();
        let mut manifest = parcel.manifest.clone();
        let rows: Vec<String> = parcel.stretches.iter().map(|s| s.row.line()).collect();
        manifest.set("segments", format!("[{}]", rows.join(",")));
        *s = hex(&w.party(Sender).sign("xinghuo/manifest/v1", format!("{}\n", manifest.line()).as_bytes())).into_bytes();
    });
    for (name, what, key) in [
        ("signature-of-a-weak-key", "The sender's key is the neutral point, under which one signature fits everything.", WEAK_KEY),
        ("signature-of-a-weak-key-written-otherwise", "The neutral point again, in its second encoding.", {
            let mut key = [0xff; 32];
            (key[0], key[31]) = (0xee, 0x7f);
            key
        }),
        ("signature-of-no-key", "The sender's key is no point of the curve.", [2; 32]),
    ] {
        w.add(name, "bundle.signature", what, move |w| {
            w.usual()
                .manifest(|m| _ = m.text("from", &hex(&key)))
                .signature(|_, s| *s = hex(&weak_signature()).into_bytes())
                .clear(move |_, c| _ = c.text("from", &hex(&key)))
                .close(w)
        });
    }
    w.add("signature-before-a-change", "bundle.signature", "The manifest's time was changed after it was signed.", |w| {
        w.usual()
            .inside(|_, i| {
                let at = i.windows(4).position(|s| s == b"2031").expect("a year");
                i[at + 3] = b'2';
            })
            .close(w)
    });
}

fn manifests(w: &World) {
    let change = |name: &str, expect: &str, what: &str, change: fn(&mut Obj)| {
        w.add(name, expect, what, |w| w.usual().manifest(change).close(w));
    };
    change("manifest-version-newer", "bundle.newer", "The signed manifest names version 2.", |m| _ = m.set("v", 2));
    change("manifest-suite-newer", "bundle.newer", "The signed manifest names algorithms that are not known.", |m| _ = m.set("suite", 2));
    change("manifest-reader-newer", "bundle.newer", "The manifest asks for a newer reader.", |m| _ = m.set("reader", 2));
    change("manifest-newer-shape", "bundle.newer", "The manifest asks for a newer reader, and its table has another shape.", |m| {
        m.set("reader", 2).set("segments", r#"{"novel":"shape"}"#);
    });
    let bad = "bundle.inconsistent";
    change("manifest-purpose-unknown", bad, "The manifest's purpose is none of this version.", |m| _ = m.text("purpose", "novel"));
    change("manifest-without-want", bad, "The manifest lacks a field.", |m| _ = m.without("want"));
    change("manifest-audience-twice", bad, "The signed manifest names its audience twice.", |m| {
        let to = m.get("to").to_owned();
        m.twice("to", to);
    });
    change("manifest-sender-no-hex", bad, "The manifest's sender is no key.", |m| _ = m.text("from", "nobody"));
    change("manifest-sender-short", bad, "The manifest's sender is a key of 31 bytes.", |m| _ = m.text("from", &"ab".repeat(31)));
    change("manifest-sender-cannot-receive", bad, "The sender's receiving key is none: nobody could ever answer it.", |m| {
        m.text("from_receives", "age1nobody");
    });
    change("manifest-number-negative", bad, "The manifest's number is negative.", |m| _ = m.set("number", -7));
    change("manifest-number-past-64-bits", bad, "The manifest's number is 2^64.", |m| _ = m.set("number", "18446744073709551616"));
    change("manifest-number-64-bits", "ok", "The manifest's number is 2^64 - 1: it is only for people.", |m| _ = m.set("number", u64::MAX));
    change("manifest-have-negative", bad, "The sender says it has an entry of a negative number.", |m| {
        m.set("have", format!("[[\"{}\",-1,\"{}\"]]", "0".repeat(64), "0".repeat(64)));
    });
    change("manifest-have-no-hash", bad, "The sender's acknowledgement names something that is no hash.", |m| {
        m.set("have", r#"[["abc",1,"abc"]]"#);
    });
    change("manifest-segments-null", bad, "The manifest's table is null.", |m| _ = m.set("segments", "null"));
    change("manifest-extra-field", "ok", "The manifest has a field more, which an older reader leaves out.", |m| _ = m.set("novel", "[1]"));
    change("manifest-nested", "ok", "A further field of the manifest is nested 10,000 deep.", |m| {
        m.set("novel", format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)));
    });
    change("manifest-want-of-anything", "ok", "The sender wants an entry that nobody will ever write.", |m| {
        m.set("want", format!("[[\"{}\",18446744073709551615]]", "ab".repeat(32)));
    });
    change("manifest-time-is-a-word", "ok", "The manifest's time is no time: it is only shown.", |m| _ = m.text("made_at", "yesterday"));
    let line = |name: &str, expect: &str, what: &str, line: &'static [u8]| {
        w.add(name, expect, what, |w| w.usual().line(move |_, l| *l = line.to_vec()).close(w));
    };
    line("manifest-not-json", bad, "The signed manifest is no JSON.", b"dear receiver");
    line("manifest-empty", bad, "The signed manifest is an empty line.", b"");
    line("manifest-is-a-list", bad, "The signed manifest is a list.", b"[1,1,1]");
    w.add("manifest-not-utf8", bad, "The manifest's time is not UTF-8.", |w| {
        w.usual()
            .line(|_, l| {
                let at = l.windows(4).position(|s| s == b"2031").expect("a year");
                l[at] = 0xff;
            })
            .close(w)
    });
    w.add_with("rollback-have-older", "ok", "The sender has less than it once said: it was restored.", &[("signals", "back")], |w| {
        let (log, head) = (w.community.id().hex(), w.before[1].row.clone());
        let first: Value = serde_json::from_slice(w.before[1].plain.split(|b| *b == b'\n').nth(3).expect("a header")).expect("JSON");
        assert_eq!(head.number("last"), 2);
        w.usual().manifest(|m| _ = m.set("have", json!([[log, 1, first["prev"]]]))).close(w)
    });
    w.add("have-fast-forward", "ok", "The sender says it has far more of a log than was ever written.", |w| {
        let log = w.own.id().hex();
        w.usual().manifest(|m| _ = m.set("have", format!("[[\"{log}\",9223372036854775807,\"{}\"]]", "ab".repeat(32)))).close(w)
    });
    w.add("have-64-bits", "ok", "The sender says it has entry 2^64 - 1 of the receiver's log.", |w| {
        let log = w.own.id().hex();
        w.usual().manifest(|m| _ = m.set("have", format!("[[\"{log}\",18446744073709551615,\"{}\"]]", "ab".repeat(32)))).close(w)
    });
    w.add("have-of-another-history", "ok", "The sender acknowledges the receiver's entry with another hash.", |w| {
        let log = w.own.id().hex();
        w.usual().manifest(|m| _ = m.set("have", json!([[log, 1, "ab".repeat(32)]]))).close(w)
    });
}

fn segments(w: &World) {
    let row = |name: &str, code: &str, what: &str, change: fn(&World, &mut Obj)| {
        w.add(name, &format!("partly segment.{code}"), what, |w| w.usual().row(1, |r| change(w, r)).close(w));
    };
    row("segment-hash-of-another", "hash", "The table's hash is not the stretch's.", |_, r| _ = r.text("blake3", &Hash::of(b"x").hex()));
    row("segment-stored-one-less", "hash", "The table's length is one too small.", |_, r| {
        let n = r.number("stored");
        r.set("stored", n - 1);
    });
    row("segment-stored-one-more", "hash", "The table's length is one too large.", |_, r| {
        let n = r.number("stored");
        r.set("stored", n + 1);
    });
    row("segment-stored-nothing", "hash", "The table says the stretch has no bytes.", |_, r| _ = r.set("stored", 0));
    row("segment-stored-half-a-gigabyte", "hash", "The table says the stretch has 512 MiB.", |_, r| _ = r.set("stored", 512 << 20));
    row("segment-unpacked-nothing", "unpack", "The table says the stretch unpacks to nothing.", |_, r| _ = r.set("unpacked", 0));
    row("segment-unpacked-one-less", "unpack", "The table's unpacked length is one too small.", |_, r| {
        let n = r.number("unpacked");
        r.set("unpacked", n - 1);
    });
    row("segment-unpacked-one-more", "unpack", "The table's unpacked length is one too large.", |_, r| {
        let n = r.number("unpacked");
        r.set("unpacked", n + 1);
    });
    row("segment-unpacked-200-mib", "unpack", "The table says a small stretch unpacks to 200 MiB.", |_, r| {
        _ = r.set("unpacked", 200 << 20)
    });
    row("segment-key-short", "decode", "The table's author is a key of one byte.", |_, r| _ = r.text("key", "00"));
    row("segment-key-of-another", "decode", "The table names another author.", |w, r| _ = r.text("key", &w.party(Office).signs()));
    row("segment-space-of-another", "decode", "The table names another compound.", |_, r| _ = r.text("space", &ELSEWHERE.0.to_string()));
    row("segment-log-of-another", "decode", "The table names another log.", |_, r| _ = r.text("log", &"ab".repeat(32)));
    row("segment-class-of-another", "decode", "The table names another class.", |_, r| _ = r.text("class", "branch"));
    row("segment-class-newer", "newer", "The table names a class that this version does not know.", |_, r| _ = r.text("class", "planet"));
    row("segment-first-one-more", "chain", "The table's first number is one too large.", |_, r| _ = r.set("first", 4));
    row("segment-first-nought", "chain", "The table's first number is nought.", |_, r| _ = r.set("first", 0));
    row("segment-first-64-bits", "chain", "The table's first and last number are 2^64 - 1.", |_, r| {
        r.set("first", u64::MAX).set("last", u64::MAX);
    });
    row("segment-last-one-more", "chain", "The table's last number is one too large.", |_, r| _ = r.set("last", 4));
    row("segment-last-before-first", "chain", "The table's last number is before its first.", |_, r| _ = r.set("last", 1));
    row("segment-last-64-bits", "chain", "The table's last number is 2^64 - 1.", |_, r| _ = r.set("last", u64::MAX));
    row("segment-prev-of-another", "chain", "The table's hash before the first entry is wrong.", |_, r| {
        _ = r.text("prev", &"ab".repeat(32))
    });
    row("segment-head-of-another", "chain", "The table's hash of the last entry is wrong.", |_, r| _ = r.text("head", &"ab".repeat(32)));
    row("segment-seal-of-another-key", "seal", "The stretch is sealed by the office instead of its author.", |w, r| {
        let log = w.next();
        let (id, head) = (log.row.get("log").trim_matches('"').to_owned(), log.row.get("head").trim_matches('"').to_owned());
        let (id, head) = (Hash::from_hex(&id).expect("a hash"), Hash::from_hex(&head).expect("a hash"));
        r.text("seal", &hex(&w.party(Office).keys.seal(&id, 3, &head)));
    });
    row("segment-seal-of-another-number", "seal", "The author's seal is for another number.", |w, r| {
        let next = w.next().row;
        let hash = |name: &str| Hash::from_hex(next.get(name).trim_matches('"')).expect("a hash");
        r.text("seal", &hex(&w.party(Sender).keys.seal(&hash("log"), 4, &hash("head"))));
    });
    row("segment-seal-of-an-older-head", "seal", "The author's seal is for the entry before.", |w, r| {
        r.text("seal", &hex(&w.party(Sender).keys.seal(&w.community.id(), 2, &w.community.prev)));
    });
    row("segment-seal-in-another-domain", "seal", "The author's signature was made as a manifest's.", |w, r| {
        let next = w.next().row;
        let hash = |name: &str| Hash::from_hex(next.get(name).trim_matches('"')).expect("a hash");
        let bytes = [&hash("log").0[..], &3u64.to_be_bytes(), &hash("head").0].concat();
        r.text("seal", &hex(&w.party(Sender).sign("xinghuo/manifest/v1", &bytes)));
    });
    row("segment-seal-malleable", "seal", "The seal's S has the group's order added.", |_, r| {
        let seal = unhex(r.get("seal").trim_matches('"'));
        r.text("seal", &hex(&malleable(&seal)));
    });
    row("segment-seal-zeros", "seal", "The seal is all zeros.", |_, r| _ = r.text("seal", &"00".repeat(64)));
    row("segment-seal-empty", "seal", "The seal is empty.", |_, r| _ = r.text("seal", ""));
    row("segment-seal-no-hex", "seal", "The seal is no hex.", |_, r| _ = r.text("seal", "zz"));
    w.add(
        "segment-of-a-weak-key",
        "partly segment.seal",
        "The author's key is the neutral point, under which one seal fits everything.",
        |w| {
            let mut log = Log::new(WEAK_KEY, HOME, Class::Community);
            log.save(&[person(6, "吴庚")]);
            let mut stretch = w.stretch(Sender, &log);
            stretch.row.text("seal", &hex(&weak_signature()));
            w.beside(stretch).close(w)
        },
    );
    let refused = |name: &str, expect: &str, what: &str, change: fn(&mut Obj)| {
        w.add(name, expect, what, |w| w.usual().row(1, change).close(w));
    };
    refused("segment-stored-64-bits", "bundle.size", "The table says a stretch has 2^64 - 1 bytes.", |r| _ = r.set("stored", u64::MAX));
    refused("segment-unpacked-64-bits", "bundle.size", "The table says a stretch unpacks to 2^64 - 1 bytes.", |r| {
        _ = r.set("unpacked", u64::MAX)
    });
    refused("segment-unpacked-ten-gigabytes", "bundle.size", "The table says a stretch unpacks to 10 GiB.", |r| {
        _ = r.set("unpacked", 10u64 << 30)
    });
    refused("segment-first-negative", "bundle.inconsistent", "The table's first number is negative.", |r| _ = r.set("first", -1));
    refused("segment-without-seal", "bundle.inconsistent", "The table lacks a stretch's seal.", |r| _ = r.without("seal"));
    refused("segment-space-no-uuid", "bundle.inconsistent", "The table's space is a path.", |r| _ = r.text("space", "../../etc/passwd"));
    refused("segment-seal-twice", "bundle.inconsistent", "The table gives one stretch two seals.", |r| _ = r.twice("seal", "\"00\""));
    w.add("segment-row-is-a-list", "bundle.inconsistent", "A stretch's line in the table is a list of the right values.", |w| {
        let parcel = w.usual();
        let rows = format!("[{},{}]", parcel.stretches[0].row.line(), parcel.stretches[1].row.list());
        parcel.manifest(|m| _ = m.set("segments", rows)).close(w)
    });
    w.add("attachment-row-is-a-list", "bundle.inconsistent", "An attachment's line in the table is a list of the right values.", |w| {
        let row = format!("[[\"{}\",\"jpeg\",10]]", Hash::of(b"a photo").hex());
        w.usual().manifest(|m| _ = m.set("attachments", row)).close(w)
    });
    w.add("volume-is-a-list", "bundle.inconsistent", "Which volume it is stands in a list of the right values.", |w| {
        w.usual().manifest(|m| _ = m.set("volume", "[\"00000000-0000-0000-0000-000000000001\",1,2]")).close(w)
    });
    w.add("segments-swapped", "segment.hash", "The stretches stand in another order than the table says.", |w| {
        let parcel = w.usual();
        let rows = format!("[{},{}]", parcel.stretches[1].row.line(), parcel.stretches[0].row.line());
        parcel.manifest(|m| _ = m.set("segments", rows)).close(w)
    });
    w.add(
        "segment-begins-behind-the-end",
        "segment.hash",
        "The first stretch is said to be so long that the second begins behind the end.",
        |w| {
            w.usual()
                .row(0, |r| {
                    let n = r.number("stored");
                    r.set("stored", n + 2000);
                })
                .close(w)
        },
    );
    w.add("segments-of-64-bits", "segment.chain", "Two stretches are said to have 2^64 - 1 entries each.", |w| {
        w.usual().row(0, |r| _ = r.set("first", 1).set("last", u64::MAX)).row(1, |r| _ = r.set("first", 1).set("last", u64::MAX)).close(w)
    });
    w.add("segments-doubled", "ok", "The same stretch stands in the bundle twice.", |w| {
        w.parcel(vec![w.witness(), w.next(), w.next()]).close(w)
    });
    let two = |w: &World| {
        let mut first = w.community.later();
        first.save(&[person(6, "吴庚")]);
        let mut second = first.later();
        second.save(&[person(7, "郑辛")]);
        (first, second)
    };
    w.add_with("segments-unsorted", "ok", "The later stretch of a log stands before the earlier one.", &[("new", "3")], |w| {
        let (first, second) = two(w);
        w.parcel(vec![w.witness(), w.stretch(Sender, &second), w.stretch(Sender, &first)]).close(w)
    });
    w.add_with("segments-overlapping", "ok", "Two stretches of a log share an entry.", &[("new", "3")], |w| {
        let (first, second) = two(w);
        let mut both = first.clone();
        both.entries.extend(second.entries.clone());
        (both.seq, both.prev) = (second.seq, second.prev);
        w.parcel(vec![w.witness(), w.stretch(Sender, &first), w.stretch(Sender, &both)]).close(w)
    });
    w.add("segments-with-a-gap", "partly entry.gap", "The stretch between what is here and what came is missing.", |w| {
        let (_, second) = two(w);
        w.beside(w.stretch(Sender, &second)).close(w)
    });
    w.add_with(
        "segments-forked",
        "ok",
        "Two stretches of one log have other entries under one number.",
        &[("new", "3"), ("signals", "forked")],
        |w| {
            let (first, _) = two(w);
            let mut other = w.community.later();
            other.save(&[person(6, "冯壬")]);
            w.parcel(vec![w.witness(), w.stretch(Sender, &first), w.stretch(Sender, &other)]).close(w)
        },
    );
    contents(w);
    bombs(w);
}

/// Stretches whose bytes are wrong though the table fits them.
fn contents(w: &World) {
    let plain = |name: &str, what: &str, plain: fn(Vec<u8>) -> Vec<u8>| {
        w.add(name, "partly segment.decode", what, |w| {
            let mut next = w.next();
            let bytes = plain(next.plain.clone());
            next.repack(&bytes);
            w.beside(next).close(w)
        });
    };
    plain("content-empty", "The stretch unpacks to nothing, and says so.", |_| Vec::new());
    plain("content-line-end", "The stretch is one line end.", |_| b"\n".to_vec());
    plain("content-without-last-line", "The empty line after the last entry is missing.", |mut p| {
        p.pop();
        p
    });
    plain("content-torn", "The stretch ends inside a block.", |p| p[..p.len() - 30].to_vec());
    plain("content-two-empty-lines", "Two empty lines follow the entry.", |p| [&p[..], b"\n"].concat());
    plain("content-leading-empty-line", "An empty line stands before the entry.", |p| [b"\n", &p[..]].concat());
    plain("content-header-no-json", "The entry's header is no JSON.", |p| [b"x", &p[..]].concat());
    plain("content-header-null", "The entry's header is null.", |_| b"null\n{}\n\n".to_vec());
    plain("content-not-utf8", "The entry is not UTF-8.", |_| b"\xff\xff\n\xff\xff\n\n".to_vec());
    plain("content-block-changed", "A block does not hash to the header's root.", |p| {
        let at = p.windows(3).position(|s| s == "吴".as_bytes()).expect("the name");
        [&p[..at], "郑".as_bytes(), &p[at + 3..]].concat()
    });
    plain("content-block-missing", "The entry's only block is missing, and the header counts on it.", |p| {
        let at = p.iter().position(|b| *b == b'\n').expect("a line");
        [&p[..=at], b"\n"].concat()
    });
    plain("content-block-doubled", "The entry's block stands there twice.", |p| {
        let at = p.iter().position(|b| *b == b'\n').expect("a line");
        [&p[..p.len() - 1], &p[at + 1..]].concat()
    });
    plain("content-carriage-returns", "The stretch's line ends were changed before it was packed.", |p| {
        String::from_utf8(p).expect("text").replace('\n', "\r\n").into_bytes()
    });
    let packed = |name: &str, what: &str, packed: fn(&Stretch) -> Vec<u8>| {
        w.add(name, "partly segment.unpack", what, |w| {
            let mut next = w.next();
            let (bytes, unpacked) = (packed(&next), next.plain.len() as u64);
            next.stored(bytes, unpacked);
            w.beside(next).close(w)
        });
    };
    packed("packed-not-at-all", "The stretch is not packed.", |s| s.plain.clone());
    packed("packed-by-another", "The stretch is packed by gzip.", |_| b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0".to_vec());
    packed("packed-torn", "The packed stretch lacks its end.", |s| s.packed[..s.packed.len() - 5].to_vec());
    packed("packed-with-more", "Bytes follow the packed stretch.", |s| [&s.packed[..], b"more"].concat());
    packed("packed-in-two-frames", "The stretch is packed in two frames, of which some readers take the first.", |s| {
        let (a, b) = s.plain.split_at(s.plain.len() / 2);
        [zstd::bulk::compress(a, 3).expect("packing"), zstd::bulk::compress(b, 3).expect("packing")].concat()
    });
    packed("packed-with-a-hidden-frame", "A frame that unpackers skip follows the stretch.", |s| {
        [&s.packed[..], b"\x50\x2a\x4d\x18\x06\0\0\0hidden"].concat()
    });
    packed("packed-with-a-dictionary", "The stretch asks for a dictionary that nobody has.", |s| {
        // Frame header: one segment of 4-byte size, 4-byte dictionary id.
        let mut out = b"\x28\xb5\x2f\xfd\xa3\x01\x02\x03\x04".to_vec();
        out.extend_from_slice(&(s.plain.len() as u32).to_le_bytes());
        out.extend_from_slice(&s.packed[6..]);
        out
    });
}

fn bombs(w: &World) {
    let half_a_gigabyte = || zstd::encode_all(std::io::repeat(b' ').take(512 << 20), 19).expect("packing");
    let bomb = |name: &str, expect: &str, what: &str, packed: Vec<u8>, unpacked: u64| {
        w.add(name, expect, what, |w| {
            let mut next = w.next();
            next.stored(packed, unpacked);
            w.beside(next).close(w)
        });
    };
    let packed = half_a_gigabyte();
    let seventeen = zstd::encode_all(std::io::repeat(b' ').take(17 << 20), 19).expect("packing");
    assert!(packed.len() < 64 << 10, "{} bytes", packed.len());
    bomb("bomb-honest", "partly segment.unpack", "A few kilobytes unpack to 512 MiB, and say so.", packed.clone(), 512 << 20);
    bomb("bomb-lying", "partly segment.unpack", "A few kilobytes unpack to 512 MiB, and say 4 KiB.", packed, 4096);
    bomb("bomb-just-believed", "partly segment.unpack", "Less than a kilobyte unpacks to 17 MiB, and says 16 MiB.", seventeen, 16 << 20);
    let sixteen = 16u64 << 20;
    let of = |text: &[u8]| zstd::bulk::compress(&text.repeat(sixteen as usize / text.len()), 3).expect("packing");
    bomb("bomb-of-line-ends", "partly segment.decode", "A stretch of 16 MiB of empty lines.", of(b"\n"), sixteen);
    bomb("bomb-of-short-lines", "partly segment.decode", "A stretch of 8 million lines of one byte.", of(b"x\n"), sixteen);
    bomb(
        "bomb-of-short-entries",
        "partly segment.decode",
        "A stretch of 3 million entries of two short lines.",
        of(b"x\ny\n\n"),
        sixteen / 5 * 5,
    );
    bomb("bomb-of-one-line", "partly segment.decode", "A stretch of one line of 16 MiB.", of(b"xxxxxxxx"), sixteen);
    w.add("bomb-of-depth", "partly segment.decode", "An entry's header is nested 100,000 deep.", |w| {
        let mut next = w.next();
        let plain = format!("{}{}\n{{}}\n\n", "[".repeat(100_000), "]".repeat(100_000));
        next.repack(plain.as_bytes());
        w.beside(next).close(w)
    });
    w.add_with("bomb-of-blocks", "ok", "One entry has 2,000 blocks of a kind that is not known.", &[("newer", "2000")], |w| {
        let line = block(Uuid::from_u128(6), "bicycle", &[]);
        let mut log = w.community.later();
        log.save(&vec![line; 2000]);
        w.beside(w.stretch(Sender, &log)).close(w)
    });
    w.add("bomb-of-a-name", "ok", "A person's name has 8 million letters.", |w| {
        let mut log = w.community.later();
        log.save(&[person(6, &"x".repeat(8_000_000))]);
        w.beside(w.stretch(Sender, &log)).close(w)
    });
}
