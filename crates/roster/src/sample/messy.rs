//! A roster as it comes out of a community office.

use chrono::Datelike;
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::people::{Dice, Invented, people, phone};

#[derive(Clone, Copy, PartialEq)]
enum Column {
    Serial,
    Building,
    Unit,
    Room,
    WholeRoom,
    Name,
    Relation,
    Sex,
    Birth,
    Phone,
    Id,
    Occupancy,
    Party,
    Skills,
    Area,
    Parking,
    Note,
}

impl Column {
    fn headers(self) -> &'static [&'static str] {
        match self {
            Self::Serial => &["序号"],
            Self::Building => &["楼栋", "幢号", "楼 号"],
            Self::Unit => &["单元", "单元号"],
            Self::Room => &["室", "室号", "房号", "门牌号"],
            Self::WholeRoom => &["房号", "房间号（楼栋-单元-房号）", "楼栋/单元/室号", "门牌"],
            Self::Name => &["姓名", "姓　名", "业主姓名", "*姓名", "户主\n姓名"],
            Self::Relation => &["与户主关系", "关系"],
            Self::Sex => &["性别", "性 别"],
            Self::Birth => &["出生日期", "出生年月", "生日"],
            Self::Phone => &["联系电话", "手机号码", "联系方式（手机）", "电话1"],
            Self::Id => &["身份证号", "公民身份号码", "证件号码", "身份证号码（18位）"],
            Self::Occupancy => &["居住性质", "房屋状态（自住/租户/空置）"],
            Self::Party => &["是否党员", "政治面貌"],
            Self::Skills => &["特长"],
            Self::Area => &["面积(㎡)", "建筑面积"],
            Self::Parking => &["车位号", "群状态"],
            Self::Note => &["备注", "备 注"],
        }
    }
}

/// A believable messy roster with `rows` people's rows: a sheet per building,
/// title rows, merged cells, headers in changing words and order, damaged ID
/// numbers, dates in every spelling, several telephones in a cell, 同上, 合计,
/// empty rooms, repeated rows.
///
/// Empty when the file cannot be made.
pub fn messy_workbook(seed: u64, rows: u32) -> Vec<u8> {
    messy(seed, rows).unwrap_or_default()
}

fn messy(seed: u64, rows: u32) -> Result<Vec<u8>, XlsxError> {
    let mut dice = Dice::new(seed ^ 0x5EED);
    let mut book = super::dated_workbook()?;
    let mut everyone = people(seed, rows).peekable();
    while let Some(building) = everyone.peek().map(|person| person.building) {
        let own: Vec<Invented> = std::iter::from_fn(|| everyone.next_if(|person| person.building == building)).collect();
        let page = book.add_worksheet();
        page.set_name(format!("{building}{}", dice.pick(&["幢", "栋", "号楼", "#"])))?;
        sheet(page, building, &own, &mut dice)?;
    }
    if rows == 0 {
        book.add_worksheet();
    }
    book.save_to_buffer()
}

fn sheet(page: &mut Worksheet, building: u32, people: &[Invented], dice: &mut Dice) -> Result<(), XlsxError> {
    use Column::*;
    let whole = dice.one_in(2);
    let mut columns = vec![Name, Relation, Sex, Birth, Phone, Id, Occupancy, Party, Skills, Area, Parking, Note];
    dice.shuffle(&mut columns);
    columns.splice(0..0, if whole { vec![Serial, WholeRoom] } else { vec![Serial, Building, Unit, Room] });
    let width = u16::try_from(columns.len()).unwrap_or(16);
    let plain = Format::new();
    let mut row = 0;
    page.merge_range(row, 0, row, width - 1, &format!("星火花园{building}幢住户花名册（2026年）"), &plain.clone().set_bold())?;
    row += 1 + dice.below(2);
    for (column, kind) in (0u16..).zip(&columns) {
        page.write_string(row, column, dice.pick(kind.headers()))?;
    }
    row += 1;
    let first = row;
    let mut last_room = None;
    let mut serial = 0;
    for (index, person) in people.iter().enumerate() {
        serial += 1;
        let same_room = last_room == Some((person.unit, person.room));
        for (column, kind) in (0u16..).zip(&columns) {
            cell(page, row, column, *kind, person, serial, same_room, dice)?;
        }
        last_room = Some((person.unit, person.room));
        row += 1;
        if dice.one_in(200) && index > 0 {
            for (column, kind) in (0u16..).zip(&columns) {
                cell(page, row, column, *kind, person, serial, false, dice)?;
            }
            row += 1;
        }
        if dice.one_in(300) {
            empty_room(page, row, &columns, person)?;
            row += 1;
        }
        row += u32::from(dice.one_in(400));
    }
    if !whole && row > first + 1 {
        let at = (0u16..).zip(&columns).find(|(_, kind)| **kind == Building).map_or(1, |(column, _)| column);
        page.merge_range(first, at, row - 1, at, &format!("{building}幢"), &plain)?;
    }
    page.write_string(row, 0, "合  计")?;
    page.write_number(row, 3, f64::from(serial))?;
    page.write_string(row + 2, 0, "填表人：　　　　审核人：　　　　日期：")?;
    Ok(())
}

fn empty_room(page: &mut Worksheet, row: u32, columns: &[Column], person: &Invented) -> Result<(), XlsxError> {
    for (column, kind) in (0u16..).zip(columns) {
        match kind {
            Column::WholeRoom => page.write_string(row, column, format!("{}-{}-{}", person.building, person.unit, person.room + 4))?,
            Column::Unit => page.write_number(row, column, person.unit)?,
            Column::Room => page.write_number(row, column, person.room + 4)?,
            Column::Occupancy => page.write_string(row, column, "空置")?,
            _ => page,
        };
    }
    Ok(())
}

fn full_width(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c) } else { c }).collect()
}

#[allow(clippy::too_many_arguments)]
fn cell(
    page: &mut Worksheet,
    row: u32,
    column: u16,
    kind: Column,
    person: &Invented,
    serial: u32,
    same_room: bool,
    dice: &mut Dice,
) -> Result<(), XlsxError> {
    let text = match kind {
        Column::Serial => return page.write_number(row, column, serial).map(|_| ()),
        Column::Building | Column::Parking => return Ok(()),
        Column::Unit => match dice.below(3) {
            0 => format!("{}单元", person.unit),
            _ => return page.write_number(row, column, person.unit).map(|_| ()),
        },
        Column::Room => match dice.below(4) {
            0 => format!("{}室", person.room),
            1 => full_width(&person.room.to_string()),
            _ => return page.write_number(row, column, person.room).map(|_| ()),
        },
        Column::WholeRoom if same_room && dice.one_in(3) => "同上".to_string(),
        Column::WholeRoom => {
            let (b, u, r) = (person.building, person.unit, person.room);
            match dice.below(6) {
                0 => format!("{b}幢{u}单元{r}室"),
                1 => format!("{b:02}-{u:02}-{r:04}"),
                2 => full_width(&format!("{b}-{u}-{r}")),
                3 => format!("{b}#{u}-{r}"),
                _ => format!("{b}-{u}-{r}"),
            }
        }
        Column::Name => match dice.below(40) {
            0 => person.name.chars().flat_map(|c| [c, ' ']).collect(),
            1 => format!("{}（租）", person.name),
            _ => person.name.clone(),
        },
        Column::Relation => person.relation.to_string(),
        Column::Sex if dice.one_in(20) => return Ok(()),
        Column::Sex => if person.man { "男" } else { "女" }.to_string(),
        Column::Birth => {
            let (y, m, d) = (person.birth.year(), person.birth.month(), person.birth.day());
            match dice.below(12) {
                0 => {
                    return page
                        .write_number_with_format(row, column, person.birth_serial(), &Format::new().set_num_format("yyyy/m/d"))
                        .map(|_| ());
                }
                1 => {
                    return page.write_number(row, column, y * 10_000 + i32::try_from(m * 100 + d).unwrap_or(101)).map(|_| ());
                }
                2 => format!("{y}.{m}"),
                3 => format!("{y}年{m}月{d}日"),
                4 => format!("{y}/{m}/{d}"),
                5 => format!("{:02}.{m}.{d}", y % 100),
                6 => format!("{y}年"),
                7 => "不详".to_string(),
                _ => format!("{y}.{m}.{d}"),
            }
        }
        Column::Phone => match dice.below(20) {
            0 => format!("{}、{}", person.phone, phone(dice)),
            1 => full_width(&person.phone),
            2 => format!("{}\n0576-8411{:04}", person.phone, dice.below(10_000)),
            3 => "/".to_string(),
            4 => person.phone.chars().take(10).collect(),
            5..=12 => {
                return page.write_number(row, column, person.phone.parse::<f64>().unwrap_or(0.0)).map(|_| ());
            }
            _ => person.phone.clone(),
        },
        Column::Id => match dice.below(20) {
            0 => {
                return page.write_number(row, column, person.id.trim_end_matches('X').parse::<f64>().unwrap_or(0.0)).map(|_| ());
            }
            1 => format!("{}000", person.id.chars().take(15).collect::<String>()),
            2 => person.id.chars().take(17).collect(),
            3 => String::new(),
            _ => person.id.clone(),
        },
        Column::Occupancy => person.occupancy.to_string(),
        Column::Party => if person.party { dice.pick(&["中共党员", "是", "√"]) } else { dice.pick(&["群众", "否", ""]) }.to_string(),
        Column::Skills => person.skill.to_string(),
        Column::Area => {
            return page.write_number(row, column, f64::from(person.area) / 100.0).map(|_| ());
        }
        Column::Note => if dice.one_in(10) { dice.pick(&["独居", "常年在外", "—", "无"]) } else { person.employer }.to_string(),
    };
    if !text.is_empty() {
        page.write_string(row, column, text)?;
    }
    Ok(())
}
