//! Invented rosters for tests, benchmarks and demonstrations. The same seed
//! always gives the same file. Not part of the product.

mod messy;
mod people;

pub use messy::messy_workbook;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use people::{Dice, people};

/// A tidy roster of `rows` people on one sheet, twelve columns and one header
/// row. The people depend on `seed` alone; `change` of them, spread evenly, have
/// another telephone number than with `change` 0.
///
/// Empty when the file cannot be made.
pub fn clean_workbook(seed: u64, rows: u32, change: u32) -> Vec<u8> {
    clean(seed, rows, change).unwrap_or_default()
}

/// A file made on a fixed day; it would otherwise hold the time of its making.
fn dated_workbook() -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    Ok(book)
}

fn clean(seed: u64, rows: u32, change: u32) -> Result<Vec<u8>, XlsxError> {
    const HEADERS: [&str; 12] =
        ["楼栋", "单元", "室", "姓名", "与户主关系", "性别", "出生日期", "身份证号", "联系电话", "居住性质", "是否党员", "特长"];
    let mut book = dated_workbook()?;
    let page = book.add_worksheet();
    page.set_name("花名册")?;
    let bold = Format::new().set_bold();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let text = Format::new().set_num_format("@");
    for (column, header) in (0u16..).zip(HEADERS) {
        page.write_string_with_format(0, column, header, &bold)?;
    }
    let mut other = Dice::new(seed ^ 0xC0FF_EE00);
    for (row, person) in (1u32..).zip(people(seed, rows)) {
        let index = u64::from(row - 1);
        let changed = (index + 1) * u64::from(change) / u64::from(rows.max(1)) > index * u64::from(change) / u64::from(rows.max(1));
        let phone = if changed { people::phone(&mut other) } else { person.phone.clone() };
        page.write_string(row, 0, person.building.to_string())?;
        page.write_string(row, 1, person.unit.to_string())?;
        page.write_string(row, 2, person.room.to_string())?;
        page.write_string(row, 3, &person.name)?;
        page.write_string(row, 4, person.relation)?;
        page.write_string(row, 5, if person.man { "男" } else { "女" })?;
        page.write_number_with_format(row, 6, person.birth_serial(), &day)?;
        page.write_string_with_format(row, 7, &person.id, &text)?;
        page.write_string_with_format(row, 8, &phone, &text)?;
        page.write_string(row, 9, person.occupancy)?;
        page.write_string(row, 10, if person.party { "是" } else { "否" })?;
        if !person.skill.is_empty() {
            page.write_string(row, 11, person.skill)?;
        }
    }
    book.save_to_buffer()
}
