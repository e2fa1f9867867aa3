//! The columns (列) a roster may have and the many words people use for them.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::parse::text::{fold, squeeze};

/// A column this crate understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Field {
    /// 姓名.
    Name,
    /// 楼栋, a column of its own.
    Building,
    /// 单元, a column of its own.
    Unit,
    /// 房号: the room alone, or building, unit and room in one.
    Room,
    /// 与户主关系.
    Relation,
    /// 性别.
    Sex,
    /// 出生日期, 出生年月, 出生年.
    Birth,
    /// 联系电话; a sheet may have several such columns.
    Phone,
    /// 身份证号.
    IdNumber,
    /// 居住性质: 自住, 租, 空置.
    Occupancy,
    /// 是否党员, 政治面貌.
    Party,
    /// 特长.
    Skills,
    /// 工作单位.
    Employer,
    /// 户籍地址.
    RegisteredAddress,
    /// 面积, square metres.
    Area,
    /// 入住日期.
    MovedIn,
    /// 备注; a sheet may have several such columns.
    Note,
    /// 序号: understood, and not imported.
    Serial,
    /// Any other column, or the row as a whole.
    Other,
}

impl Field {
    /// The column's usual Chinese name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Name => "姓名",
            Self::Building => "楼栋",
            Self::Unit => "单元",
            Self::Room => "房号",
            Self::Relation => "与户主关系",
            Self::Sex => "性别",
            Self::Birth => "出生日期",
            Self::Phone => "联系电话",
            Self::IdNumber => "身份证号",
            Self::Occupancy => "居住性质",
            Self::Party => "是否党员",
            Self::Skills => "特长",
            Self::Employer => "工作单位",
            Self::RegisteredAddress => "户籍地址",
            Self::Area => "面积",
            Self::MovedIn => "入住日期",
            Self::Note => "备注",
            Self::Serial => "序号",
            Self::Other => "其他",
        }
    }

    /// Whether several columns of this kind are all read (联系电话1, 联系电话2).
    pub(crate) fn may_repeat(self) -> bool {
        matches!(self, Self::Phone | Self::Note | Self::Skills | Self::Serial)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// Reads a header cell. The number is how indirect the wording is: when two
/// columns could both be the name, the lower number wins.
pub(crate) fn recognise(header: &str) -> Option<(Field, u8)> {
    // A header is short; a long cell is a title or a note.
    if header.len() > 200 {
        return None;
    }
    let folded = fold(header);
    let squeezed = squeeze(&folded);
    let bare = outside_brackets(&squeezed);
    let plain: String = bare
        .chars()
        .filter(|c| !matches!(c, '*' | '※' | '/' | '\\' | '-' | ':' | '、' | ',' | '.' | '_' | '+' | '&' | ';' | '。' | '★' | '?'))
        .collect();
    let core = plain.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '一' | '二' | '三' | '四' | '①'..='⑨'));
    if core.is_empty() {
        return None;
    }
    exact(core).or_else(|| exact(&plain))
}

/// The text without what stands in brackets; what stands inside when there is
/// nothing else.
fn outside_brackets(text: &str) -> Cow<'_, str> {
    if !text.contains(['(', '[', '<', '《']) {
        return Cow::Borrowed(text);
    }
    let mut depth = 0u32;
    let mut outside = String::new();
    for c in text.chars() {
        match c {
            '(' | '[' | '<' | '《' => depth += 1,
            ')' | ']' | '>' | '》' => depth = depth.saturating_sub(1),
            c if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    if outside.is_empty() { Cow::Owned(text.chars().filter(|c| !"()[]<>《》".contains(*c)).collect()) } else { Cow::Owned(outside) }
}

#[rustfmt::skip]
fn exact(header: &str) -> Option<(Field, u8)> {
    use Field::*;
    Some(match header {
        "姓名" => (Name, 0),
        "居民姓名" | "人员姓名" | "成员姓名" | "家庭成员姓名" | "家庭成员" | "住户姓名" | "住户" | "本人姓名"
        | "党员姓名" | "常住人口姓名" => (Name, 1),
        "业主姓名" | "户主姓名" | "房主姓名" | "产权人姓名" | "名字" | "人员" | "居民" | "姓名名称" => (Name, 2),
        "业主" | "户主" | "房主" | "产权人" | "业主名称" | "业主名字" | "户主名字" | "产权人名称" | "所有权人" => (Name, 3),
        "租户姓名" | "租客姓名" | "承租人" | "承租人姓名" | "使用人" | "使用人姓名" => (Name, 4),

        "楼栋" | "楼幢" | "幢" | "栋" | "幢号" | "栋号" | "楼号" | "楼栋号" | "楼幢号" | "幢数" | "栋数" | "楼宇"
        | "楼" | "座" | "座号" | "几幢" | "几栋" | "所在楼栋" | "所属楼栋" | "楼栋名称" | "栋座" | "楼座" | "所住楼栋"
        | "现住楼栋" | "小区楼栋" => (Building, 0),
        "建筑" | "现住建筑" | "现住小区建筑" | "建筑名称" => (Building, 1),

        "单元" | "单元号" | "楼道" | "楼道号" | "梯" | "梯号" | "门洞" | "所在单元" | "所属单元" | "单元名称" | "楼门" => (Unit, 0),

        "房号" | "房间号" | "房屋号" | "房屋编号" | "房间" | "房间号码" | "室号" | "室" | "户号" | "户室" | "户室号" | "房室号"
        | "门牌" | "门牌号" | "门牌号码" | "室号房号" | "房产" | "房屋" | "单元室" | "单元房号" | "单元室号"
        | "楼栋房号" | "楼栋单元室" | "楼栋单元室号" | "楼栋单元房号" | "楼栋单元房间号" | "楼栋单元门牌" | "楼栋单元户号"
        | "幢单元室" | "栋单元室" | "幢室" | "栋室" | "幢房号" | "楼房号" | "楼栋室" | "幢号室号" | "幢号房号" | "楼号房号"
        | "栋号房号" | "房产编号" | "房屋名称" | "房产名称" | "住房号" | "房号室号" => (Room, 0),
        "门牌地址" | "房屋地址" | "房屋坐落" | "坐落" | "房产地址" | "现住门牌" => (Room, 1),
        "住址" | "地址" | "家庭住址" | "家庭地址" | "现住址" | "居住地址" | "现居住地址" | "现居住地" | "居住地" | "详细地址"
        | "现住地址" | "实际居住地" | "实际居住地址" | "住所" => (Room, 2),

        "与户主关系" | "关系" | "与业主关系" | "同户主关系" | "和户主关系" | "户主关系" | "家庭关系" | "与房主关系"
        | "与产权人关系" | "户主或与户主关系" | "户主与户主关系" | "成员关系" | "户主关系称谓" | "称谓" => (Relation, 0),

        "性别" | "男女" => (Sex, 0),

        "出生日期" | "出生年月" | "出生年月日" | "生日" | "出生" | "出生时间" | "出生年" | "出生年份" | "生年" | "出生日" => (Birth, 0),

        "联系电话" | "电话" | "手机" | "手机号" | "手机号码" | "电话号码" | "联系方式" | "联系手机" | "联系号码" | "移动电话"
        | "本人电话" | "本人联系电话" | "联系电话号码" | "联系手机号" | "联系手机号码" | "业主电话" | "业主联系电话"
        | "户主电话" | "户主联系电话" | "业主手机" | "业主手机号" | "业主联系方式" | "户主联系方式" | "户主手机" | "住户电话"
        | "住户联系电话" | "固定电话" | "固话" | "座机" | "家庭电话" | "住宅电话" | "常用电话" | "备用电话" | "其他电话"
        | "电话手机" | "手机电话" | "联系方式手机" | "联系方式电话" | "联系电话手机" | "联系电话固话" | "联系电话座机"
        | "联系方式固话" | "联系方式座机" | "TEL" | "Tel" | "tel" | "短号" => (Phone, 0),

        "身份证" | "身份证号" | "身份证号码" | "公民身份号码" | "公民身份证号" | "公民身份证号码" | "证件号码" | "证件号"
        | "居民身份证" | "居民身份证号" | "居民身份证号码" | "身份号码" | "有效证件号码" | "业主身份证号" | "业主身份证"
        | "业主身份证号码" | "户主身份证号" | "户主身份证号码" | "户主身份证" => (IdNumber, 0),

        "居住性质" | "房屋状态" | "居住状态" | "居住情况" | "房屋性质" | "房屋用途" | "使用情况" | "房屋使用情况" | "入住情况"
        | "居住类型" | "自住租户空置" | "自住租住空置" | "自住出租空置" | "房屋现状" | "住房性质" | "房屋类型" | "自住出租"
        | "居住类别" | "住户类型" | "住户性质" | "使用状态" | "房屋使用性质" => (Occupancy, 0),

        "是否党员" | "党员" | "中共党员" | "是否中共党员" | "党员否" => (Party, 0),
        "政治面貌" | "政治身份" => (Party, 1),

        "特长" | "个人特长" | "专长" | "技能" | "特长爱好" | "爱好特长" | "兴趣特长" | "兴趣爱好" | "技能特长" | "专业特长" => (Skills, 0),

        "工作单位" | "单位" | "就业单位" | "所在单位" | "工作单位及职务" | "单位及职务" | "工作单位职务" | "单位名称"
        | "服务处所" | "工作学习单位" => (Employer, 0),
        "工作学习情况" | "工作情况" => (Employer, 1),

        "户籍地址" | "户籍所在地" | "户籍地" | "户口所在地" | "户口地址" | "户籍" | "户籍住址" | "户籍详细地址" => (RegisteredAddress, 0),

        "面积" | "建筑面积" | "房屋面积" | "住房面积" | "产权面积" | "房产面积" | "面积平方米" | "面积㎡" | "建筑面积㎡"
        | "建筑面积平方米" => (Area, 0),
        "使用面积" | "套内面积" => (Area, 1),

        "入住日期" | "入住时间" | "入住年月" | "迁入日期" | "迁入时间" | "搬入日期" | "搬入时间" | "入住" | "入住年份" => (MovedIn, 0),

        "备注" | "说明" | "附注" | "备注说明" | "其他说明" | "备注信息" | "注" => (Note, 0),

        "序号" | "编号" | "序" | "NO" | "No" | "no" | "号" | "行号" => (Serial, 0),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: Option<Field>) {
        assert_eq!(recognise(input).map(|(field, _)| field), expected, "{input}");
    }

    #[test]
    fn headers_are_recognised_however_they_are_written() {
        use Field::*;
        for (input, expected) in [
            ("姓名", Some(Name)),
            (" 姓 名 ", Some(Name)),
            ("*姓名（必填）", Some(Name)),
            ("业主\n姓名", Some(Name)),
            ("联系电话（手机）", Some(Phone)),
            ("联系电话1", Some(Phone)),
            ("联系电话２", Some(Phone)),
            ("手机号码：", Some(Phone)),
            ("房间号（楼栋-单元-房号 01-01-0101）", Some(Room)),
            ("楼栋/单元/室号", Some(Room)),
            ("楼栋-单元-房号", Some(Room)),
            ("幢　号", Some(Building)),
            ("公民身份号码", Some(IdNumber)),
            ("政治面貌", Some(Party)),
            ("面积(㎡)", Some(Area)),
            ("自住/租户/空置", Some(Occupancy)),
            ("(备注)", Some(Note)),
            ("序号", Some(Serial)),
            ("紧急联系人电话", None),
            ("车位号", None),
            ("配偶姓名", None),
            ("重点类别", None),
            ("", None),
            ("123", None),
            ("房屋状态（自住/租户/空置）", Some(Occupancy)),
            ("电话一", Some(Phone)),
        ] {
            check(input, expected);
        }
    }

    #[test]
    fn a_column_named_for_the_person_beats_one_named_for_the_owner() {
        let rank = |h| recognise(h).map(|(_, rank)| rank);
        assert!(rank("姓名") < rank("业主姓名"));
        assert!(rank("业主姓名") < rank("租户姓名"));
        assert!(rank("房号") < rank("家庭住址"));
    }
}
