//! One bundle, larger and larger: what is in memory must not grow with it, and a change must cost
//! the same. Written and taken in, each in a process of its own.

use crate::contest::{make, take};
use crate::gauge::{Outcome, Report, mib};

/// Residents, five changes each.
const SIZES: [(&str, usize); 3] = [("100k", 20_000), ("1m", 200_000), ("10m", 2_000_000)];

/// Measures.
pub fn measure(report: &mut Report) -> Outcome {
    let mut first: Option<f64> = None;
    for (size, residents) in SIZES {
        let folder = tempfile::tempdir()?;
        make("ours_export", folder.path(), residents)?;
        let written = take("ours_export", folder.path(), residents, 1)?;
        let taken = take("ours", folder.path(), residents, 1)?;
        let per_change = |ms: Option<f64>| ms.map_or(0.0, |ms| ms * 1000.0 / (residents * 5) as f64);
        println!("{size}: bundle {:.1} MiB, store {:.1} MiB", mib(written.kept), mib(taken.kept));
        report.note(&format!("export_{size}_per_change"), per_change(written.import), "µs CPU");
        report.note(&format!("import_{size}_per_change"), per_change(taken.import), "µs CPU");
        for (what, measured) in [("export", &written), ("import", &taken)] {
            let name = format!("{what}_peak_{size}_in_one_bundle");
            match measured.import_peak {
                Some(peak) => report.figure(&name, peak, "MiB", 150.0),
                None => report.missing(&name, "no /proc here"),
            }
        }
        match first {
            None => first = taken.import.map(|ms| per_change(Some(ms))),
            Some(first) => report.figure(&format!("import_{size}_per_change_to_100k"), per_change(taken.import) / first, "times", 1.5),
        }
    }
    Ok(())
}
