//! What can be wrong with a whole file. What can be wrong with one row lives
//! in `issue.rs`.

use thiserror::Error;

/// Why a file could not be read, or handed back, as a roster (花名册).
///
/// `Display` is one Chinese sentence for the person: what happened and what to
/// do next. It never holds cell content. `code()` is stable and is what other
/// crates match on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RosterError {
    /// The bytes are no spreadsheet at all (a picture, a PDF, a Word file, prose).
    #[error("这个文件不是电子表格，无法读取。请选择 .xlsx、.xls 或 .csv 格式的花名册。")]
    NotASpreadsheet,
    /// A web page saved under a spreadsheet's name, as some web systems export.
    #[error("这个文件其实是网页，只是名字像表格。请用 WPS 或 Excel 打开它，另存为 .xlsx 后再导入。")]
    WebPage,
    /// The file stops half way or its inside is broken.
    #[error("这个文件不完整或已损坏，可能没有复制完。请重新复制一份，或用 WPS 打开后另存为 .xlsx。")]
    Damaged,
    /// The file asks for a password.
    #[error("这个文件设了打开密码。请用 WPS 或 Excel 打开，去掉密码，另存为 .xlsx 后再导入。")]
    PasswordProtected,
    /// The WPS-only format `.et`.
    #[error("这是 WPS 专用的 .et 文件。请用 WPS 打开，另存为 .xlsx 后再导入。")]
    EtFormat,
    /// Nothing is written in the file.
    #[error("这个文件里没有内容。请确认选对了文件，并且已经保存。")]
    Empty,
    /// No row looks like a header (表头). `near_row` is the row (1-based) that
    /// came closest and `missing` the column it lacks.
    #[error("没有找到表头。表格里要有一行列名，至少包括「姓名」和「房号」（或「楼栋」「单元」「室」），还可以有「联系电话」「身份证号」「性别」「出生日期」「居住性质」等。{}", near(.near_row, .missing))]
    NoHeader {
        /// The row, as Excel numbers it, that looks most like a header.
        near_row: Option<u32>,
        /// The column that row lacks: `姓名` or `房号`.
        missing: Option<&'static str>,
    },
    /// More than the caps on bytes, rows, columns, sheets or unpacked size.
    #[error("这个文件太大：{what}超过了{limit}。请拆成几个文件（例如一幢楼一个），分几次导入。")]
    TooLarge {
        /// What there is too much of, in Chinese.
        what: &'static str,
        /// The cap, in Chinese, with its unit.
        limit: &'static str,
    },
    /// The person stopped it; nothing was kept.
    #[error("已停止读取，什么都没有导入。需要时请重新选择文件。")]
    Cancelled,
    /// The file with the results could not be made.
    #[error("生成带结果的表格时出错。导入的内容不受影响，请再试一次。")]
    CannotWrite,
}

fn near(row: &Option<u32>, missing: &Option<&'static str>) -> String {
    match (row, missing) {
        (Some(row), Some(missing)) => {
            format!("第 {row} 行像是表头，但缺少「{missing}」这一列，请补上后再导入。")
        }
        _ => "请补上表头后再导入。".to_string(),
    }
}

impl RosterError {
    /// The stable name of this error, for faces to look up their own words.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotASpreadsheet => "roster.not_a_spreadsheet",
            Self::WebPage => "roster.web_page",
            Self::Damaged => "roster.damaged",
            Self::PasswordProtected => "roster.password_protected",
            Self::EtFormat => "roster.et_format",
            Self::Empty => "roster.empty",
            Self::NoHeader { .. } => "roster.no_header",
            Self::TooLarge { .. } => "roster.too_large",
            Self::Cancelled => "roster.cancelled",
            Self::CannotWrite => "roster.cannot_write",
        }
    }
}
