//! One month of the loop: opinions, topic, meeting, minutes, task, report back; and the papers of it.

use serde_json::json;

use xinghuo_tests::{ENTER, ESCAPE, Page, Place, Size, Tried};

use crate::axe;

pub const DELEGATES: [(&str, &str); 6] = [
    ("community", "章志远"),
    ("owners", "何素琴"),
    ("property", "罗建华"),
    ("society", "梅晓岚"),
    ("residents", "卢根生"),
    ("residents", "蒋月娥"),
];

pub fn with_delegates() -> Tried<Place> {
    let place = Place::branch()?;
    let people = DELEGATES.map(|(party, name)| {
        json!({ "ask": "save_delegate", "id": null, "party": party, "name": name, "person": null, "unit": null, "title": null, "since": "2020-01-01", "until": null })
    });
    place.asks(people.to_vec())?;
    Ok(place)
}

#[tokio::test]
async fn a_month_goes_from_opinions_to_the_report_back() -> Tried {
    let page = Page::unlocked(with_delegates()?).await?;
    page.click_in("页面", "议事会").await?;

    // Opinions, then a topic of them.
    page.click_text("记一条民意").await?;
    for said in ["西门电瓶车停得乱，轮椅过不去", "电瓶车占了消防通道"] {
        page.type_into("说了什么", said).await?;
        page.click_text("设施修缮").await?;
        page.press_control("s").await?;
        page.wait_text("已保存：登记民意").await?;
    }
    page.press(ESCAPE).await?;
    page.click_text("二、确定议题").await?;
    page.click_text("西门电瓶车停得乱").await?;
    page.click_text("电瓶车占了消防通道").await?;
    page.click_text("把选中的 2 条立为议题").await?;
    page.type_into("议题名称", "关于西门电瓶车停放的规定").await?;
    page.click_in("立为议题", "立为议题").await?;
    page.wait_text("2 条民意").await?;
    page.click_text("确定上会").await?;
    page.press(ENTER).await?;
    page.click_in("确定上会", "确定上会").await?;
    page.wait_text("已确定").await?;
    page.shot("council-topic").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());

    // The meeting: refused without quorum, then opened.
    page.click_text("安排会议").await?;
    page.type_into("哪天开", "今天").await?;
    page.type_into("地点", "党群服务站").await?;
    page.type_into("记录人", "何素琴").await?;
    page.click_text("安排好这次会议").await?;
    page.wait_text("等发通知").await?;
    page.click_text("请物业企业").await?;
    page.wait_long("回执撕下来交回").await?;
    page.shot("invitation").await?;
    page.click_text("回议事会").await?;
    page.click_text("已发通知").await?;
    page.click_text("记下").await?;
    page.wait_text("已发通知。").await?;
    page.click_text("全屏签到").await?;
    page.wait_text("回本月页面").await?;
    page.wait_text("未达到法定人数").await?;
    assert!(page.is_disabled("开会").await?, "no meeting without a quorum");
    page.shot("sign-in").await?;
    for (_, name) in &DELEGATES[..5] {
        page.click_in(&format!("{name}到会情况"), "到会").await?;
        page.wait_pressed(&format!("{name}到会情况"), "到会").await?;
    }
    page.wait_text("实到 5 人，达到法定人数").await?;
    page.click_text("开会").await?;

    // The meeting itself: a speech, a vote by keys, what was agreed.
    page.wait_text("还没有记发言").await?;
    page.type_into("谁发言", "罗建").await?;
    page.press(ENTER).await?;
    page.type_into("说了什么", "西门边上可以划二十个车位。").await?;
    page.press_control(ENTER).await?;
    page.wait_text("物业企业 罗建华").await?;
    page.shot("meeting-speech").await?;
    page.click_text("表决").await?;
    page.wait_text("章志远").await?;
    for key in ["1", "1", "1", "2"] {
        page.press(key).await?;
    }
    page.shot("meeting-vote").await?;
    page.press("1").await?;
    page.press(ENTER).await?;
    page.wait_text("议定了什么").await?;
    page.type_into("议定了什么", "西门外划二十个电瓶车位，消防通道不许停。").await?;
    page.choose("责任方", "物业企业").await?;
    page.click_text("记下议定").await?;
    page.wait_text("物业企业 罗建华，").await?;
    page.shot("meeting-agreed").await?;
    page.press_control(ENTER).await?;
    page.click_text("散会，看纪要").await?;

    // The minutes: looked at, made final, printed.
    page.wait_long("草稿，共").await?;
    page.shot("minutes-draft").await?;
    assert!(page.count("figure img").await? == 1, "the page is seen");
    page.press_control(ENTER).await?;
    page.click_in_dialog("只核稿，先不定稿").await?;
    page.wait_long("已经核稿").await?;
    page.shot("minutes-checked").await?;
    page.press_control(ENTER).await?;
    page.click_in_dialog("定稿").await?;
    page.wait_long("已定稿，共").await?;
    let pdf = page.will_save("纪要.pdf")?;
    page.click_text("存为 PDF").await?;
    page.wait_file(&pdf).await?;
    let word = page.will_save("纪要.docx")?;
    page.click_text("存为 Word").await?;
    page.wait_file(&word).await?;
    page.wait_text("校验 ").await?;
    page.shot("minutes-final").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    // A mistake is found: the final edition stays, a correction is opened with its reason.
    page.click_text("出更正版").await?;
    page.click_in_dialog("开始更正").await?;
    page.wait_text("这一项要填写").await?;
    page.type_into("哪里有错", "漏记了费用由谁出").await?;
    page.shot("minutes-correct").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.click_in_dialog("开始更正").await?;
    page.wait_long("更正版的草稿").await?;
    page.press_control(ENTER).await?;
    page.click_in_dialog("只核稿，先不定稿").await?;
    page.wait_long("已经核稿").await?;
    page.press_control(ENTER).await?;
    page.click_in_dialog("定稿").await?;
    page.wait_long("已定稿，共").await?;
    page.wait_text("第 2 版").await?;
    page.shot("minutes-corrected").await?;
    page.click_text("第 1 版").await?;
    page.wait_long("后来已经更正").await?;
    page.shot("minutes-first-edition").await?;
    page.click_text("回议事会").await?;
    page.click_text("签到表").await?;
    page.wait_long("打印出来请到会的人签字").await?;
    page.shot("sign-in-sheet").await?;
    page.click_text("回议事会").await?;

    // The task and the report back.
    page.click_text("四、事项落实").await?;
    page.click_text("办完了").await?;
    page.type_into("办成什么样", "车位划好了，通道清空了。").await?;
    page.click_text("记为办完").await?;
    page.wait_text("已完成").await?;
    page.shot("task-done").await?;
    page.click_text("督办单").await?;
    page.wait_long("下半截的回执签字后撕下来留底").await?;
    page.shot("task-slip").await?;
    page.click_text("回议事会").await?;
    page.wait_text("已完成").await?;
    // Checked by somebody; without a name it is asked for.
    page.click_text("核验通过").await?;
    page.click_in("核验通过", "记为核验通过").await?;
    page.wait_text("请写明是谁去核验的").await?;
    page.type_into("谁去核验的", "卢根生").await?;
    page.press(ENTER).await?;
    page.click_in("核验通过", "记为核验通过").await?;
    page.wait_text("核验 卢根生").await?;
    page.shot("task-verified").await?;
    page.click_text("五、监督反馈").await?;
    page.click_text("记反馈").await?;
    page.type_into("反馈给谁", "提意见的几户").await?;
    page.click_text("记下反馈").await?;
    page.wait_text("已按时反馈").await?;
    page.shot("council-done").await?;
    page.close().await
}

#[tokio::test]
async fn all_residents_are_called_counted_as_a_whole_and_vote_by_hands() -> Tried {
    let place = Place::branch()?;
    let today = chrono::Local::now().format("%Y-%m-%d").to_string();
    let topic = json!({ "ask": "add_topic", "month": today[..7], "title": "关于居民公约", "opinions": [], "benefit": true, "owner_matter": null, "sponsor": "章志远" });
    let topic = place.asks(vec![topic])?[0]["id"].clone();
    place.ask(json!({ "ask": "decide_topic", "id": topic, "to": "chosen", "on": today, "reason": "居民关心" }))?;
    let page = Page::unlocked(place).await?;
    page.click_in("页面", "议事会").await?;
    page.click_text("三、协商讨论").await?;
    page.click_text("安排会议").await?;
    page.type_into("哪天开", "今天").await?;
    page.type_into("地点", "中心广场").await?;
    page.type_into("记录人", "何素琴").await?;
    page.choose("会议类型", "居民会议").await?;
    page.click_text("安排好这次会议").await?;
    page.wait_text("请写明应到多少人（户）").await?;
    page.type_into("应到多少户", "480").await?;
    page.type_into("多少户提议召开", "９６").await?;
    page.shot("assembly-plan").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.click_text("安排好这次会议").await?;
    page.wait_text("达到应当召集的五分之一").await?;
    page.click_text("会议通知").await?;
    page.wait_long("第 1 页，共 1 页").await?;
    page.shot("assembly-notice").await?;
    page.click_text("回议事会").await?;

    // Half is not enough; nobody is asked who came.
    page.click_text("全屏开会").await?;
    page.wait_text("回本月页面").await?;
    page.type_into("实到多少户", "240").await?;
    page.press(ENTER).await?;
    page.wait_text("未达到法定人数（需 241 户）").await?;
    assert!(page.is_disabled("开会").await?, "no assembly of half of them");
    page.type_into("实到多少户", "300").await?;
    page.press(ENTER).await?;
    page.wait_text("实到 300 户，达到法定人数").await?;
    page.shot("assembly-count").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.press_control(ENTER).await?;
    page.wait_text("还没有记发言").await?;
    page.click_text("表决").await?;
    assert_eq!(page.value("在场表决人数").await?, "300");
    for (choice, hands) in [("同意", "260"), ("反对", "30"), ("弃权", "10")] {
        page.type_into(choice, hands).await?;
    }
    page.click_text("记下表决").await?;
    page.wait_text("议定了什么").await?;
    page.shot("assembly-voted").await?;
    page.text_size(Size::Double).await?;
    assert!(!page.is_too_wide().await?, "in the largest text");
    page.text_size(Size::Standard).await?;
    page.type_into("议定了什么", "通过居民公约，自下月起施行。").await?;
    page.click_text("无需落实").await?;
    page.click_text("记下议定").await?;
    page.wait_text("已保存：记录议定事项").await?;
    page.press_control(ENTER).await?;
    page.click_text("散会，看纪要").await?;
    page.wait_long("草稿，共").await?;
    page.press_control(ENTER).await?;
    page.wait_text("核稿并定稿").await?;
    page.press(ENTER).await?;
    page.wait_long("已定稿，共").await?;
    page.shot("assembly-minutes").await?;
    let pdf = page.will_save("居民会议纪要.pdf")?;
    page.press_control("p").await?;
    page.wait_file(&pdf).await?;
    page.click_text("回议事会").await?;
    page.click_text("签到表").await?;
    page.wait_long("打印出来请到会的人签字").await?;
    page.shot("assembly-sheet").await?;
    page.close().await
}
