//! Entries (保存) and blocks whose author sealed them properly: what shows only where they are applied.

use serde_json::{Value, json};
use uuid::Uuid;
use xinghuo_ledger::{Hash, RawBlock};
use xinghuo_model::Class;

use xinghuo_forge::Who::*;
use xinghuo_forge::*;

pub fn all(w: &World) {
    headers(w);
    seen(w);
    history(w);
    authors(w);
    disputes(w);
    blocks(w);
    values(w);
}

/// The witness, and the sender's next save with its header changed before it was sealed.
fn changed(w: &World, name: &str, expect: &str, what: &str, change: impl Fn(&World, &mut Obj)) {
    w.add(name, expect, what, |w| {
        let mut log = w.community.later();
        log.save_as(&[person(6, "吴庚")], |h| change(w, h));
        w.beside(w.stretch(Sender, &log)).close(w)
    });
}

fn headers(w: &World) {
    let newer = "partly segment.newer";
    changed(w, "entry-version-newer", newer, "The entry's header names version 2.", |_, h| _ = h.set("v", 2));
    changed(w, "entry-version-zero", newer, "The entry's header names version 0, which was never released.", |_, h| _ = h.set("v", 0));
    changed(w, "entry-suite-newer", newer, "The entry's header names algorithms that are not known.", |_, h| _ = h.set("suite", 2));
    let bad = "partly segment.decode";
    changed(w, "entry-version-missing", bad, "The entry's header names no version.", |_, h| _ = h.without("v"));
    changed(w, "entry-number-nought", bad, "The entry's number is nought.", |_, h| _ = h.set("seq", 0));
    changed(w, "entry-number-negative", bad, "The entry's number is negative.", |_, h| _ = h.set("seq", -3));
    changed(w, "entry-number-64-bits", bad, "The entry's number is 2^64 - 1.", |_, h| _ = h.set("seq", u64::MAX));
    changed(w, "entry-number-63-bits", bad, "The entry's number is 2^63.", |_, h| _ = h.set("seq", 1u64 << 63));
    changed(w, "entry-number-fraction", bad, "The entry's number is 3.0.", |_, h| _ = h.set("seq", "3.0"));
    changed(w, "entry-number-twice", bad, "The entry's header has two numbers.", |_, h| _ = h.twice("seq", 4));
    changed(w, "entry-clock-negative", bad, "The entry's lamport is negative.", |_, h| _ = h.set("lamport", -1));
    changed(w, "entry-clock-63-bits", bad, "The entry's lamport is 2^63.", |_, h| _ = h.set("lamport", 1u64 << 63));
    changed(w, "entry-clock-64-bits", bad, "The entry's lamport is 2^64 - 1.", |_, h| _ = h.set("lamport", u64::MAX));
    changed(w, "entry-root-of-another", bad, "The header's root is not the blocks'.", |_, h| _ = h.text("root", &"ab".repeat(32)));
    changed(w, "entry-root-short", bad, "The header's root is too short for a hash.", |_, h| _ = h.text("root", "ab"));
    changed(w, "entry-length-one-more", bad, "The header's length is one too large.", |_, h| {
        let len = h.number("len");
        h.set("len", len + 1);
    });
    changed(w, "entry-length-nought", bad, "The header's length is nought.", |_, h| _ = h.set("len", 0));
    changed(w, "entry-length-64-bits", bad, "The header's length is 2^64 - 1.", |_, h| _ = h.set("len", u64::MAX));
    changed(w, "entry-time-is-a-word", bad, "The entry's time is no time.", |_, h| _ = h.text("at", "yesterday"));
    changed(w, "entry-time-impossible", bad, "The entry's time is the 30th of February.", |_, h| {
        h.text("at", "2031-02-30T08:00:00+08:00");
    });
    changed(w, "entry-save-no-uuid", bad, "The entry's save is no uuid.", |_, h| _ = h.text("save", "'; DROP TABLE entry; --"));
    changed(w, "entry-schema-negative", bad, "The entry's schema is negative.", |_, h| _ = h.set("schema", -1));
    changed(w, "entry-person-missing", bad, "The entry names nobody who worked.", |_, h| _ = h.without("person"));
    changed(w, "entry-person-null", bad, "The entry's person is null.", |_, h| _ = h.set("person", "null"));
    changed(w, "entry-seen-null", bad, "What the entry has seen is null.", |_, h| _ = h.set("seen", "null"));
    changed(w, "entry-seen-negative", bad, "The entry has seen a negative number.", |w, h| {
        h.set("seen", format!("[[\"{}\",-1,\"{}\"]]", w.colleague.id().hex(), w.colleague.prev.hex()));
    });
    changed(w, "entry-seen-of-four-parts", bad, "What the entry has seen has four parts.", |w, h| {
        h.set("seen", json!([[w.colleague.id().hex(), 1, w.colleague.prev.hex(), 1]]));
    });
    w.add("entry-header-is-a-list", bad, "The entry's header is a list of the right values.", |w| {
        let mut log = w.community.later();
        log.save_bytes(&[person(6, "吴庚").into_bytes()], |h| h.list().into_bytes());
        w.beside(w.stretch(Sender, &log)).close(w)
    });
    w.add("entry-without-blocks", "ok", "The entry has no block at all: it only says what its author has seen.", |w| {
        let mut log = w.community.later();
        log.save(&[]);
        w.beside(w.stretch(Sender, &log)).close(w)
    });
    w.add("entry-header-not-utf8", bad, "The entry's person is not UTF-8.", |w| {
        let mut log = w.community.later();
        log.save_bytes(&[person(6, "吴庚").into_bytes()], |h| {
            let mut line = h.line().into_bytes();
            let at = line.windows(3).position(|s| s == "王".as_bytes()).expect("a name");
            line[at] = 0xff;
            line
        });
        w.beside(w.stretch(Sender, &log)).close(w)
    });
    let chain = "partly segment.chain";
    changed(w, "entry-log-of-another", chain, "The entry's header names a colleague's log.", |w, h| {
        h.text("log", &w.colleague.id().hex());
    });
    changed(w, "entry-number-skips", chain, "The entry's number is 4, and the table says 3.", |_, h| _ = h.set("seq", 4));
    changed(w, "entry-prev-of-another", chain, "The entry's previous hash is not the table's.", |_, h| {
        h.text("prev", &"ab".repeat(32));
    });
    changed(w, "entry-schema-newer", "ok", "A later registry wrote the entry, with nothing new in it.", |_, h| _ = h.set("schema", 9));
    changed(w, "entry-act-unknown", "ok", "The entry's act is not known.", |_, h| _ = h.text("act", "novel"));
    changed(w, "entry-extra-field", "ok", "The entry's header has a field more.", |_, h| _ = h.text("novel", "field"));
    changed(w, "entry-extra-field-nested", "ok", "A further field of the header is nested 10,000 deep.", |_, h| {
        h.set("novel", format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)));
    });
    changed(w, "entry-time-long-ago", "ok", "The laptop's clock stood in 1970, which changes nothing.", |_, h| {
        h.text("at", "1970-01-01T00:00:00Z");
    });
    changed(w, "entry-time-far-ahead", "ok", "The laptop's clock stood in 9999, which changes nothing.", |_, h| {
        h.text("at", "9999-12-31T23:59:59+14:00");
    });
    changed(
        w,
        "entry-person-reordered",
        "ok",
        "The person's name has characters that reorder what is read: showing it is the screen's care.",
        |_, h| {
            h.text("person", "王\u{202e}甲\u{2066}");
        },
    );
    changed(w, "entry-person-long", "ok", "The person's name has 50,000 letters.", |_, h| _ = h.text("person", &"x".repeat(50_000)));
}

fn seen(w: &World) {
    let clock = "partly entry.clock";
    changed(w, "clock-one-more", clock, "The entry's lamport is one too large.", |_, h| {
        let lamport = h.number("lamport");
        h.set("lamport", lamport + 1);
    });
    changed(w, "clock-one-less", clock, "The entry's lamport is the one of the entry before.", |_, h| {
        let lamport = h.number("lamport");
        h.set("lamport", lamport - 1);
    });
    changed(w, "clock-nought", clock, "The entry's lamport is nought.", |_, h| _ = h.set("lamport", 0));
    changed(w, "clock-poisoned", clock, "The entry's lamport is 2^63 - 1, to win every later comparison.", |_, h| {
        h.set("lamport", i64::MAX);
    });
    // What is seen raises the clock to one more than the highest.
    let after = |w: &World, h: &mut Obj, seen: &[(&Log, u64, Hash)]| {
        let list: Vec<Value> = seen.iter().map(|(l, seq, hash)| json!([l.id().hex(), seq, hash.hex()])).collect();
        let highest = seen.iter().map(|s| s.0.lamport).max().unwrap_or(0).max(w.community.lamport);
        h.set("seen", Value::from(list)).set("lamport", highest + 1);
    };
    changed(w, "seen-sound", "ok", "The entry has seen two other logs.", move |w, h| {
        let mut list = [(&w.colleague, 1, w.colleague.prev), (&w.own, 1, w.own.prev)];
        list.sort_by_key(|s| s.0.id());
        after(w, h, &list);
    });
    changed(w, "seen-but-not-counted", clock, "The entry has seen a colleague's, and its lamport takes no notice.", move |w, h| {
        after(w, h, &[(&w.own, 1, w.own.prev)]);
        h.set("lamport", w.community.lamport + 1);
    });
    changed(w, "seen-itself", clock, "The entry has seen its own log.", move |w, h| {
        after(w, h, &[(&w.community, 2, w.community.prev)]);
    });
    changed(w, "seen-another-class", clock, "The entry has seen a log of another class.", move |w, h| {
        after(w, h, &[(&w.district, 1, w.district.prev)]);
    });
    changed(w, "seen-another-space", clock, "The entry has seen a log of another compound.", move |w, h| {
        after(w, h, &[(&w.elsewhere, 1, w.elsewhere.prev)]);
    });
    changed(w, "seen-twice", clock, "The entry names one log twice.", move |w, h| {
        after(w, h, &[(&w.colleague, 1, w.colleague.prev), (&w.colleague, 1, w.colleague.prev)]);
    });
    changed(w, "seen-unsorted", clock, "What the entry has seen is not in order.", move |w, h| {
        let mut list = [(&w.colleague, 1, w.colleague.prev), (&w.own, 1, w.own.prev)];
        list.sort_by_key(|s| std::cmp::Reverse(s.0.id()));
        after(w, h, &list);
    });
    w.add("seen-goes-back", clock, "The log has seen an entry, and says so again.", |w| {
        let mut log = w.colleague.later();
        log.seen = vec![(w.community.id(), 2, w.community.prev)];
        log.save(&[person(6, "吴庚")]);
        w.beside(w.stretch(Colleague, &log)).close(w)
    });
    changed(w, "seen-number-nought", clock, "The entry has seen a number that no entry ever has: nought.", move |w, h| {
        after(w, h, &[(&w.colleague, 0, w.colleague.prev)]);
    });
    changed(w, "seen-number-64-bits", clock, "The entry has seen entry 2^64 - 1, which no log ever has.", move |w, h| {
        after(w, h, &[(&w.colleague, u64::MAX, w.colleague.prev)]);
    });
    let unseen = "partly entry.unseen";
    changed(w, "seen-not-here", unseen, "The entry has seen a colleague's that is not here yet.", move |w, h| {
        after(w, h, &[(&w.colleague, 2, Hash::of(b"not here"))]);
    });
    changed(w, "seen-nobodys-log", unseen, "The entry has seen a log that is not here.", |_, h| {
        h.set("seen", json!([["ab".repeat(32), 1, "ab".repeat(32)]]));
    });
    changed(w, "seen-another-history", unseen, "The entry has seen the colleague's entry with another hash.", move |w, h| {
        after(w, h, &[(&w.colleague, 1, Hash::of(b"another"))]);
    });
    w.add(
        "first-entry-with-a-predecessor",
        "partly entry.gap",
        "The first entry of a log names one before it: it may lead to a fork, and waits.",
        |w| {
            let mut log = Log::new(w.party(Sender).key(), HOME, Class::Branch);
            log.prev = Hash::of(b"before the first");
            log.start.1 = log.prev;
            log.save(&[block(Uuid::from_u128(1), "person", &[("employer", "\"橘园\"")])]);
            w.beside(w.stretch(Sender, &log)).close(w)
        },
    );
}

fn history(w: &World) {
    w.add(
        "chain-broken",
        "partly entry.gap",
        "The next entry follows another one than the one that is here: it may lead to a fork, and waits.",
        |w| {
            let mut log = w.community.later();
            log.prev = Hash::of(b"another");
            log.start.1 = log.prev;
            log.save(&[person(6, "吴庚")]);
            w.beside(w.stretch(Sender, &log)).close(w)
        },
    );
    let jump = |name: &str, what: &str, seq: u64| {
        w.add(name, "partly entry.gap", what, |w| {
            let mut log = w.community.later();
            (log.seq, log.prev) = (seq - 1, Hash::of(b"between"));
            log.start = (seq, log.prev);
            log.save(&[person(6, "吴庚")]);
            w.beside(w.stretch(Sender, &log)).close(w)
        });
    };
    jump("fast-forward-by-one", "One entry before this one is missing.", 4);
    jump("fast-forward-to-the-end", "The entry's number is the last one there is: it must block no other.", i64::MAX as u64);
    w.add_with("replay-of-everything", "ok", "Everything in the bundle is here already.", &[("new", "0")], |w| {
        w.parcel(vec![w.before[1].clone(), w.before[2].clone()]).close(w)
    });
    w.add_with("replay-and-more", "ok", "A stretch begins with what is here already, and goes on.", &[("new", "1")], |w| {
        w.parcel(vec![w.before[0].clone(), w.witness()]).close(w)
    });
    w.add_with("fork-of-the-head", "ok", "The sender's second entry comes again, with another content.", &[("signals", "forked")], |w| {
        let mut log = w.community.clone();
        let first: Value = serde_json::from_slice(w.before[1].plain.split(|b| *b == b'\n').nth(3).expect("a header")).expect("JSON");
        log.prev = Hash::from_hex(first["prev"].as_str().expect("a hash")).expect("a hash");
        (log.seq, log.lamport, log.start) = (1, 1, (2, log.prev));
        log.save(&[person(2, "李子")]);
        w.beside(w.stretch(Sender, &log)).close(w)
    });
    w.add_with(
        "fork-of-the-first",
        "ok",
        "The colleague's first entry comes again, with another content.",
        &[("signals", "forked")],
        |w| {
            let mut log = Log::new(w.party(Colleague).key(), HOME, Class::Community);
            log.save(&[person(3, "钱子")]);
            w.beside(w.stretch(Colleague, &log)).close(w)
        },
    );
    w.add_with(
        "fork-of-ones-own",
        "ok",
        "The receiver's own first entry comes, with another content.",
        &[("signals", "restored forked")],
        |w| {
            let mut log = Log::new(w.party(Receiver).key(), HOME, Class::Community);
            log.save(&[person(4, "孙子")]);
            w.beside(w.stretch(Receiver, &log)).close(w)
        },
    );
    w.add_with("own-log-ahead", "ok", "The receiver's own next entry comes: it was restored.", &[("signals", "restored")], |w| {
        let mut log = w.own.later();
        log.save(&[person(6, "吴庚")]);
        w.beside(w.stretch(Receiver, &log)).close(w)
    });
    w.add("erased-block", "partly entry.erased", "The entry's block was taken out: only its hash travels. It waits for the whole.", |w| {
        let mut log = w.community.later();
        log.save(&[person(6, "吴庚")]);
        log.entries[0].blocks[0].erase();
        w.beside(w.stretch(Sender, &log)).close(w)
    });
    w.add("erased-block-of-another-hash", "partly segment.decode", "The erased block's hash is not the one in the root.", |w| {
        let mut log = w.community.later();
        log.save(&[person(6, "吴庚")]);
        log.entries[0].blocks[0] = RawBlock::Erased(Uuid::from_u128(6), Hash::of(b"another"));
        w.beside(w.stretch(Sender, &log)).close(w)
    });
    w.add("erased-block-of-another-record", "partly segment.decode", "The erased block is said to be of a record that was erased.", |w| {
        let mut log = w.community.later();
        log.save(&[person(6, "吴庚")]);
        log.entries[0].blocks[0].erase();
        if let RawBlock::Erased(rec, _) = &mut log.entries[0].blocks[0] {
            *rec = Uuid::from_u128(7);
        }
        log.save(&[erasure(7)]);
        w.beside(w.stretch(Sender, &log)).close(w)
    });
    w.add_with(
        "erased-block-and-its-erasure",
        "ok",
        "A block was taken out, and the next entry erases its record.",
        &[("new", "3")],
        |w| {
            let mut log = w.community.later();
            log.save(&[person(6, "吴庚")]);
            log.entries[0].blocks[0].erase();
            log.save(&[erasure(6)]);
            w.beside(w.stretch(Sender, &log)).close(w)
        },
    );
    w.add(
        "erased-block-and-anothers-erasure",
        "partly entry.erased",
        "A block was taken out, and the next entry erases another record.",
        |w| {
            let mut log = w.community.later();
            log.save(&[person(6, "吴庚")]);
            log.entries[0].blocks[0].erase();
            log.save(&[erasure(7)]);
            w.beside(w.stretch(Sender, &log)).close(w)
        },
    );
}

fn authors(w: &World) {
    let from = |name: &str, expect: &str, what: &str, who: Who, space, class, line: &str| {
        w.add(name, expect, what, |w| {
            let mut log = Log::new(w.party(who).key(), space, class);
            log.save(&[line.to_owned()]);
            w.beside(w.stretch(who, &log)).close(w)
        });
    };
    let author = "partly entry.author";
    let request = block(Uuid::from_u128(0x12), "request", &[("number", "\"XH-2031-0003\"")]);
    let employer = block(Uuid::from_u128(1), "person", &[("employer", "\"橘园\"")]);
    from("author-unknown", author, "The stretch's author has no certificate.", Stranger, HOME, Class::Community, &person(6, "吴庚"));
    from(
        "author-of-another-compound",
        author,
        "The author is certified for another compound.",
        Elsewhere,
        HOME,
        Class::Community,
        &person(6, "吴庚"),
    );
    from(
        "author-of-another-space",
        author,
        "The sender writes in another compound.",
        Sender,
        ELSEWHERE,
        Class::Community,
        &person(6, "吴庚"),
    );
    from(
        "author-without-the-class",
        author,
        "The author is certified for another class of this compound.",
        Limited,
        HOME,
        Class::District,
        &request,
    );
    from(
        "author-with-the-class",
        "ok",
        "The author is certified for just this class.",
        Limited,
        HOME,
        Class::Community,
        &person(6, "吴庚"),
    );
    from("office-in-the-branch-class", author, "The office writes what never leaves the compound.", Office, HOME, Class::Branch, &employer);
    from(
        "office-in-the-district-class",
        "ok",
        "The office writes in the compound's district class.",
        Office,
        HOME,
        Class::District,
        &request,
    );
    w.add("author-ended", "partly entry.ended", "The entry was written after its author's certificate was ended.", |w| {
        let mut log = w.ended.later();
        log.save(&[person(6, "吴庚")]);
        w.beside(w.stretch(Ended, &log)).close(w)
    });
    let forged = |w: &World, log: &mut Log, who: Who| {
        log.save(&[w.certificate(Stranger, HOME, r#"["branch","community","district","registry"]"#, 0x300)]);
        let mut own = Log::new(w.party(Stranger).key(), HOME, Class::Community);
        own.save(&[person(6, "吴庚")]);
        w.parcel(vec![w.witness(), w.stretch(who, log), w.stretch(Stranger, &own)])
    };
    w.add("certificate-by-oneself", author, "A stranger certifies itself, in the community's registry.", |w| {
        let mut log = Log::new(w.party(Stranger).key(), COMMUNITY, Class::Registry);
        forged(w, &mut log, Stranger).close(w)
    });
    w.add("certificate-by-a-branch", author, "A compound's laptop certifies a stranger, in the community's registry.", |w| {
        let mut log = Log::new(w.party(Sender).key(), COMMUNITY, Class::Registry);
        forged(w, &mut log, Sender).close(w)
    });
    w.add("certificate-in-ones-own-registry", author, "A compound's laptop certifies a stranger, in a registry of its own.", |w| {
        let mut log = Log::new(w.party(Sender).key(), HOME, Class::Registry);
        forged(w, &mut log, Sender).close(w)
    });
    w.add("certificate-in-another-registry", author, "The office certifies a stranger, in a registry that is not its own.", |w| {
        let mut log = Log::new(w.party(Office).key(), HOME, Class::Registry);
        forged(w, &mut log, Office).close(w)
    });
    let more = [("new", "2"), ("newer", "1")];
    w.add_with(
        "certificate-in-the-wrong-class",
        author,
        "A certificate stands in a class where there are none: kept, and it says nothing.",
        &more,
        |w| forged(w, &mut w.community.later(), Sender).close(w),
    );
    w.add_with(
        "certificate-by-the-office",
        "ok",
        "The office certifies a stranger in this very bundle, after its stretch.",
        &[("new", "3")],
        |w| {
            let mut parcel = forged(w, &mut w.registry.later(), Office);
            parcel.stretches.swap(1, 2);
            parcel.close(w)
        },
    );
    w.add_with(
        "certificate-sealed-by-another",
        "partly entry.author segment.seal",
        "The office's certificate for a stranger, sealed by the stranger.",
        &[],
        |w| forged(w, &mut w.registry.later(), Stranger).close(w),
    );
    w.add_with("revocation-by-a-branch", author, "A compound's laptop ends its colleague's certificate.", &[], |w| {
        let mut log = Log::new(w.party(Sender).key(), COMMUNITY, Class::Registry);
        let id = format!("\"{}\"", w.colleague.id().hex());
        log.save(&[block(
            Uuid::from_u128(0x301),
            "revocation",
            &[("log", &id), ("last_seq", "0"), ("last_hash", "\"\""), ("reason", "\"\"")],
        )]);
        w.beside(w.stretch(Sender, &log)).close(w)
    });
}

/// Two laptops write the same record without having seen each other.
fn disputes(w: &World) {
    let both = |name: &str, what: &str, class, kind: &str, mine: &[(&str, &str)], theirs: &[(&str, &str)], delete: bool| {
        w.add(name, "ok", what, |w| {
            let one = Uuid::from_u128(6);
            let mut first = if class == Class::District { w.district.later() } else { w.community.later() };
            first.save(&[block(one, kind, mine)]);
            let mut second = if class == Class::District { Log::new(w.party(Colleague).key(), HOME, class) } else { w.colleague.later() };
            let mut theirs = block_obj(one, kind, theirs);
            if delete {
                theirs.set("deleted", true);
            }
            second.save(&[theirs.line()]);
            w.parcel(vec![w.stretch(Sender, &first), w.stretch(Colleague, &second)]).close(w)
        });
    };
    let community = Class::Community;
    both(
        "dispute-of-a-name",
        "Two laptops give one person two names.",
        community,
        "person",
        &[("name", "\"吴庚\"")],
        &[("name", "\"吴辛\"")],
        false,
    );
    both("dispute-of-a-deletion", "One laptop deletes what another writes.", community, "person", &[("name", "\"吴庚\"")], &[], true);
    both(
        "dispute-of-strange-lists",
        "Two laptops write lists that no reader of the kind understands.",
        community,
        "person",
        &[("phones", "{\"a\":[1e3,null]}")],
        &[("phones", "[[[\"\\u0000\"]]]")],
        false,
    );
    both(
        "dispute-of-unknown-states",
        "Two laptops give a request states that are not known.",
        Class::District,
        "request",
        &[("state", "\"novel\"")],
        &[("state", "\"\""), ("closed_on", "\"2031-06-31\"")],
        false,
    );
    both(
        "dispute-of-a-known-and-an-unknown-state",
        "One laptop gives a request a state that is not known.",
        Class::District,
        "request",
        &[("state", "\"registered\"")],
        &[("state", "null")],
        false,
    );
}

/// The witness, and one entry with this block's line.
fn line(w: &World, name: &str, newer: u32, what: &str, line: &[u8]) {
    let more: &[(&str, &str)] = if newer > 0 { &[("newer", "1")] } else { &[] };
    w.add_with(name, "ok", what, more, |w| {
        let mut log = w.community.later();
        log.save_bytes(&[line.to_vec()], |h| h.line().into_bytes());
        w.beside(w.stretch(Sender, &log)).close(w)
    });
}

fn blocks(w: &World) {
    let one = Uuid::from_u128(6);
    line(
        w,
        "block-kind-newer",
        1,
        "A block's kind is not known: kept and passed on.",
        block(one, "bicycle", &[("colour", "\"red\"")]).as_bytes(),
    );
    line(w, "block-kind-empty", 1, "A block's kind is empty.", block(one, "", &[]).as_bytes());
    line(
        w,
        "block-kind-at-sql",
        1,
        "A block's kind aims at the tables.",
        block(one, "person\"; DROP TABLE entry;--", &[("name", "\"x\"")]).as_bytes(),
    );
    line(
        w,
        "block-kind-of-the-log",
        1,
        "A block's kind is the name of a table of the log.",
        block(one, "entry", &[("hash", "\"x\"")]).as_bytes(),
    );
    line(
        w,
        "block-kind-in-upper-case",
        1,
        "A block's kind is written in upper case.",
        block(one, "PERSON", &[("name", "\"x\"")]).as_bytes(),
    );
    line(w, "block-kind-long", 1, "A block's kind has 100,000 letters.", block(one, &"k".repeat(100_000), &[]).as_bytes());
    line(w, "block-kind-a-number", 1, "A block's kind is a number.", block_obj(one, "x", &[]).set("kind", 10).line().as_bytes());
    line(
        w,
        "block-field-newer",
        1,
        "A block's field is not known: the others count.",
        block(one, "person", &[("name", "\"吴庚\""), ("smell", "\"fresh\"")]).as_bytes(),
    );
    line(
        w,
        "block-field-at-sql",
        1,
        "A block's field aims at the tables.",
        block(one, "person", &[("name\" = 'x'; DROP TABLE entry;--", "\"x\"")]).as_bytes(),
    );
    line(
        w,
        "block-field-of-the-table",
        1,
        "A block's field is a column that is no field.",
        block(one, "person", &[("life", "1"), ("dots", "\"\""), ("rid", "1")]).as_bytes(),
    );
    line(
        w,
        "block-field-twice",
        1,
        "A block has one field twice: the first counts.",
        block(one, "person", &[("name", "\"吴庚\""), ("name", "\"冯壬\"")]).as_bytes(),
    );
    line(
        w,
        "block-field-of-another-class",
        1,
        "A block has a field that never leaves the compound, in a class that does.",
        block(one, "person", &[("name", "\"吴庚\""), ("id_number", "\"1\"")]).as_bytes(),
    );
    line(
        w,
        "block-of-another-space",
        1,
        "A block changes a record of another compound.",
        block(Uuid::from_u128(9), "person", &[("name", "\"周子\"")]).as_bytes(),
    );
    line(w, "block-not-json", 1, "A block is no JSON.", b"dear reader");
    line(w, "block-a-number", 1, "A block is a number.", b"5");
    line(w, "block-a-text", 1, "A block is a text that is no hash.", b"\"erased\"");
    line(w, "block-null", 1, "A block is null.", b"null");
    line(w, "block-empty-object", 1, "A block is an empty object.", b"{}");
    line(w, "block-with-more-after-it", 1, "Something follows a block on its line.", format!("{}x", person(6, "吴庚")).as_bytes());
    line(
        w,
        "block-is-a-list",
        1,
        "A block is a list of the right values.",
        format!("[\"{one}\",\"person\",{{\"name\":\"吴庚\"}}]").as_bytes(),
    );
    line(
        w,
        "block-record-missing",
        1,
        "A block names no record.",
        block_obj(one, "person", &[("name", "\"吴庚\"")]).without("rec").line().as_bytes(),
    );
    line(
        w,
        "block-record-twice",
        1,
        "A block names two records.",
        {
            let mut obj = block_obj(one, "person", &[("name", "\"吴庚\"")]);
            obj.twice("rec", "\"00000000-0000-0000-0000-000000000007\"");
            obj.line()
        }
        .as_bytes(),
    );
    line(
        w,
        "block-record-a-path",
        1,
        "A block's record is a path.",
        block_obj(one, "person", &[("name", "\"吴庚\"")]).text("rec", "../../etc/passwd").line().as_bytes(),
    );
    line(
        w,
        "block-record-a-number",
        1,
        "A block's record is a number.",
        block_obj(one, "person", &[("name", "\"吴庚\"")]).set("rec", 6).line().as_bytes(),
    );
    line(
        w,
        "block-record-without-hyphens",
        1,
        "A block's record is a uuid without its hyphens.",
        block_obj(one, "person", &[("name", "\"吴庚\"")]).text("rec", &one.simple().to_string()).line().as_bytes(),
    );
    line(w, "block-record-nought", 0, "A block's record is the uuid of zeros: an id like any other.", person(0, "吴庚").as_bytes());
    line(
        w,
        "block-salt-missing",
        1,
        "A block has no salt.",
        block_obj(one, "person", &[("name", "\"吴庚\"")]).without("salt").line().as_bytes(),
    );
    line(w, "block-set-a-list", 1, "What a block sets is a list.", block_obj(one, "person", &[]).set("set", "[1]").line().as_bytes());
    line(w, "block-set-null", 1, "What a block sets is null.", block_obj(one, "person", &[]).set("set", "null").line().as_bytes());
    line(w, "block-set-empty", 0, "A block sets nothing.", block_obj(one, "person", &[]).line().as_bytes());
    line(
        w,
        "block-deleted-a-text",
        1,
        "A block says \"yes\" where it must say true.",
        block_obj(one, "person", &[]).text("deleted", "yes").line().as_bytes(),
    );
    line(
        w,
        "block-deleted-of-nothing",
        0,
        "A block deletes a record that is not here.",
        block_obj(one, "person", &[]).set("deleted", true).line().as_bytes(),
    );
    line(
        w,
        "block-deleted-in-the-wrong-class",
        1,
        "A block ends a certificate in a class where there are none.",
        block_obj(Uuid::from_u128(0x103), "certificate", &[]).set("deleted", true).line().as_bytes(),
    );
    line(
        w,
        "block-accepts-a-number",
        1,
        "A block accepts with 1 instead of true.",
        block_obj(one, "person", &[]).set("accepts", 1).line().as_bytes(),
    );
    line(
        w,
        "block-extra-field",
        0,
        "A block has a field more beside what it sets.",
        block_obj(one, "person", &[("name", "\"吴庚\"")]).text("novel", "x").line().as_bytes(),
    );
    line(
        w,
        "block-nested",
        0,
        "A further field of a block is nested 10,000 deep.",
        block_obj(one, "person", &[("name", "\"吴庚\"")])
            .set("novel", format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)))
            .line()
            .as_bytes(),
    );
}

fn values(w: &World) {
    let one = Uuid::from_u128(6);
    let of = |name: &str, newer: u32, what: &str, kind: &str, field: &str, raw: &str| {
        line(w, name, newer, what, block(one, kind, &[(field, raw)]).as_bytes());
    };
    of("value-number-for-text", 1, "A name is a number.", "person", "name", "7");
    of("value-list-for-text", 1, "A name is a list.", "person", "name", "[\"吴庚\"]");
    of("value-object-for-text", 1, "A name is an object.", "person", "name", "{\"$ne\":\"\"}");
    of("value-null-for-text", 0, "A name is null, which empties it.", "person", "name", "null");
    of(
        "value-text-for-json",
        0,
        "A list of telephones is a text: whatever is JSON is kept, and the list's readers leave it out.",
        "person",
        "phones",
        "\"1\"",
    );
    of("value-text-for-flag", 1, "A flag is the text \"true\".", "person", "party_member", "\"true\"");
    of("value-number-for-flag", 1, "A flag is 1.", "person", "party_member", "1");
    of("value-text-for-id", 1, "A reference is no uuid.", "opinion", "person", "\"nobody\"");
    of("value-path-for-id", 1, "A reference is a path.", "opinion", "person", "\"../../etc/passwd\"");
    of("value-sql-for-id", 1, "A reference aims at the tables.", "opinion", "person", "\"' OR 1=1;--\"");
    of("value-number-for-id", 1, "A reference is a number.", "opinion", "person", "6");
    of("value-id-without-hyphens", 1, "A reference is a uuid without its hyphens.", "opinion", "person", &format!("\"{}\"", one.simple()));
    of("value-nan", 1, "A value is NaN, which is no JSON: nothing of the block counts.", "person", "name", "NaN");
    of("value-infinity", 1, "A value is -Infinity, which is no JSON.", "person", "name", "-Infinity");
    of("value-too-large-for-json", 1, "A number inside a list is 1e400.", "person", "phones", "[1e400]");
    of(
        "value-nested-in-json",
        1,
        "A list of telephones is nested 10,000 deep.",
        "person",
        "phones",
        &format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
    );
    of(
        "value-nested-for-text",
        1,
        "A name is a list, nested 10,000 deep.",
        "person",
        "name",
        &format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
    );
    of("value-nested-unclosed", 1, "A value opens 10,000 lists and closes none.", "person", "name", &"[".repeat(10_000));
    of("value-half-a-character", 1, "A name has half a pair of surrogates.", "person", "name", "\"\\ud800\"");
    of("value-nul", 0, "A name has a NUL inside: kept as it is, not cut there.", "person", "name", "\"吴\\u0000庚\"");
    of("value-controls", 0, "A name has control characters: kept as they are.", "person", "name", "\"吴\\u0007\\u001b[2J庚\"");
    of(
        "value-reordered",
        0,
        "A name has characters that reorder what is read: kept, the screen's care.",
        "person",
        "name",
        "\"吴\u{202e}庚\u{2066}\"",
    );
    of("value-invisible", 0, "A name is one invisible character.", "person", "name", "\"\u{200b}\"");
    of("value-at-sql", 0, "A name aims at the tables: it is only a name.", "person", "name", "\"吴庚'); DROP TABLE entry;--\"");
    of("value-at-search", 0, "A name is made of the search's own words.", "person", "name", "\"* OR name : ^ \\\"x\\\" NEAR(a b)\"");
    of("value-at-markup", 0, "A name is a piece of a page: it is only a name.", "person", "name", "\"<img src=x onerror=alert(1)>\"");
    of("value-at-spreadsheet", 0, "A name is a formula: it is only a name.", "person", "name", "\"=HYPERLINK(1)\"");
    of("value-at-template", 0, "A name is made of braces and dollar signs.", "person", "name", "\"{{7*7}} ${HOME} %s %n\"");
    of("value-rare-character", 0, "A name has a character beyond the first plane.", "person", "name", "\"𬭎\u{30edd}\"");
    of("value-syllable-without-vowel", 0, "A name is of characters read without a vowel.", "person", "name", "\"呣嗯欸\"");
    of("value-house-of-sql", 0, "A building aims at the tables.", "person", "building", "\"3' UNION SELECT * FROM entry--\"");
    of(
        "value-date-impossible",
        0,
        "A day is the 31st of June: it is kept, and lists leave the record out.",
        "person",
        "checked_in_on",
        "\"2031-06-31\"",
    );
    line(w, "value-not-utf8", 1, "A name is not UTF-8: nothing of the block counts.", &{
        let mut bytes = person(6, "吴庚").into_bytes();
        let at = bytes.windows(3).position(|s| s == "吴".as_bytes()).expect("the name");
        bytes[at] = 0xff;
        bytes
    });
    line(
        w,
        "value-control-unescaped",
        1,
        "A name has an unescaped tab, which JSON forbids.",
        person(6, "吴庚").replace("吴", "\t").as_bytes(),
    );
    // Numbers stand in the district class.
    let number = |name: &str, newer: u32, what: &str, raw: &str| {
        let more: &[(&str, &str)] = if newer > 0 { &[("newer", "1")] } else { &[] };
        w.add_with(name, "ok", what, more, |w| {
            let mut log = w.district.later();
            log.save(&[block(one, "agreement_term", &[("fen", raw)])]);
            w.parcel(vec![w.next(), w.stretch(Sender, &log)]).close(w)
        });
    };
    number("value-number-largest", 0, "An amount is 2^63 - 1.", "9223372036854775807");
    number("value-number-smallest", 0, "An amount is -2^63.", "-9223372036854775808");
    number("value-number-too-large", 1, "An amount is 2^63.", "9223372036854775808");
    number("value-number-too-small", 1, "An amount is less than -2^63.", "-9223372036854775809");
    number("value-number-of-a-thousand-digits", 1, "An amount has a thousand digits.", &"9".repeat(1000));
    number("value-number-fraction", 1, "An amount is a fraction.", "1.5");
    number("value-number-with-exponent", 1, "An amount is written with an exponent.", "1e3");
    number("value-number-is-a-text", 1, "An amount is a text.", "\"100\"");
    number("value-number-is-a-flag", 1, "An amount is true.", "true");
    number("value-number-hexadecimal", 1, "An amount is written in hex, which is no JSON.", "0x10");
    number("value-number-leading-zero", 1, "An amount has a leading zero, which JSON forbids.", "010");
    let paper = |name: &str, what: &str, number: &str| {
        w.add(name, "ok", what, |w| {
            let mut log = w.district.later();
            log.save(&[block(one, "paper", &[("number", &Value::from(number).to_string())])]);
            w.parcel(vec![w.next(), w.stretch(Sender, &log)]).close(w)
        });
    };
    paper("value-paper-is-a-path", "A paper's number is a path out of every folder.", "../../../etc/passwd");
    paper("value-paper-is-a-drive", "A paper's number is a path of another system.", "C:\\Windows\\System32\\config");
    paper("value-paper-is-a-device", "A paper's number is a device's name.", "CON.docx");
}
