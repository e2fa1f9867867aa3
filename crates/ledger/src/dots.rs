//! Which entry wrote each merge group of a record: the compact column beside its values.

use xinghuo_model::{Class, KindDef};

/// A write: entry `seq` of log number `log` (this copy's number for it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Dot {
    pub log: i64,
    pub seq: u64,
}

/// Group numbers from here on are a record's life (deleted or not) in one class.
const LIFE: u16 = 0xF0;

/// The life group of a class.
pub(crate) fn life_group(class: Class) -> u16 {
    LIFE | class as u16
}

/// Whether this is a life group.
pub(crate) fn is_life(group: u16) -> bool {
    group >= LIFE
}

/// The class of a group of a kind.
pub(crate) fn class_of(kind: &KindDef, group: u16) -> Option<Class> {
    if is_life(group) { Class::from_number((group & 0x0F) as u8) } else { kind.fields.iter().find(|f| f.number == group).map(|f| f.class) }
}

/// The dots of a record, by group number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dots(pub Vec<(u16, Dot)>);

impl Dots {
    pub fn get(&self, group: u16) -> Option<Dot> {
        self.0.iter().find(|(g, _)| *g == group).map(|(_, d)| *d)
    }

    pub fn set(&mut self, group: u16, dot: Dot) {
        match self.0.iter_mut().find(|(g, _)| *g == group) {
            Some((_, d)) => *d = dot,
            None => self.0.push((group, dot)),
        }
    }

    /// One byte of group, then log and seq as LEB128.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * 4);
        for (group, dot) in &self.0 {
            out.push(*group as u8);
            varint(&mut out, dot.log as u64);
            varint(&mut out, dot.seq);
        }
        out
    }

    pub fn decode(mut bytes: &[u8]) -> Self {
        let mut out = Vec::new();
        while let Some((&group, rest)) = bytes.split_first() {
            bytes = rest;
            let (Some(log), Some(seq)) = (unvarint(&mut bytes), unvarint(&mut bytes)) else { break };
            out.push((u16::from(group), Dot { log: log as i64, seq }));
        }
        Self(out)
    }
}

fn varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn unvarint(bytes: &mut &[u8]) -> Option<u64> {
    let mut n = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        n |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(n);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_come_back_as_they_were_stored() {
        let mut dots = Dots::default();
        for (g, log, seq) in [(1, 1, 1), (200, 300, 1 << 40), (0xF2, 7, 127), (3, 0, 128)] {
            dots.set(g, Dot { log, seq });
        }
        assert_eq!(Dots::decode(&dots.encode()), dots);
        assert_eq!(Dots::decode(&[1, 0x80]), Dots::default(), "a torn column reads as far as it goes");
    }
}
