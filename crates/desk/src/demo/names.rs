//! Invented names: of people, of the 24 compounds, of their secretaries. None is anyone's.

use super::chance::Chance;
use xinghuo_model::Sex;

/// Family names, the frequent ones first, at the end some that are read in more than one way.
const FAMILY: [&str; 72] = [
    "王", "陈", "李", "张", "林", "黄", "周", "吴", "郑", "徐", "杨", "朱", "叶", "章", "蔡", "许", "金", "潘", "何", "卢", "胡", "沈",
    "梁", "方", "陶", "蒋", "余", "赵", "汪", "孙", "戴", "江", "冯", "范", "罗", "童", "姚", "谢", "邵", "牟", "丁", "钱", "杜", "柯",
    "管", "任", "柳", "洪", "阮", "杭", "池", "俞", "石", "庞", "卓", "毛", "贺", "尹", "祝", "葛", "曾", "单", "解", "仇", "查", "翟",
    "盖", "冼", "乐", "欧阳", "尉迟", "上官",
];

/// Rarer characters that people do carry in their names.
const RARE: [&str; 14] = ["垚", "堃", "翀", "祎", "骉", "昉", "懿", "淼", "䶮", "㛃", "龑", "旻", "昇", "珺"];

/// A family name.
pub(super) fn family(chance: &mut Chance) -> &'static str {
    chance.pick_early::<&str>(&FAMILY)
}

/// A given name such as people of that age bear.
pub(super) fn given(chance: &mut Chance, sex: Sex, age: i64) -> String {
    if chance.percent(2) {
        return (*chance.pick(&RARE)).to_owned();
    }
    let (first, second, alone) = match (sex, age) {
        (Sex::Male, 56..) => ("建德金志永福长家正仁阿", "林根生法清良祥富兴龙友顺", "林根良清"),
        (Sex::Female, 56..) => ("秀桂玉香金彩阿美凤素月", "英兰芳珍花莲娥凤仙琴妹菊", "芬英梅兰"),
        (Sex::Male, 26..) => ("志海文永晓俊建立世宏", "强明军平峰勇斌杰波辉东毅", "伟涛磊鹏斌超凯"),
        (Sex::Female, 26..) => ("晓丽海雪春慧美燕小佳", "芳琴萍敏霞玲静蓉颖莹菲", "静敏婷莉蕾璐"),
        (Sex::Male, _) => ("子浩宇梓俊奕沐一嘉景", "轩然辰睿泽航涵哲言宸远", "睿航晨"),
        (Sex::Female, _) => ("子梓雨欣诗语若可思知", "涵萱彤怡琪妍宁悦瑶汐禾", "玥彤宁"),
    };
    if chance.percent(12) { chance.letter(alone).to_string() } else { [chance.letter(first), chance.letter(second)].iter().collect() }
}

/// A whole name.
pub(super) fn name(chance: &mut Chance, sex: Sex, age: i64) -> String {
    format!("{}{}", family(chance), given(chance, sex, age))
}

/// Compounds with the letters that start their numbers, and their secretaries.
const COMPOUNDS: [(&str, &str, &str); 24] = [
    ("橘香里", "JXL", "梁秋实"),
    ("云汀苑", "YTY", "周牧云"),
    ("望溪家园", "WXJY", "卢春晖"),
    ("松月庭", "SYT", "沈若谷"),
    ("听荷府", "THF", "蔡一鸣"),
    ("晴川里", "QCL", "陶知行"),
    ("桂语花园", "GYHY", "潘月明"),
    ("榴园", "LY", "方静舟"),
    ("朗月居", "LYJ", "何远山"),
    ("清晏里", "QYL", "叶青禾"),
    ("枕溪苑", "ZXY", "许望之"),
    ("稻香新村", "DXXC", "章立春"),
    ("青禾家园", "QHJY", "金晓棠"),
    ("栖梧里", "QWL", "童守拙"),
    ("柚见花园", "YJHY", "余同舟"),
    ("雨前里", "YQL", "戴清和"),
    ("梧桐小筑", "WTXZ", "柳长青"),
    ("春和景苑", "CHJY", "汪如意"),
    ("明礼家园", "MLJY", "蒋思齐"),
    ("知秋苑", "ZQY", "江望舒"),
    ("半山云居", "BSYJ", "邵景行"),
    ("兰皋府", "LGF", "范慕兰"),
    ("同心里", "TXL", "胡友仁"),
    ("暖阳公寓", "NYGY", "冯向阳"),
];

/// Name, prefix of numbers and secretary of the compound with this number.
pub(super) fn compound(n: u32) -> (&'static str, &'static str, &'static str) {
    COMPOUNDS[n as usize % COMPOUNDS.len()]
}
