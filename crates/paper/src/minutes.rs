//! The minutes of a council meeting (会议纪要): the fields a caller fills in.
//!
//! Numbering (一、 （一） 1.), party order, line breaks and dates in words are the paper's business and
//! are added by `compose`; nothing here is numbered by the caller.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How minutes are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MinutesLayout {
    /// 红头纪要: red mark, issue number and red rule as GB/T 9704-2012 section 10.3 asks, imprint at the foot.
    RedHead,
    /// 普通纪要: title and a block of facts, no red head, issuer and date under the text.
    Plain,
    /// 会议记录, the full record: the roll before the items, every speech a paragraph, ballots by name,
    /// and a table with one row to sign for everyone present. No red head, no imprint.
    Record,
}

/// One value for each of the five parties (五方), always in the order every print uses:
/// 社区两委、业委会、物业企业、社会组织、居民群众代表.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FiveParties<T> {
    /// 社区两委, the community's Party committee and residents' committee.
    pub community: T,
    /// 业委会, the owners' committee.
    pub owners: T,
    /// 物业企业, the property company.
    pub property: T,
    /// 社会组织, social organisations.
    pub social: T,
    /// 居民群众代表, residents' delegates.
    pub residents: T,
}

impl<T> FiveParties<T> {
    /// The parties' Chinese names in the fixed order.
    pub const NAMES: [&'static str; 5] = ["社区两委", "业委会", "物业企业", "社会组织", "居民群众代表"];

    /// Every party with its Chinese name, in the fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &T)> {
        Self::NAMES.into_iter().zip([&self.community, &self.owners, &self.property, &self.social, &self.residents])
    }
}

impl FiveParties<String> {
    fn says_nothing(&self) -> bool {
        self.iter().all(|(_, text)| text.is_empty())
    }
}

/// A labelled fact above the body, such as 时间, 地点, 主持 or 记录.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The label without a colon.
    pub label: String,
    /// The text after the colon.
    pub text: String,
}

impl Fact {
    /// A fact from its label and text.
    pub fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Fact { label: label.into(), text: text.into() }
    }
}

/// The count of a vote (表决).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// 应到, people entitled to come.
    pub expected: u32,
    /// 实到, people present.
    pub present: u32,
    /// 同意.
    pub yes: u32,
    /// 反对.
    pub no: u32,
    /// 弃权.
    pub abstain: u32,
    /// 回避, people who stepped aside because the matter is their own.
    pub recused: u32,
    /// What people are counted by (量词), where it is not 人: 户.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// 表决方式, how it was voted, e.g. 记名表决; printed before the counts when not empty.
    // Left out when empty, here and below: minutes from before these fields keep their hash.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// Who voted how: label 同意, 反对, 弃权 or 回避, text the finished names. Printed in the record only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_name: Vec<Fact>,
    /// What follows from the count, a finished sentence such as 符合议事规则，议题通过。
    pub outcome: String,
}

/// What was resolved (议定事项), and who carries it out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ResolutionForm")]
pub struct Resolution {
    /// What was resolved.
    pub text: String,
    /// Who carries it out, by when: 由物业企业（罗建华）负责，于11月30日前完成. One each. It may change after the meeting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<String>,
}

impl Resolution {
    /// What was resolved, where nothing has to be carried out or the text says it.
    pub fn new(text: impl Into<String>) -> Self {
        Resolution { text: text.into(), tasks: Vec::new() }
    }
}

/// How a resolution stands in kept minutes: before its tasks stood apart it was one text.
#[derive(Deserialize)]
#[serde(untagged)]
enum ResolutionForm {
    Text(String),
    Apart {
        text: String,
        #[serde(default)]
        tasks: Vec<String>,
    },
}

impl From<ResolutionForm> for Resolution {
    fn from(form: ResolutionForm) -> Self {
        match form {
            ResolutionForm::Text(text) => Resolution::new(text),
            ResolutionForm::Apart { text, tasks } => Resolution { text, tasks },
        }
    }
}

/// One item on the agenda (议题).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AgendaItem {
    /// The item's title, unnumbered.
    pub title: String,
    /// 民意来源: where the matter came from. Left out of the paper when empty.
    pub source: String,
    /// 协商情况: the discussion, a paragraph each.
    pub discussion: Vec<String>,
    /// Why it was not put to the vote, a finished sentence after the discussion. It may change after the meeting.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub put_off: String,
    /// 议定事项: what was resolved, unnumbered.
    pub resolutions: Vec<Resolution>,
    /// 表决结果, when the item was put to the vote.
    pub vote: Option<Vote>,
}

/// The minutes of a meeting, 会议纪要.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Minutes {
    /// The layout.
    pub layout: MinutesLayout,
    /// 纪要标志, the red mark, e.g. 星岩社区“星火家园”小区议事会纪要. Unused by the plain layout.
    pub mark: String,
    /// 期号, e.g. 〔2026〕11号. In the plain layout it stands under the title.
    pub issue: String,
    /// The title. A line break in it is kept; without one a long title is broken into balanced lines.
    pub title: String,
    /// Labelled facts above the body (时间, 地点, 主持, 记录); mostly for the plain layout.
    pub facts: Vec<Fact>,
    /// The opening paragraphs.
    pub opening: Vec<String>,
    /// The agenda items, in order.
    pub items: Vec<AgendaItem>,
    /// The heading of the closing section, unnumbered (e.g. 落实与反馈要求); empty for none.
    pub closing_title: String,
    /// The closing paragraphs.
    pub closing: Vec<String>,
    /// 出席: names by party, each finished (e.g. 张三 or 张三（代李四）). All five parties always print.
    pub attendance: FiveParties<Vec<String>>,
    /// How the body behind a party stands where that is not as usual: 集体辞职（2024年9月1日起）. Stands where nobody
    /// of it came, else behind the names.
    #[serde(default, skip_serializing_if = "FiveParties::says_nothing")]
    pub standing: FiveParties<String>,
    /// 出席 where the five parties do not sit (大党委会议, 支委会): finished names. Where anybody stands here, the
    /// parties are not printed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guests: Vec<String>,
    /// 出席 where people were counted as a whole (居民会议): 每户派代表，应到 480 户，实到 251 户. The parties are not printed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub counted: String,
    /// 请假: finished names; the line is left out when empty.
    pub leave: Vec<String>,
    /// 缺席: finished names of those who did not come and had no leave; the line is left out when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
    /// 列席: finished names; the line is left out when empty.
    pub observers: Vec<String>,
    /// Whether the signature table is printed: 五方代表签字, in the record a row for everyone present.
    pub signatures: bool,
    /// 印发机关 (red head) or 署名 (plain).
    pub issuer: String,
    /// 印发日期 or 成文日期, when known.
    pub issued: Option<NaiveDate>,
    /// 抄送, finished names; the line is left out when empty, and in the record.
    pub copies_to: Vec<String>,
    /// A small line at the foot of every page that ties the print to its record, e.g. 内容校验 3f9a-71c2.
    pub fingerprint: String,
    /// Marks every page 草稿.
    pub draft: bool,
}
