//! What an office publishes: to its branches, and to the offices above and below it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use xinghuo_derive::Record;

use crate::ids::*;
use crate::policy::Policy;
use crate::words::{Level, Role};

/// An office (机构): a community (社区), a street (街道) or the district (区).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 60, table = "office", zh = "机构", space = office)]
#[ts(export)]
pub struct Office {
    /// The same uuid as its space.
    pub id: OfficeId,
    /// 星岩社区
    #[field(1, zh = "名称", class = registry)]
    pub name: String,
    /// The street it belongs to; empty for a street and the district.
    #[field(2, zh = "街道", class = registry)]
    pub street: String,
    /// The district it belongs to; empty for the district.
    #[field(3, zh = "区", class = registry)]
    pub district: String,
    /// How high it stands.
    #[field(4, zh = "级别", class = registry)]
    pub level: Level,
}

/// What a copy may write: one space and a list of its classes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Grant {
    /// Which space.
    pub space: SpaceId,
    /// Class codes.
    pub classes: Vec<String>,
}

/// Who may write what from which copy (授权). Written only by the office whose space it stands in.
/// For an office below it grants that office's own registry, and the district class of the
/// compounds that are its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 61, table = "certificate", zh = "授权", space = office)]
#[ts(export)]
pub struct Certificate {
    /// Its id.
    pub id: CertificateId,
    /// The copy's signing key, hex of 32 bytes.
    #[field(1, zh = "签名公钥", class = registry)]
    pub signs: String,
    /// The copy's receiving key, an age recipient.
    #[field(2, zh = "接收公钥", class = registry)]
    pub receives: String,
    /// The person.
    #[field(3, zh = "持有人", class = registry)]
    pub person: String,
    /// As what.
    #[field(4, zh = "身份", class = registry)]
    pub role: Role,
    /// The copy's name: 3号楼笔记本.
    #[field(5, zh = "电脑", class = registry)]
    pub copy: String,
    /// What it may write.
    #[field(6, zh = "范围", class = registry)]
    pub grants: Vec<Grant>,
    /// From when.
    #[field(7, zh = "起始日期", class = registry)]
    pub since: NaiveDate,
    /// The compound's or office's name as it asked to join, until its own record arrives.
    #[field(8, zh = "名称", class = registry)]
    pub compound: Option<String>,
}

/// The last entry of a log that is still trusted (停用): later ones are quarantined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 62, table = "revocation", zh = "停用", space = office, append_only)]
#[ts(export)]
pub struct Revocation {
    /// Its id.
    pub id: RevocationId,
    /// Which log, hex.
    #[field(1, zh = "日志", class = registry)]
    pub log: String,
    /// Last trusted number; 0 trusts nothing.
    #[field(2, zh = "最后可信序号", class = registry)]
    #[ts(type = "number")]
    pub last_seq: i64,
    /// Hash of that entry, hex; empty for 0.
    #[field(3, zh = "校验", class = registry)]
    pub last_hash: String,
    /// Why.
    #[field(4, zh = "理由", class = registry)]
    pub reason: String,
}

/// A policy pack (制度参数) as the office issues it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 63, table = "policy_pack", zh = "制度参数", space = office)]
#[ts(export)]
pub struct PolicyPack {
    /// Its id.
    pub id: PolicyPackId,
    /// In force from this day.
    #[field(1, zh = "生效日期", class = registry)]
    pub since: NaiveDate,
    /// The numbers.
    #[field(2, zh = "参数", class = registry)]
    pub policy: Policy,
}

crate::field_type!(Json: Policy);
