//! A whole month without a mouse: on two laptops of a branch and at its office.

use std::path::PathBuf;

use serde_json::json;

use xinghuo_tests::{ENTER, ESCAPE, PASSPHRASE, Page, Place, Tried};

use crate::exchange::joins;

/// The arrow right, which goes to the next tab.
const RIGHT: &str = "\u{e014}";

/// A further laptop of the same compound.
pub fn second_laptop() -> Tried<Place> {
    let place = Place::new()?;
    place.ask(json!({
        "ask": "create_branch", "district": "临江区", "street": "望湖街道", "community": "东湖社区", "compound": "翠湖雅苑",
        "prefix": null, "person": "何干事", "copy": "家里的电脑", "passphrase": PASSPHRASE,
    }))?;
    Ok(place)
}

/// Presses the keys one after another; gives how many there were. What an input method would ask for is counted
/// by the caller.
async fn keys(page: &Page, strokes: &[&str]) -> Tried<usize> {
    for stroke in strokes {
        page.press(stroke).await?;
    }
    Ok(strokes.len())
}

/// Writes a bundle for whom the page offers, without a mouse.
async fn sends(page: &Page, button: &str, name: &str) -> Tried<PathBuf> {
    page.enter_on("交换").await?;
    page.wait_text("来往记录").await?;
    let bundle = page.will_save(name)?;
    page.enter_on(button).await?;
    page.wait_file(&bundle).await?;
    page.wait_gone("正在导出数据包").await?;
    Ok(bundle)
}

/// Goes to a step of the month and opens it, where the day has not opened it already.
async fn opens(page: &Page, step: &str) -> Tried {
    page.tab_to(step).await?;
    let open = page.run("return document.activeElement.getAttribute('aria-expanded') === 'true'", vec![]).await?;
    if open == false { page.press(ENTER).await } else { Ok(()) }
}

/// Takes bundles in, without a mouse.
async fn takes(page: &Page, bundles: &[&PathBuf]) -> Tried {
    page.enter_on("交换").await?;
    page.wait_text("来往记录").await?;
    page.will_pick(&bundles.iter().map(|bundle| bundle.as_path()).collect::<Vec<_>>())?;
    page.enter_on("选择收到的文件").await?;
    page.wait_text("已收下").await
}

#[tokio::test]
async fn an_opinion_is_written_down_from_anywhere_in_at_most_25_keystrokes() -> Tried {
    let page = Page::unlocked(Place::branch()?).await?;
    page.enter_on("居民").await?;
    page.wait_text("名册还是空的").await?;
    // Ctrl+N; the words, which pinyin types with one key a letter and one to choose; on; X for 设施修缮; past who
    // said it; the place; on.
    page.press_control("n").await?;
    page.wait_text("快速登记").await?;
    page.press("灯不亮").await?;
    let pinyin = "dengbuliang ".len();
    let rest = keys(&page, &[ENTER, "x", ENTER, "3", "-", "2", ENTER]).await?;
    page.wait_text("已保存：登记民意").await?;
    let all = 1 + pinyin + rest;
    assert!(all <= 25, "{all} keystrokes");
    page.press(ESCAPE).await?;
    page.enter_on("议事会").await?;
    page.wait_text("灯不亮").await?;
    page.wait_text("3-2").await?;
    page.close().await
}

#[tokio::test]
async fn a_whole_month_is_done_by_keyboard_alone_on_two_laptops_and_at_the_office() -> Tried {
    let (at_office, at_branch, at_home) = (Place::office()?, crate::council::with_delegates()?, second_laptop()?);
    joins(&at_branch, &at_office)?;
    joins(&at_home, &at_office)?;
    let (first, second, office) = (Page::unlocked(at_branch).await?, Page::unlocked(at_home).await?, Page::unlocked(at_office).await?);

    // First laptop: opinions, a topic of them, chosen.
    first.wait_text("今天到期").await?;
    for said in ["西门电瓶车停得乱", "电瓶车占了消防通道"] {
        first.press_control("n").await?;
        first.wait_text("快速登记").await?;
        first.press(said).await?;
        keys(&first, &[ENTER, "6", ENTER, ENTER]).await?;
        first.wait_text("已保存：登记民意").await?;
        first.press(ESCAPE).await?;
    }
    first.enter_on("议事会").await?;
    first.wait_text("记了 2 条").await?;
    opens(&first, "二、确定议题").await?;
    for said in ["西门电瓶车停得乱", "电瓶车占了消防通道"] {
        first.tab_to(said).await?;
        first.press(" ").await?;
    }
    first.enter_on("把选中的 2 条立为议题").await?;
    first.key_into("议题名称", "关于西门电瓶车停放的规定").await?;
    first.enter_on("立为议题").await?;
    first.wait_text("2 条民意").await?;
    first.enter_on("确定上会").await?;
    keys(&first, &[ENTER, ENTER]).await?;
    first.wait_text("已确定").await?;
    let up = sends(&first, "导出数据包", "上旬.xinghuo").await?;

    // The office takes it in and hands it to the second laptop.
    takes(&office, &[&up]).await?;
    let down = sends(&office, "给翠湖雅苑导出数据包，家里的电脑", "给家里.xinghuo").await?;

    // Second laptop: the meeting, from the notice to printed minutes.
    takes(&second, &[&down]).await?;
    second.enter_on("议事会").await?;
    second.wait_text("确定议题 1 个").await?;
    opens(&second, "三、协商讨论").await?;
    second.enter_on("安排会议").await?;
    second.key_into("哪天开", "今天").await?;
    second.key_into("地点", "党群服务站").await?;
    second.key_into("主持人", "林书记").await?;
    second.key_into("记录人", "何干事").await?;
    second.enter_on("安排好这次会议").await?;
    second.wait_text("还没有发通知").await?;
    second.enter_on("已发通知").await?;
    second.enter_on("记下").await?;
    second.wait_text("已发通知。").await?;
    second.enter_on("全屏签到").await?;
    second.wait_text("回本月页面").await?;
    second.wait_text("未达到法定人数").await?;
    for (_, name) in &crate::council::DELEGATES[..5] {
        second.tab_to_in(&format!("{name}到会情况"), "到会").await?;
        second.press(ENTER).await?;
        second.wait_pressed(&format!("{name}到会情况"), "到会").await?;
    }
    second.wait_text("实到 5 人，达到法定人数").await?;
    second.press_control(ENTER).await?;
    second.wait_text("还没有记发言").await?;
    second.key_into("谁发言", "罗建").await?;
    second.wait_text("物业企业").await?;
    second.press(ENTER).await?;
    second.press("西门边上可以划二十个车位。").await?;
    second.press_control(ENTER).await?;
    second.wait_text("物业企业 罗建华").await?;
    second.tab_to("发言").await?;
    keys(&second, &[RIGHT, ENTER]).await?;
    second.wait_text("章志远").await?;
    keys(&second, &["1", "1", "1", "2", "1"]).await?;
    second.press(ENTER).await?;
    second.wait_text("议定了什么").await?;
    second.key_into("议定了什么", "西门外划二十个电瓶车位。").await?;
    second.key_choice("责任方", "物业企业").await?;
    second.enter_on("记下议定").await?;
    second.wait_text("物业企业 罗建华，").await?;
    second.press_control(ENTER).await?;
    second.enter_on("散会，看纪要").await?;
    second.wait_long("对照会上说的看一遍").await?;
    // Three keys from the end of the meeting to the paper, nothing typed: who checks, checked and final, printed.
    second.press_control(ENTER).await?;
    second.wait_text("核稿并定稿").await?;
    second.press(ENTER).await?;
    second.wait_long("已定稿，共").await?;
    let pdf = second.will_save("纪要.pdf")?;
    second.press_control("p").await?;
    second.wait_file(&pdf).await?;
    second.press(ESCAPE).await?;
    let up = sends(&second, "导出数据包", "中旬.xinghuo").await?;

    // Back to the first laptop through the office: carried out, checked, reported back.
    takes(&office, &[&up]).await?;
    let down = sends(&office, "给翠湖雅苑导出数据包，支部的电脑", "给支部.xinghuo").await?;
    takes(&first, &[&down]).await?;
    first.enter_on("议事会").await?;
    first.wait_text("1 件事项，1 件未完成").await?;
    opens(&first, "四、事项落实").await?;
    first.enter_on("办完了").await?;
    first.press("车位划好了。").await?;
    first.enter_on("记为办完").await?;
    first.wait_text("已完成").await?;
    opens(&first, "五、监督反馈").await?;
    first.enter_on("记反馈").await?;
    first.key_into("反馈给谁", "提意见的几户").await?;
    first.enter_on("记下反馈").await?;
    first.wait_text("已按时反馈").await?;
    let up = sends(&first, "导出数据包", "月底.xinghuo").await?;

    // The office reads the month as the branch has it, and changes nothing in it.
    takes(&office, &[&up]).await?;
    office.enter_on("总览").await?;
    office.wait_text("翠湖雅苑").await?;
    office.shot("keyboard-office").await?;
    office.enter_on("翠湖雅苑").await?;
    office.wait_text("今天到期").await?;
    office.enter_on("议事会").await?;
    office.wait_text("这里只看不改").await?;
    office.wait_text("办完 1 件，已反馈 1 件").await?;
    assert!(office.tab_to("安排会议").await.is_err(), "the office plans no meeting");
    first.close().await?;
    second.close().await?;
    office.close().await
}
