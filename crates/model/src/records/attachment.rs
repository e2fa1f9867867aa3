//! Attachments (附件): photos, scans and papers filed on a record.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xinghuo_derive::Record;

use crate::ids::*;
use crate::words::Media;

/// A photo, scan or document filed on a record (附件). It names its content by hash; the bytes
/// are no part of the log. Who added it stands in the entry, as with every record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Record, ts_rs::TS)]
#[record(kind = 51, table = "attachment", zh = "附件", space = compound, append_only)]
#[ts(export)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// The kind of the record it is filed on, by its name in the registry.
    #[field(1, zh = "所属类别", class = community, group = "file")]
    pub of_kind: String,
    /// That record.
    #[field(2, zh = "所属记录", class = community, group = "file")]
    pub of: Uuid,
    /// The name it was given, to show: never a path.
    #[field(3, zh = "文件名", class = community, group = "file")]
    pub name: String,
    /// What it is, as its content says.
    #[field(4, zh = "类型", class = community, group = "file")]
    pub media: Media,
    /// Bytes of the content.
    #[field(5, zh = "大小", class = community, group = "file")]
    pub size: u32,
    /// BLAKE3 of the content, 64 hex digits.
    #[field(6, zh = "内容校验值", class = community, group = "file")]
    pub content: String,
    /// The day it was added.
    #[field(7, zh = "添加日期", class = community, group = "file")]
    pub on: NaiveDate,
}
