//! Requests (诉求) and mediations (调解).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use xinghuo_derive::Record;

use crate::ids::*;
use crate::rules;
use crate::words::{Category, MediationState, RequestState, Satisfaction, Source, Urgency};

fn settle_request(values: &[Value]) -> Option<usize> {
    rules::furthest(values, |v| RequestState::parse(v["state"].as_str()?), rules::request_leads_to)
}

/// A resident's request (诉求).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 20, table = "request", zh = "诉求", space = compound)]
#[ts(export)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// Human number, with the compound's prefix: `JXL-2024-0012`.
    #[field(1, zh = "编号", class = district, search = number)]
    pub number: String,
    /// The day it was taken (发生), which may lie before the day it was typed.
    #[field(2, zh = "受理日期", class = district)]
    pub accepted_on: NaiveDate,
    /// Where it stands.
    #[field(3, zh = "状态", class = district, group = "progress", settle = settle_request)]
    pub state: RequestState,
    /// Why it was refused, withdrawn or how it was closed.
    #[field(4, zh = "办理结果", class = community, search = text)]
    pub result: Option<String>,
    /// What it is about.
    #[field(5, zh = "类别", class = district)]
    pub category: Category,
    /// How it came.
    #[field(6, zh = "来源", class = district)]
    pub source: Source,
    /// How pressing.
    #[field(7, zh = "紧急程度", class = district)]
    pub urgency: Urgency,
    /// Who asks.
    #[field(8, zh = "诉求人", class = community)]
    pub requester: Option<PersonId>,
    /// Where it is, in the secretary's words.
    #[field(9, zh = "地点", class = community, search = text)]
    pub place: String,
    /// What was asked.
    #[field(10, zh = "内容", class = community, search = text)]
    pub text: String,
    /// Who looks after it.
    #[field(11, zh = "承办人", class = community)]
    pub handler: Option<String>,
    /// By when.
    #[field(12, zh = "办理时限", class = district)]
    pub due_on: NaiveDate,
    /// The day it was closed.
    #[field(13, zh = "办结日期", class = district, group = "progress")]
    pub closed_on: Option<NaiveDate>,
    /// How content the person was.
    #[field(14, zh = "满意度", class = district)]
    pub satisfaction: Option<Satisfaction>,
}

/// A dated line of a request's course (办理经过).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 21, table = "request_step", zh = "办理经过", space = compound, append_only)]
#[ts(export)]
pub struct RequestStep {
    /// Its id.
    pub id: RequestStepId,
    /// Of which request.
    #[field(1, zh = "诉求", class = community)]
    pub request: RequestId,
    /// The day it happened.
    #[field(2, zh = "日期", class = community)]
    pub on: NaiveDate,
    /// What happened.
    #[field(3, zh = "经过", class = community)]
    pub text: String,
}

/// A mediation (调解): who quarrels about what, and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 22, table = "mediation", zh = "调解", space = compound)]
#[ts(export)]
pub struct Mediation {
    /// Its id.
    pub id: MediationId,
    /// Human number.
    #[field(1, zh = "编号", class = district, search = number)]
    pub number: String,
    /// The request it grew out of.
    #[field(2, zh = "来自诉求", class = community)]
    pub request: Option<RequestId>,
    /// The day it began.
    #[field(3, zh = "受理日期", class = district)]
    pub accepted_on: NaiveDate,
    /// The parties (当事人), by name as they gave it.
    #[field(4, zh = "当事人", class = community)]
    pub parties: Vec<String>,
    /// What it is about.
    #[field(5, zh = "类别", class = district)]
    pub category: Category,
    /// The facts and what is disputed.
    #[field(6, zh = "纠纷事实", class = community, search = text)]
    pub facts: String,
    /// Who mediates.
    #[field(7, zh = "调解员", class = community)]
    pub mediator: String,
    /// Where it stands.
    #[field(8, zh = "状态", class = district, group = "progress")]
    pub state: MediationState,
    /// The day it ended.
    #[field(9, zh = "结案日期", class = district, group = "progress")]
    pub closed_on: Option<NaiveDate>,
    /// The people's mediation committee (人民调解委员会) that seals the paper; without one the
    /// paper is a 和解 record, never a 人民调解协议书 (人民调解法 §29).
    #[field(10, zh = "调解委员会", class = community)]
    pub committee: Option<String>,
}

/// A sitting or home visit of a mediation (调解走访).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 23, table = "mediation_visit", zh = "调解走访", space = compound, append_only)]
#[ts(export)]
pub struct MediationVisit {
    /// Its id.
    pub id: MediationVisitId,
    /// Of which mediation.
    #[field(1, zh = "调解", class = community)]
    pub mediation: MediationId,
    /// The day.
    #[field(2, zh = "日期", class = community)]
    pub on: NaiveDate,
    /// Who went.
    #[field(3, zh = "走访人", class = community)]
    pub by: String,
    /// What was said and found.
    #[field(4, zh = "情况", class = branch)]
    pub text: String,
}

/// A term of an agreement (协议条款): an amount or an act, by when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 24, table = "agreement_term", zh = "协议条款", space = compound)]
#[ts(export)]
pub struct AgreementTerm {
    /// Its id.
    pub id: AgreementTermId,
    /// Of which mediation.
    #[field(1, zh = "调解", class = community)]
    pub mediation: MediationId,
    /// What is owed, in words.
    #[field(2, zh = "内容", class = community)]
    pub text: String,
    /// The amount in fen, where it is money.
    #[field(3, zh = "金额（分）", class = district)]
    #[ts(type = "number | null")]
    pub fen: Option<i64>,
    /// By when.
    #[field(4, zh = "期限", class = community)]
    pub due_on: Option<NaiveDate>,
    /// The day it was performed.
    #[field(5, zh = "履行日期", class = community)]
    pub done_on: Option<NaiveDate>,
}
