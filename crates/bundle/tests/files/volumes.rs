//! Bundles in volumes (分卷), with attachments: what each file holds, and what is not written at all.

use std::cell::{Cell, RefCell};
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::rc::Rc;

use uuid::Uuid;
use xinghuo_bundle::{AttachmentEntry, BundleError, Enclosed, Flaw, Keys, Outgoing, Plan, Source, open};
use xinghuo_ledger::{Hash, Segment};
use xinghuo_model::records::Request;

use crate::fixture::*;

const SET: Uuid = Uuid::from_u128(0x5E7);

/// Stretches and contents at hand, and how often each stretch was asked for.
pub struct Shelf {
    segments: Vec<Segment>,
    contents: RefCell<Vec<Vec<u8>>>,
    asked: Cell<usize>,
}

impl Shelf {
    pub fn new(segments: Vec<Segment>, contents: Vec<Vec<u8>>) -> Self {
        Self { segments, contents: RefCell::new(contents), asked: Cell::new(0) }
    }

    fn enclosed(&self) -> Enclosed {
        let entry = |bytes: &Vec<u8>| AttachmentEntry { hash: Hash::of(bytes), media: "jpeg".into(), length: bytes.len() as u64 };
        Enclosed { attachments: self.contents.borrow().iter().map(entry).collect(), want_files: vec![Hash::of(b"lacking")] }
    }
}

impl Source for Shelf {
    type Error = BundleError;

    fn stretch(&self, at: usize) -> Result<Option<Segment>, BundleError> {
        self.asked.set(self.asked.get() + 1);
        Ok(self.segments.get(at).cloned())
    }

    fn content(&self, hash: &Hash) -> Result<Option<Vec<u8>>, BundleError> {
        // What came under a hash may have been changed since.
        let contents = self.contents.borrow();
        let at = contents.iter().position(|bytes| Hash::of(bytes) == *hash);
        Ok(at.or(contents.len().checked_sub(1)).map(|at| contents[at].clone()))
    }
}

/// Three stretches of text that does not compress and three contents.
fn shelf(x: &mut Copy) -> Shelf {
    for n in 1..4 {
        x.put(&Request { text: noise(n, 20_000 * usize::from(n)), ..request(n.into()) });
    }
    Shelf::new(x.segments_apart(), [70_000, 5_000, 90_000].map(|bytes| noise(bytes as u8, bytes / 2).into_bytes()).to_vec())
}

fn written<S: Source<Error = BundleError>>(plan: &Plan<'_, S>, keys: &Keys, volume: u32) -> Vec<u8> {
    let mut file = Vec::new();
    plan.write(keys, volume, &mut file).expect("a volume");
    file
}

#[test]
fn volumes_are_no_larger_than_asked_for_and_hold_everything_once_and_in_order() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    let shelf = shelf(&mut x);
    let audience = y.me.identity();
    let out = Outgoing { number: 5, ..outgoing(&audience) };
    let one = Plan::new(&out, &shelf, shelf.enclosed(), None, SET).expect("a plan");
    let whole = written(&one, &x.me.keys, 1).len() as u64;
    let mut most = 0;
    for cap in [1, 40_000, 90_000, 100_000, 160_000, whole - 1, whole + 4096] {
        let plan = Plan::new(&out, &shelf, shelf.enclosed(), Some(cap), SET).expect("a plan");
        let (mut segments, mut attachments, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for volume in 1..=plan.volumes() {
            let file = written(&plan, &x.me.keys, volume);
            sizes.push(file.len() as u64);
            let mut opened = open(Cursor::new(&file), &y.me.keys).expect("a bundle");
            let of = opened.manifest.volume.as_ref().map(|v| (v.set, v.part, v.of));
            assert_eq!(of, (plan.volumes() > 1).then_some((SET, volume, plan.volumes())), "{cap}");
            assert_eq!((opened.manifest.number, opened.manifest.want_files.len()), (5, 1), "each is a whole bundle");
            segments.extend(opened.stretches(&|_| true).map(|s| s.expect("sound").entries));
            attachments.extend(opened.attachments().map(|(_, bytes)| bytes.expect("sound")));
        }
        assert_eq!(segments, shelf.segments.iter().map(|s| s.entries.clone()).collect::<Vec<_>>(), "{cap}");
        assert_eq!(attachments, *shelf.contents.borrow(), "{cap}");
        assert_eq!(plan.is_oversize(), sizes.iter().any(|size| *size > cap), "{cap}: {sizes:?}");
        // As few as can be: what is in two neighbours would not have fitted into one.
        assert!(sizes.windows(2).all(|two| two[0] + two[1] > cap), "{cap}: {sizes:?}");
        most = most.max(plan.volumes());
        assert_eq!(plan.volumes() == 1, cap > whole, "{cap}");
    }
    assert_eq!(most as usize, shelf.segments.len() + 3, "each piece by itself");
    assert_eq!((one.volumes(), one.is_oversize()), (1, false), "where nothing was asked for, nothing is too large");
}

#[test]
fn what_a_volume_may_hold_depends_on_what_the_pieces_weigh_alone() {
    let (x, y) = (Copy::new(1), Copy::new(2));
    let audience = y.me.identity();
    let out = outgoing(&audience);
    // The least size asked for with which these fit into one file.
    let least = |pieces: &[u8]| {
        let shelf = Shelf::new(Vec::new(), pieces.iter().map(|n| noise(*n, 100 * usize::from(*n)).into_bytes()).collect());
        let fits = |cap| {
            let plan = Plan::new(&out, &shelf, shelf.enclosed(), Some(cap), SET).expect("a plan");
            plan.volumes() == 1 && !plan.is_oversize()
        };
        let (mut no, mut yes) = (0, 1 << 20);
        while yes - no > 1 {
            let middle = (no + yes) / 2;
            if fits(middle) { yes = middle } else { no = middle }
        }
        let plan = Plan::new(&out, &shelf, shelf.enclosed(), Some(yes), SET).expect("a plan");
        let file = written(&plan, &x.me.keys, 1).len() as u64;
        assert!(file <= yes && yes < file + 2048, "{file} bytes where {yes} were allowed");
        yes
    };
    // (a + b) + (b + c) + (c + a) = 2 (a + b + c) holds of what is around them, too, once more.
    let (a, b, c) = (least(&[11]), least(&[23]), least(&[35]));
    let (ab, bc, ca, abc) = (least(&[11, 23]), least(&[23, 35]), least(&[35, 11]), least(&[11, 23, 35]));
    let around = a + b - ab;
    assert_eq!((b + c - bc, c + a - ca), (around, around));
    assert_eq!(abc, a + b + c - 2 * around);
}

#[test]
fn many_small_contents_make_a_volume_no_larger_than_asked_for() {
    let (x, y) = (Copy::new(1), Copy::new(2));
    let audience = y.me.identity();
    let out = outgoing(&audience);
    let shelf = Shelf::new(Vec::new(), vec![vec![7]]);
    let attachments = vec![shelf.enclosed().attachments.remove(0); 3000];
    let plan = Plan::new(&out, &shelf, Enclosed { attachments, want_files: Vec::new() }, Some(200_000), SET).expect("a plan");
    assert!(plan.volumes() > 1 && !plan.is_oversize());
    let size = written(&plan, &x.me.keys, 1).len();
    assert!((196_000..=200_000).contains(&size), "{size} bytes");
}

#[test]
fn more_volumes_than_a_reader_takes_are_not_written() {
    let (x, y) = (Copy::new(1), Copy::new(2));
    let audience = y.me.identity();
    let out = outgoing(&audience);
    for (pieces, fits) in [(999, true), (1000, false)] {
        let shelf = Shelf::new(Vec::new(), (0..pieces).map(|n: u32| n.to_be_bytes().to_vec()).collect());
        let plan = Plan::new(&out, &shelf, shelf.enclosed(), Some(1), SET);
        match plan {
            Ok(plan) => {
                assert!(fits && plan.volumes() == pieces);
                let last = written(&plan, &x.me.keys, pieces);
                open(Cursor::new(&last), &y.me.keys).map(drop).expect("the last of so many");
                for none in [0, pieces + 1] {
                    assert!(
                        matches!(plan.write(&x.me.keys, none, io::sink()), Err(BundleError::Inconsistent)),
                        "there is no volume {none}"
                    );
                }
            }
            Err(error) => assert!(!fits && error.code() == "bundle.size", "{pieces}: {error}"),
        }
    }
}

#[test]
fn a_content_that_is_not_there_or_was_changed_meanwhile_is_not_written() {
    let (x, y) = (Copy::new(1), Copy::new(2));
    let audience = y.me.identity();
    let out = outgoing(&audience);
    let honest = b"as the table says".to_vec();
    for (now, written) in [
        (vec![honest.clone()], true),
        (Vec::new(), false),
        (vec![b"as the table sayS".to_vec()], false),
        (vec![b"as the table says.".to_vec()], false),
    ] {
        let shelf = Shelf::new(Vec::new(), vec![honest.clone()]);
        let plan = Plan::new(&out, &shelf, shelf.enclosed(), None, SET).expect("a plan");
        shelf.contents.replace(now.clone());
        let done = plan.write(&x.me.keys, 1, io::sink());
        assert_eq!(done.map_err(|e| e.code()), if written { Ok(()) } else { Err("bundle.inconsistent") }, "{now:?}");
    }
    // Whoever has stretches alone has no content, not even an empty one.
    let none: &[Segment] = &[];
    for bytes in [&b""[..], &[0], &[1]] {
        let entry = AttachmentEntry { hash: Hash::of(bytes), media: "jpeg".into(), length: bytes.len() as u64 };
        let enclosed = Enclosed { attachments: vec![entry], want_files: Vec::new() };
        let plan = Plan::new(&out, &none, enclosed, None, SET).expect("a plan");
        assert!(matches!(plan.write(&x.me.keys, 1, io::sink()), Err(BundleError::Inconsistent)));
    }
    // Nor where the table lies about the length of the right bytes.
    let shelf = Shelf::new(Vec::new(), vec![honest]);
    let mut enclosed = shelf.enclosed();
    enclosed.attachments[0].length += 1;
    let plan = Plan::new(&out, &shelf, enclosed, None, SET).expect("a plan");
    assert!(matches!(plan.write(&x.me.keys, 1, io::sink()), Err(BundleError::Inconsistent)));
}

#[test]
fn a_small_bundle_is_asked_for_once_and_empty_stretches_are_left_out() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    let mut shelf = shelf(&mut x);
    let full = shelf.segments.clone();
    shelf.segments = full.iter().flat_map(|s| [Segment { entries: Vec::new(), ..s.clone() }, s.clone()]).collect();
    let audience = y.me.identity();
    let out = outgoing(&audience);
    let plan = Plan::new(&out, &shelf, shelf.enclosed(), None, SET).expect("a plan");
    let file = written(&plan, &x.me.keys, 1);
    assert_eq!(shelf.asked.get(), shelf.segments.len() + 1, "each once, and that there is no further one");
    let opened = y.read(&file).expect("a bundle");
    assert_eq!((opened.damaged.len(), stretches(&opened).len()), (0, full.len()));
}

/// Takes a few bytes at a time, and fails after so many; whether it was told to write out what it has.
struct Slow {
    bytes: Vec<u8>,
    room: usize,
    flushed: bool,
}

impl Write for &mut Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let some = bytes.len().min(7).min(self.room - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..some]);
        if some == 0 && !bytes.is_empty() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(some) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushed = true;
        Ok(())
    }
}

#[test]
fn a_disk_that_takes_little_at_a_time_gets_the_whole_and_a_full_one_is_told() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    let shelf = shelf(&mut x);
    let audience = y.me.identity();
    let out = outgoing(&audience);
    let plan = Plan::new(&out, &shelf, shelf.enclosed(), None, SET).expect("a plan");
    let mut disk = Slow { bytes: Vec::new(), room: usize::MAX, flushed: false };
    plan.write(&x.me.keys, 1, &mut disk).expect("a bundle");
    assert!(disk.flushed);
    let opened = y.read(&disk.bytes).expect("a bundle");
    assert_eq!((opened.damaged.len(), opened.segments.len()), (0, shelf.segments.len()));
    let size = disk.bytes.len();
    // The header of what is encrypted has another length each time.
    for room in [0, 5, 100, 500, 20_000, size - 2000] {
        let mut disk = Slow { bytes: Vec::new(), room, flushed: false };
        let failed = plan.write(&x.me.keys, 1, &mut disk);
        assert!(matches!(failed, Err(BundleError::File(_))), "{room}: {failed:?}");
    }
}

/// A stick that is pulled out after so many calls on its file.
#[derive(Clone)]
struct Stick<'f> {
    file: Cursor<&'f [u8]>,
    calls: Rc<Cell<usize>>,
}

impl Stick<'_> {
    fn call<T>(&mut self, call: impl FnOnce(&mut Cursor<&[u8]>) -> io::Result<T>) -> io::Result<T> {
        let left = self.calls.get().checked_sub(1).ok_or_else(|| io::Error::other("no such device"))?;
        self.calls.set(left);
        call(&mut self.file)
    }
}

impl Read for Stick<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.call(|file| file.read(into))
    }
}

impl Seek for Stick<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.call(|file| file.seek(to))
    }
}

fn failure<D: std::fmt::Debug>(flaw: Flaw<D>) -> io::Error {
    match flaw {
        Flaw::File(error) => error,
        Flaw::Damaged(what) => panic!("called damaged: {what:?}"),
    }
}

#[test]
fn what_a_pulled_stick_no_longer_gives_is_not_called_damaged() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    let shelf = shelf(&mut x);
    let audience = y.me.identity();
    let out = outgoing(&audience);
    let plan = Plan::new(&out, &shelf, shelf.enclosed(), None, SET).expect("a plan");
    let file = written(&plan, &x.me.keys, 1);
    // Whether all of it was read; never a word of damage.
    let read = |calls: usize| -> Result<(), io::Error> {
        let stick = Stick { file: Cursor::new(&file), calls: Rc::new(Cell::new(calls)) };
        let mut opened = open(stick, &y.me.keys).map_err(|error| match error {
            BundleError::File(error) => error,
            other => panic!("after {calls} calls: {other}"),
        })?;
        opened.stretches(&|_| true).try_for_each(|stretch| stretch.map(drop).map_err(failure))?;
        opened.attachments().try_for_each(|(_, bytes)| bytes.map(drop).map_err(failure))
    };
    let enough = (0..).find(|calls| read(*calls).is_ok()).expect("some number of calls");
    assert!(enough > 12, "only {enough} calls");
    let failed = read(enough - 1).expect_err("one call too few");
    assert_eq!(failed.to_string(), "no such device");
}
