//! What was sealed (用印登记).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xinghuo_derive::Record;

use crate::ids::*;

/// One use of a seal (用印登记), as 台州市物业管理条例 §24 asks of an owners' committee.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 56, table = "seal_use", zh = "用印登记", space = compound, form = SealUseInput)]
#[ts(export)]
pub struct SealUse {
    /// Its id.
    pub id: SealUseId,
    /// The day.
    #[field(1, zh = "用印日期", class = community)]
    pub on: NaiveDate,
    /// Which seal: 小区党支部章, 业委会章.
    #[field(2, zh = "印章", class = community)]
    pub seal: String,
    /// On what paper, and what for.
    #[field(3, zh = "文书和事由", class = community, search = text)]
    pub matter: String,
    /// How many copies were sealed.
    #[field(4, zh = "份数", class = community)]
    pub copies: u32,
    /// Who asked for it.
    #[field(5, zh = "用印人", class = community)]
    pub used_by: String,
    /// Who allowed it.
    #[field(6, zh = "批准人", class = community)]
    pub approved_by: String,
    /// Who keeps the seal; somebody else than who allows its use.
    #[field(7, zh = "保管人", class = community)]
    pub kept_by: String,
    /// The record whose paper it was.
    #[field(8, zh = "所属记录", class = community)]
    pub of: Option<Uuid>,
}
