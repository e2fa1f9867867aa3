//! What can be wrong with one row. An issue names its column and never holds
//! what the cell says, so it may be shown, logged and printed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Field;

macro_rules! issues {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $field:ident, $words:literal;)*) => {
        /// One thing wrong with one row (问题). On a refused row it says why; on
        /// an accepted row it makes the row suspect (存疑).
        ///
        /// `Display` is a Chinese sentence without any cell content.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Issue {
            $($(#[$doc])* $name,)*
        }

        impl Issue {
            /// Every issue there is, for catalogues and tests.
            pub const ALL: &'static [Issue] = &[$(Issue::$name,)*];

            /// The stable name of this issue.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The column it concerns.
            pub fn column(self) -> Field {
                match self { $(Self::$name => Field::$field,)* }
            }

            /// The sentence for the person.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

issues! {
    /// No name where one is needed.
    NameMissing, "name_missing", Name, "没有写姓名。";
    /// Several names share the cell; one row is one person.
    NameSeveral, "name_several", Name, "「姓名」一格里写了几个人，请一人一行。";
    /// Something in brackets stood beside the name; it went to the note.
    NameRemark, "name_remark", Name, "「姓名」里带有括号说明，已移到备注，请核对。";
    /// Unseen characters (NUL, direction marks) were taken out of the name.
    NameUnseen, "name_unseen", Name, "「姓名」里有看不见的字符，已去掉，请核对。";
    /// Digits, question marks or too many characters: hardly a name.
    NameUnusual, "name_unusual", Name, "「姓名」看起来不像人名，请核对。";
    /// No room where one is needed.
    RoomMissing, "room_missing", Room, "没有写房号。";
    /// The building is named neither in the row nor by the sheet.
    BuildingMissing, "building_missing", Building, "看不出是哪一幢楼，请写上楼栋。";
    /// The spreadsheet program turned the room into a date.
    RoomBecameDate, "room_became_date", Room, "「房号」被表格变成了日期，请把该列改为文本后重填。";
    /// The room could not be split into building, unit and room.
    RoomUnclear, "room_unclear", Room, "「房号」看不明白，请写成“3-2-501”或“3幢2单元501室”。";
    /// Several rooms share the cell; the first was taken.
    RoomSeveral, "room_several", Room, "「房号」一格里写了几个房号，只取了第一个，请核对。";
    /// The room's own building is not the one in the building column or sheet name.
    BuildingDiffers, "building_differs", Building, "「房号」里的楼栋与楼栋列或表名不一致，请核对。";
    /// The room's own unit is not the one in the unit column.
    UnitDiffers, "unit_differs", Unit, "「房号」里的单元与单元列不一致，请核对。";
    /// Neither man nor woman could be read.
    SexUnclear, "sex_unclear", Sex, "「性别」看不明白，没有采用。";
    /// Sex and ID number disagree.
    SexDiffersFromId, "sex_differs_from_id", Sex, "「性别」与身份证号不一致，请核对。";
    /// The date of birth could not be read, or only in part.
    BirthUnclear, "birth_unclear", Birth, "「出生日期」看不明白，没有采用或只采用了年份。";
    /// A year of two digits.
    BirthTwoDigitYear, "birth_two_digit_year", Birth, "「出生日期」的年份只有两位，没有采用。";
    /// In the future, or more than 120 years ago, or no such day.
    BirthImpossible, "birth_impossible", Birth, "「出生日期」不可能，没有采用。";
    /// Date of birth and ID number disagree.
    BirthDiffersFromId, "birth_differs_from_id", Birth, "「出生日期」与身份证号不一致，请核对。";
    /// Not a telephone number.
    PhoneInvalid, "phone_invalid", Phone, "「电话」里有不是电话号码的内容，没有采用。";
    /// The spreadsheet program cut the number's digits (1.38E+10).
    PhoneTruncated, "phone_truncated", Phone, "「电话」被表格变成了科学计数，号码不全，没有采用。";
    /// The spreadsheet program kept 15 digits and wrote zeros after them.
    IdTruncated, "id_truncated", IdNumber, "身份证号被表格截断，没有采用。请把该列改为文本后重填。";
    /// A 15-digit number of the first generation.
    IdOld, "id_old", IdNumber, "身份证号是 15 位旧号，没有采用。";
    /// Some digits are starred out.
    IdMasked, "id_masked", IdNumber, "身份证号带星号，没有采用。";
    /// Wrong length, checksum (GB 11643) or date inside.
    IdInvalid, "id_invalid", IdNumber, "身份证号位数或校验码不对，没有采用。";
    /// Neither 自住 nor 租 nor 空置.
    OccupancyUnclear, "occupancy_unclear", Occupancy, "「居住性质」看不明白，没有采用。";
    /// A person is named in a room said to stand empty.
    OccupancyVacant, "occupancy_vacant", Occupancy, "房屋写着空置，却有姓名，请核对。";
    /// Neither yes nor no.
    PartyUnclear, "party_unclear", Party, "「是否党员」看不明白，没有采用。";
    /// Not a number of square metres.
    AreaUnclear, "area_unclear", Area, "「面积」看不明白，没有采用。";
    /// Not a date.
    MovedInUnclear, "moved_in_unclear", MovedIn, "「入住日期」看不明白，没有采用。";
    /// 同上 with nothing above.
    DittoNothingAbove, "ditto_nothing_above", Other, "写了“同上”，但上面没有内容。";
    /// A cell longer than a cell may be; the rest was cut.
    CellTooLong, "cell_too_long", Other, "有一格内容过长，超出部分没有采用。";
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}
