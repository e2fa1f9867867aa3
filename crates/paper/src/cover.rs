//! Which fields of a paper hold which text: the question behind «can every character be printed?».

use crate::Paper;
use crate::letter::Letter;
use crate::minutes::{Fact, Minutes};
use crate::sign_in::SignIn;
use crate::slip::Slip;

/// Calls `see` with every field's label and text.
pub(crate) fn fields(paper: &Paper, see: &mut dyn FnMut(&str, &str)) {
    match paper {
        Paper::Minutes(m) => minutes(m, see),
        Paper::SignIn(s) => sign_in(s, see),
        Paper::Slip(s) => slip(s, see),
        Paper::Letter(l) => letter(l, see),
    }
}

fn facts(field: &str, facts: &[Fact], see: &mut dyn FnMut(&str, &str)) {
    for fact in facts {
        see(field, &fact.label);
        see(field, &fact.text);
    }
}

fn minutes(m: &Minutes, see: &mut dyn FnMut(&str, &str)) {
    see("纪要标志", &m.mark);
    see("期号", &m.issue);
    see("标题", &m.title);
    facts("会议信息", &m.facts, see);
    m.opening.iter().for_each(|t| see("开头", t));
    for (i, item) in m.items.iter().enumerate() {
        let n = i + 1;
        see(&format!("议题{n}·标题"), &item.title);
        see(&format!("议题{n}·民意来源"), &item.source);
        item.discussion.iter().for_each(|t| see(&format!("议题{n}·协商情况"), t));
        see(&format!("议题{n}·协商情况"), &item.put_off);
        let resolved = item.resolutions.iter().flat_map(|r| [&r.text].into_iter().chain(&r.tasks));
        resolved.for_each(|t| see(&format!("议题{n}·议定事项"), t));
        if let Some(vote) = &item.vote {
            let label = format!("议题{n}·表决结果");
            see(&label, &vote.method);
            facts(&label, &vote.by_name, see);
            see(&label, &vote.outcome);
        }
    }
    see("结尾", &m.closing_title);
    m.closing.iter().for_each(|t| see("结尾", t));
    for (party, people) in m.attendance.iter() {
        people.iter().for_each(|t| see(&format!("出席·{party}"), t));
    }
    m.standing.iter().for_each(|(party, t)| see(&format!("出席·{party}"), t));
    m.guests.iter().chain([&m.counted]).for_each(|t| see("出席", t));
    m.absent.iter().for_each(|t| see("缺席", t));
    m.leave.iter().for_each(|t| see("请假", t));
    m.observers.iter().for_each(|t| see("列席", t));
    see("印发机关", &m.issuer);
    m.copies_to.iter().for_each(|t| see("抄送", t));
    see("校验行", &m.fingerprint);
}

fn sign_in(s: &SignIn, see: &mut dyn FnMut(&str, &str)) {
    see("标题", &s.title);
    facts("会议信息", &s.facts, see);
    for (party, share) in s.parties.iter().chain([("参会人员", &s.guests), ("列席", &s.observers)]) {
        for (i, person) in share.people.iter().enumerate() {
            let n = i + 1;
            see(&format!("{party}第{n}人·姓名"), &person.name);
            see(&format!("{party}第{n}人·单位或房号"), &person.place);
            see(&format!("{party}第{n}人·职务"), &person.duty);
            see(&format!("{party}第{n}人·联系电话"), &person.phone);
            see(&format!("{party}第{n}人·备注"), &person.note);
        }
    }
    see("校验行", &s.fingerprint);
}

fn slip(s: &Slip, see: &mut dyn FnMut(&str, &str)) {
    see("标题", &s.title);
    facts("收件信息", &s.facts, see);
    s.counts.iter().for_each(|c| see("各项数目", &c.label));
    for line in &s.reached {
        see("记录来自", &line.author);
        see("范围", &line.scope);
    }
    see("收件单位", &s.issuer);
    see("校验行", &s.fingerprint);
}

fn letter(l: &Letter, see: &mut dyn FnMut(&str, &str)) {
    see("标题", &l.title);
    see("编号", &l.number);
    see("主送", &l.to);
    facts("表内事项", &l.facts, see);
    l.body.iter().for_each(|t| see("正文", t));
    l.items.iter().enumerate().for_each(|(i, t)| see(&format!("第{}条", i + 1), t));
    l.closing.iter().for_each(|t| see("结尾", t));
    see("署名", &l.issuer);
    l.strip.iter().for_each(|t| see("张贴栏", t));
    if let Some(receipt) = &l.receipt {
        see("回执·标题", &receipt.title);
        see("回执·正文", &receipt.lead);
        facts("回执·填写项", &receipt.fields, see);
        receipt.choices.iter().for_each(|t| see("回执·选项", t));
        receipt.sign.iter().for_each(|t| see("回执·签字栏", t));
    }
    see("校验行", &l.fingerprint);
}

/// Whether a character needs a glyph at all: spaces, joiners and variation selectors do not.
pub(crate) fn needs_glyph(c: char) -> bool {
    !(c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'))
}
