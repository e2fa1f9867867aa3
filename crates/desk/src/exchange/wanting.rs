//! What is missing (缺什么): a text that asks for it, its QR code, and the answer on the other side.

use std::path::Path;

use chrono::{DateTime, FixedOffset};
use qrcode::{Color, EcLevel, QrCode};
use xinghuo_bundle::{MOST_STRETCHES, Purpose, Want, WantError};
use xinghuo_ledger::{Head, Ledger, Missing, Pace, Stretch};

use super::outgoing::Order;
use super::partners::Party;
use super::words::numbers;
use crate::error::{DeskError, Result, not};
use crate::home::{hex, write_whole};
use crate::open::{Open, copy_name, done, lock};
use crate::views::*;

/// White around a QR code, in its squares, as the standard asks.
const QUIET: usize = 4;
/// So many stretches are told in words in one message.
const MOST_TOLD: usize = 8;

impl Open {
    /// What this copy lacks, in words, as a line for programs and as a picture of that line.
    pub(crate) fn want(&self, now: DateTime<FixedOffset>) -> Result<WantView> {
        let inner = lock(&self.inner);
        let lacking = inner.ledger.missing()?;
        let missing = self.missing_sentences(&inner.ledger, &lacking)?;
        if lacking.is_empty() {
            let text = "目前没有缺少的记录。".to_owned();
            return Ok(WantView { text, missing, line: None, picture: None, side: 0 });
        }
        let line = Want::of(&inner.ledger.own_key(), lacking.iter().map(|m| (m.stretch.log, m.stretch.from, m.stretch.to))).line();
        let mut told: Vec<String> = missing.iter().take(MOST_TOLD).map(|sentence| format!("· {sentence}")).collect();
        if missing.len() > MOST_TOLD {
            told.push(format!("· 另外还有 {} 段", missing.len() - MOST_TOLD));
        }
        let text = format!(
            "【星火家园】{}，{}缺少下面的记录，请补发：\n{}\n请把这段话整段粘贴到“交换”页的“帮对方补记录”。\n{line}",
            now.format("%-m月%-d日"),
            self.profile().copy,
            told.join("\n")
        );
        let (side, picture) = outline(&line)?;
        Ok(WantView { text, missing, line: Some(line), picture: Some(picture), side })
    }

    fn missing_sentences(&self, ledger: &Ledger, missing: &[Missing]) -> Result<Vec<String>> {
        let (books, own) = (ledger.books(), ledger.own_key());
        let sentence = |m: &Missing| -> Result<String> {
            let which = numbers(m.stretch.from, m.stretch.to);
            Ok(match m.of {
                Some((key, channel)) => format!("{}的{which}（{}）", copy_name(&books, &key, &self.profile(), &own)?, channel.class.zh()),
                None => format!("一台还没有收到过记录的电脑的{which}"),
            })
        };
        // What does not fit the line is asked for next time.
        missing.iter().take(MOST_STRETCHES).map(sentence).collect()
    }

    /// Writes the picture.
    pub(crate) fn want_picture(&self, path: &Path, now: DateTime<FixedOffset>) -> Result<Done> {
        let view = self.want(now)?;
        let Some(picture) = view.picture else {
            return not("want.nothing", "目前没有缺少的记录，不用二维码。", "收到的都已并入。");
        };
        let side = view.side;
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"{0}\" height=\"{0}\" shape-rendering=\"crispEdges\">\
             <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{picture}\" fill=\"#000\"/></svg>\n",
            side * 6
        );
        write_whole(path, svg.as_bytes())?;
        Ok(done("二维码图片已存好。对方扫出来的那一行字，粘贴到“交换”页就行。", &[]))
    }

    /// What somebody asks for, and what of it is here.
    pub(crate) fn read_want(&self, text: &str, now: DateTime<FixedOffset>) -> Result<WantedView> {
        let (party, want) = self.asker(text)?;
        let inner = lock(&self.inner);
        let ledger = &inner.ledger;
        let (books, own, heads) = (ledger.books(), ledger.own_key(), ledger.heads()?);
        let (mut sentences, mut any, mut unheard) = (Vec::new(), false, 0);
        for wanted in &want.stretches {
            let known: Vec<&Head> = heads.iter().filter(|h| h.log.0.starts_with(&wanted.log)).collect();
            let Some(head) = known.iter().max_by_key(|h| h.seq) else {
                unheard += 1;
                continue;
            };
            let who = copy_name(&books, &head.key, &self.profile(), &own)?;
            let which = format!("{who}的{}（{}）", numbers(wanted.from, wanted.to), head.channel.class.zh());
            sentences.push(if !party.allows(head.channel) {
                format!("{which}：不在对方可以收的范围里，不给。")
            } else if head.seq < wanted.from {
                format!("{which}：这里也没有，只到第 {} 条。", head.seq)
            } else {
                any = true;
                if head.seq < wanted.to {
                    format!("{which}：这里有到第 {} 条，后面的也没有。", head.seq)
                } else {
                    format!("{which}：这里有。")
                }
            });
        }
        if unheard > 0 {
            sentences.push(format!("有 {unheard} 段是本机没有收到过记录的电脑写的：这里没有。"));
        }
        let owed = self.unsent_to(ledger, &party)?;
        if owed > 0 {
            sentences.push(format!("另有 {owed} 处改动本来就要给它，一起带去。"));
        }
        Ok(WantedView {
            key: hex(&party.identity.signs),
            suggested_name: format!("补记录_给{}_{}.xinghuo", party.name, now.format("%Y%m%d_%H%M")),
            name: if party.detail.is_empty() { party.name } else { format!("{}（{}）", party.name, party.detail) },
            sentences,
            any,
        })
    }

    /// Writes a bundle of what somebody asks for, as far as it is here and theirs to read, and of what
    /// is owed to them anyway.
    pub(crate) fn answer_want(&self, text: &str, path: &Path, at: DateTime<FixedOffset>, pace: Pace<'_>) -> Result<Exported> {
        let (party, want) = self.asker(text)?;
        let heads = lock(&self.inner).ledger.heads()?;
        let stretches: Vec<Stretch> = want
            .stretches
            .iter()
            .flat_map(|w| {
                let known = heads.iter().filter(|h| h.log.0.starts_with(&w.log) && party.allows(h.channel) && h.seq >= w.from);
                known.map(|h| Stretch { log: h.log, from: w.from, to: w.to })
            })
            .collect();
        if stretches.is_empty() {
            return not("want.not_here", "对方缺的，这里一条也没有。", "请把这段话发给写这些记录的电脑，或发给社区。");
        }
        let audience = &party.identity.signs;
        self.write_bundle(&Order { audience, path, purpose: Purpose::Exchange, volume_size: None, again: &stretches }, at, pace)
    }

    /// Who asks, among those a bundle may be written for, and for what.
    fn asker(&self, text: &str) -> Result<(Party, Want)> {
        let wrong = |why| Err(DeskError::Field { field: "text", why });
        let want = match Want::find_in(text) {
            Ok(want) => want,
            Err(WantError::Absent) => return wrong("这段话里没有要补的记录：要有以 XH1- 开头的一行。请把对方发来的话整段粘贴。"),
            Err(WantError::Garbled) => return wrong("XH1- 开头的那一行不完整，或打错了字。请重新粘贴，或对照原文再打一遍。"),
            Err(WantError::Newer) => return wrong("这段话由更新版本的程序写成，本版本还不能读。请先升级程序。"),
        };
        let inner = lock(&self.inner);
        let own = inner.ledger.own_key();
        if want.is_from(&own) {
            return not("want.own", "这段话是本机自己写的。", "请把它发给可能有这些记录的电脑，在那边粘贴。");
        }
        match self.partners(&inner.ledger.books(), &own)?.into_iter().find(|p| want.is_from(&p.identity.signs)) {
            Some(party) => Ok((party, want)),
            None => not("want.unknown_asker", "要补记录的电脑不在本机的往来名单里。", "请先让它入网，或把这段话发给社区。"),
        }
    }
}

/// A QR code's dark squares as SVG path data, row by row in runs, and the side of the whole in squares.
fn outline(line: &str) -> Result<(u32, String)> {
    let Ok(code) = QrCode::with_error_correction_level(line, EcLevel::M) else {
        return not("want.picture", "内容太多，做不成二维码。", "请发送文字。");
    };
    let width = code.width();
    let mut path = String::new();
    for y in 0..width {
        let mut x = 0;
        while x < width {
            let run = (x..width).take_while(|x| code[(*x, y)] == Color::Dark).count();
            if run > 0 {
                path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
            }
            x += run.max(1);
        }
    }
    Ok(((width + 2 * QUIET) as u32, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_draws_the_dark_squares_of_the_code_and_nothing_else_with_white_around_it() {
        let line = Want::of(&[7; 32], (0..MOST_STRETCHES as u64).map(|n| (xinghuo_ledger::Hash([n as u8; 32]), n + 41, n + 157))).line();
        let (side, path) = outline(&line).expect("a picture");
        let side = side as usize;
        let mut dark = vec![false; side * side];
        for part in path.split_terminator('z') {
            let numbers: Vec<usize> = part.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
            let [x, y, run, 1, back] = numbers[..] else { panic!("{part}") };
            assert_eq!(run, back);
            dark[y * side + x..][..run].fill(true);
        }
        let code = QrCode::with_error_correction_level(&line, EcLevel::M).expect("a code");
        assert_eq!(side, code.width() + 8);
        for (at, dark) in dark.into_iter().enumerate() {
            let (x, y) = ((at % side).wrapping_sub(QUIET), (at / side).wrapping_sub(QUIET));
            let inside = x < code.width() && y < code.width();
            assert_eq!(dark, inside && code[(x, y)] == Color::Dark, "{x}, {y}");
        }
    }
}
