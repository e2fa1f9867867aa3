//! One error for all use cases, and the Chinese it becomes.
//!
//! Every code has a sentence and what to do next. No personal data stands in either.

use xinghuo_bundle::BundleError;
use xinghuo_ledger::LedgerError;
use xinghuo_model::rules::Refusal;

use crate::views::Failure;

/// What can go wrong at the desk.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The store.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Keys or a bundle.
    #[error(transparent)]
    Bundle(BundleError),
    /// A roster.
    #[error(transparent)]
    Roster(#[from] xinghuo_roster::RosterError),
    /// A paper.
    #[error(transparent)]
    Paper(#[from] xinghuo_paper::Error),
    /// A rule of the house.
    #[error("{0}")]
    Rule(#[from] Refusal),
    /// A field is missing or cannot be what it says.
    #[error("{field}: {why}")]
    Field {
        /// The field's name as in the question.
        field: &'static str,
        /// A sentence.
        why: &'static str,
    },
    /// A file could not be read or written.
    #[error("{what}")]
    File {
        /// Stable code.
        code: &'static str,
        /// A sentence.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// Something that is not possible as things stand.
    #[error("{what}")]
    Not {
        /// Stable code.
        code: &'static str,
        /// A sentence.
        what: String,
        /// What to do.
        advice: &'static str,
    },
}

/// Result of the desk.
pub type Result<T> = std::result::Result<T, DeskError>;

/// A refusal with its own code.
pub(crate) fn not<T>(code: &'static str, what: impl Into<String>, advice: &'static str) -> Result<T> {
    Err(DeskError::Not { code, what: what.into(), advice })
}

/// A field that must be filled.
pub(crate) fn filled(text: &str, field: &'static str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DeskError::Field { field, why: "这一项要填写。" });
    }
    if text.chars().count() > 4000 {
        return Err(DeskError::Field { field, why: "太长了，请分开填写（最多 4000 字）。" });
    }
    if text.chars().any(|c| (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')) {
        return Err(DeskError::Field { field, why: "含有看不见的控制字符，请重新输入。" });
    }
    Ok(text.to_owned())
}

/// An optional text: trimmed, `None` where empty.
pub(crate) fn optional(text: Option<String>) -> Option<String> {
    text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())
}

/// A list of texts: trimmed, without empty ones.
pub(crate) fn texts(list: Vec<String>) -> Vec<String> {
    list.into_iter().filter_map(|text| optional(Some(text))).collect()
}

impl DeskError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(e) => e.code(),
            Self::Bundle(e) => e.code(),
            Self::Roster(e) => e.code(),
            Self::Paper(e) => e.code(),
            Self::Rule(e) => e.code(),
            Self::Field { .. } => "field",
            Self::File { code, .. } | Self::Not { code, .. } => code,
        }
    }

    /// What to do next.
    fn advice(&self) -> &'static str {
        match self {
            Self::File { advice, .. } | Self::Not { advice, .. } => advice,
            Self::Field { .. } => "改好后再保存一次，已填的内容都还在。",
            Self::Rule(_) => "请核对后再试，已填的内容都还在。",
            Self::Paper(_) => "请运行安装步骤补齐字体后再试；记录本身没有变化。",
            Self::Roster(_) => "没有导入任何内容。请按提示处理表格后再选一次。",
            Self::Ledger(e) => match e {
                LedgerError::WrongKey => "请确认没有改动数据文件；如有备份，请从备份恢复。",
                LedgerError::TooNew { .. } => "请安装新版本后再打开，数据没有改动。",
                LedgerError::DiskFull => "请清理磁盘空间后再做一次；刚才这一步没有保存，之前的都在。",
                LedgerError::Cancelled => "什么都没有改变，可以随时重新开始。",
                LedgerError::Missing(_) => "它可能刚被删除或合并，请返回列表刷新。",
                LedgerError::AppendOnly(_) => "请撤销原来的一条，再重新登记。",
                LedgerError::Erased(_) => "它的内容已按要求抹去，不能再填写；需要时请新建一条。",
                LedgerError::Damaged => "请运行“检查数据”；如有备份，请从备份恢复。",
                LedgerError::BuiltUpon => "请直接修改现在的内容。",
                LedgerError::NothingToUndo => "要改的请直接改现在的内容；定了稿的纪要请出更正版。",
                LedgerError::Entry(_) => "请对方重新导出一次。",
                LedgerError::Sql(_) => "请重新打开程序再试；如仍不行，请运行“检查数据”。",
            },
            Self::Bundle(e) => match e {
                BundleError::WrongPassphrase => "请检查大小写和输入法，再输一次。",
                BundleError::KeysDamaged | BundleError::KeysTooCostly => "请从备份中找回 keys.json 文件。",
                BundleError::NotOurs => "请选择以 .xinghuo 结尾的数据包。",
                BundleError::Newer => "请先升级程序；文件没有改动，升级后可以再导入。",
                BundleError::Truncated => "请让对方重新拷贝或重新发送一次，拷贝完再拔 U 盘。",
                BundleError::Size | BundleError::Inconsistent | BundleError::Signature | BundleError::Sealed => {
                    "文件可能在传送中损坏或被改动，请让对方重新导出并发送。"
                }
                BundleError::NotForUs { .. } => "请交给它写明的接收方，或请发送方为本机重新导出。",
                BundleError::NoRandom => "请重新启动电脑后再试。",
                BundleError::File(_) => "请检查 U 盘或磁盘后再试一次；已保存的内容不受影响。",
                BundleError::Stopped => "什么都没有改变，可以随时重新开始。",
            },
        }
    }

    /// The sentence for the person.
    fn sentence(&self) -> String {
        match self {
            Self::Field { why, .. } => (*why).to_owned(),
            Self::Ledger(e) => match e {
                LedgerError::WrongKey => "数据文件打不开：密钥不符，或文件已损坏。".to_owned(),
                LedgerError::TooNew { needs } => format!("数据由更新版本的程序写成（需要第 {needs} 版）。"),
                LedgerError::DiskFull => "磁盘已满。".to_owned(),
                LedgerError::Cancelled => "已停止。".to_owned(),
                LedgerError::Missing(what) => format!("找不到这条{what}。"),
                LedgerError::AppendOnly(what) => format!("{what}一经登记不能修改。"),
                LedgerError::Erased(what) => format!("这条{what}的内容已经抹去。"),
                LedgerError::Damaged => "数据文件里有一处读不出来。".to_owned(),
                LedgerError::BuiltUpon => "之后又有改动，这一步不能直接撤销。".to_owned(),
                LedgerError::NothingToUndo => "没有可撤销的操作。".to_owned(),
                LedgerError::Entry(_) => "数据包里有一条记录不符合规则。".to_owned(),
                LedgerError::Sql(_) => "数据文件读写出错。".to_owned(),
            },
            Self::Bundle(e) => match e {
                BundleError::WrongPassphrase => "口令不对。",
                BundleError::KeysDamaged => "密钥文件已损坏。",
                BundleError::KeysTooCostly => "密钥文件的参数不合理，已拒绝打开。",
                BundleError::NotOurs => "这不是星火家园的数据包。",
                BundleError::Newer => "这个文件由更新版本的程序写成，本版本还不能读。",
                BundleError::Truncated => "文件不完整，只收到了一部分。",
                BundleError::Size => "文件大小与它写明的不符。",
                BundleError::NotForUs { .. } => "这个数据包不是发给本机的。",
                BundleError::Sealed => "数据包解不开，内容已损坏。",
                BundleError::Signature => "数据包的签名不符，内容可能被改动。",
                BundleError::Inconsistent => "数据包内容前后不一致。",
                BundleError::NoRandom => "系统没有提供随机数。",
                BundleError::File(_) => "文件读写失败。",
                BundleError::Stopped => "已停止。",
            }
            .to_owned(),
            other => other.to_string(),
        }
    }
}

impl From<BundleError> for DeskError {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::File(error) => file_error(&error),
            error => Self::Bundle(error),
        }
    }
}

impl From<&DeskError> for Failure {
    fn from(error: &DeskError) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.sentence(),
            advice: error.advice().to_owned(),
            field: match error {
                DeskError::Field { field, .. } => Some((*field).to_owned()),
                _ => None,
            },
            exit: exit_code(error.code()),
        }
    }
}

/// Turns an input/output error into what a person can act on.
pub(crate) fn file_error(error: &std::io::Error) -> DeskError {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => DeskError::Ledger(LedgerError::DiskFull),
        ErrorKind::NotFound => {
            DeskError::File {
                code: "file.not_found", what: "找不到这个文件。", advice: "它可能已被移走或 U 盘已拔出，请重新选择。"
            }
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            DeskError::File {
                code: "file.denied", what: "没有读写这个位置的权限。", advice: "请换一个文件夹，或检查 U 盘是否写保护。"
            }
        }
        _ => DeskError::File {
            code: "file.io", what: "文件读写失败。", advice: "请检查 U 盘或磁盘后再试一次；已保存的内容不受影响。"
        },
    }
}

/// The process's exit code for an error's code: one per family, so that scripts can tell them
/// apart.
pub fn exit_code(code: &str) -> u8 {
    let exact = match code {
        "keys.wrong_passphrase" => 10,
        "home.busy" => 11,
        "store.disk_full" => 12,
        "store.too_new" | "bundle.newer" => 13,
        "bundle.not_for_us" => 14,
        "bundle.truncated" => 15,
        "bundle.damaged" | "bundle.signature" | "bundle.sealed" | "bundle.inconsistent" | "bundle.size" => 16,
        "bundle.unknown_sender" => 17,
        "bundle.not_ours" => 18,
        "roster.not_a_spreadsheet" => 20,
        "roster.damaged" => 21,
        "roster.password_protected" => 22,
        "cancelled" => 30,
        _ => 0,
    };
    if exact > 0 {
        return exact;
    }
    match code.split('.').next().unwrap_or_default() {
        "field" | "rule" => 3,
        "roster" => 23,
        "bundle" | "join" | "want" => 19,
        "paper" => 24,
        "file" => 25,
        "keys" => 26,
        "store" => 27,
        "home" => 28,
        "backup" => 29,
        "attachment" => 30,
        _ => 4,
    }
}
