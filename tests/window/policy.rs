//! The pack of numbers (制度参数) that an office issues, the three ills as figures, and what goes on in the next month.

use serde_json::json;

use xinghuo_tests::{ENTER, Page, Place, Size, Tried};

use crate::axe;

#[tokio::test]
async fn the_office_issues_new_numbers_by_keyboard_and_sees_from_when_they_hold() -> Tried {
    let page = Page::unlocked(Place::demo_office().await?).await?;
    page.wait_text("6 个小区").await?;
    page.click_in("页面", "制度").await?;
    page.wait_text("现在按程序自带参数").await?;
    page.wait_text("还没有发布过").await?;
    page.shot("policy-none").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());

    page.press_control(ENTER).await?;
    page.wait_text("从哪个月起").await?;
    page.shot("policy-form").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    // Without a name it is refused beside the button, and nothing is lost.
    page.type_into("办完后几天内反馈", "2").await?;
    page.click_in("发布新的参数", "起用").await?;
    page.wait_text("依据还没有填写").await?;
    page.type_into("依据", "星岩社区议事办法（试行）").await?;
    page.click_in("发布新的参数", "起用").await?;
    page.wait_text("第 1 版“星岩社区议事办法（试行）”").await?;
    page.wait_text("还没到").await?;
    page.click_text("看看").await?;
    page.wait_text("办完后 2 天内").await?;
    page.shot("policy-issued").await?;
    page.text_size(Size::Double).await?;
    assert!(!page.is_too_wide().await?, "in the largest text");
    page.shot("policy-issued-double").await?;
    page.close().await
}

#[tokio::test]
async fn the_three_ills_open_the_rows_behind_them() -> Tried {
    let page = Page::unlocked(Place::demo_branch().await?).await?;
    page.wait_text("遇事有回音").await?;
    page.shot("today-ills").await?;
    page.click_in("三个老毛病", "遇事有回音").await?;
    page.wait_text("做到没有").await?;
    page.shot("ills-branch").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.click_in("三个老毛病", "议定就落实").await?;
    page.click_text("全部").await?;
    page.wait_text("已落实").await?;
    page.shot("ills-carried-out").await?;
    page.text_size(Size::Double).await?;
    assert!(!page.is_too_wide().await?, "in the largest text");
    page.shot("ills-double").await?;
    page.close().await
}

#[tokio::test]
async fn the_office_reads_the_three_ills_of_all_compounds_and_opens_one() -> Tried {
    let page = Page::unlocked(Place::demo_office().await?).await?;
    page.wait_text("遇事有回音").await?;
    page.click_in("三个老毛病", "大家的事大家定").await?;
    page.wait_text("各小区").await?;
    page.shot("ills-office").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.run("document.querySelector('[aria-label=\"各小区\"] tbody tr').click()", vec![]).await?;
    page.wait_gone("各小区").await?;
    page.wait_text("今日").await?;
    page.close().await
}

/// A matter of the owners whose council has advised.
fn with_owners_matter() -> Tried<Place> {
    let place = Place::branch()?;
    let today = chrono::Local::now().format("%Y-%m-%d").to_string();
    let month = today[..7].to_owned();
    let delegate = json!({ "ask": "save_delegate", "id": null, "party": "property", "name": "罗建华", "person": null, "unit": null, "title": null, "since": "2020-01-01", "until": null });
    let topic = json!({ "ask": "add_topic", "month": month, "title": "关于公共收益车位", "opinions": [], "benefit": true, "owner_matter": "common_use", "sponsor": "章志远" });
    let saved = place.asks(vec![delegate, topic])?;
    let id = |at: usize| saved[at]["id"].clone();
    let meeting = place.asks(vec![
        json!({ "ask": "decide_topic", "id": id(1), "to": "chosen", "on": today, "reason": "居民关心" }),
        json!({ "ask": "plan_meeting", "month": month, "kind": "council", "held_at": format!("{today}T00:01:00+08:00"), "place": "议事厅", "chair": "陈书记", "recorder": "林干事", "agenda": [] }),
    ])?[1]["id"]
        .clone();
    place.asks(vec![
        json!({ "ask": "sign_in", "meeting": meeting, "delegate": id(0), "presence": "present", "name": null, "note": null }),
        json!({ "ask": "open_meeting", "id": meeting }),
        json!({ "ask": "record_vote", "meeting": meeting, "topic": id(1), "method": "hands", "present": 1, "yes": 1, "no": 0, "abstain": 0, "recused": 0, "ballots": [] }),
        json!({ "ask": "close_meeting", "id": meeting }),
    ])?;
    Ok(place)
}

#[tokio::test]
async fn the_owners_vote_is_typed_as_totals_and_judged_before_it_is_kept() -> Tried {
    let page = Page::unlocked(with_owners_matter()?).await?;
    page.click_in("页面", "议事会").await?;
    page.click_text("二、确定议题").await?;
    page.click_text("登记业主表决").await?;
    for (label, typed) in [
        ("业主总人数", "300"),
        ("参与的人数", "210"),
        ("同意的人数", "170"),
        ("专有部分总面积（平方米）", "31200.50"),
        ("参与的面积", "21000"),
        ("同意的面积", "15600"),
    ] {
        page.type_into(label, typed).await?;
    }
    page.press(ENTER).await?;
    page.wait_text("业主不同意").await?;
    page.shot("owners-vote").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.type_into("同意的面积", "15750").await?;
    page.press(ENTER).await?;
    page.wait_text("业主同意").await?;
    page.click_text("记下业主表决").await?;
    page.wait_text("计票").await?;
    page.shot("owners-voted").await?;
    page.text_size(Size::Double).await?;
    assert!(!page.is_too_wide().await?, "in the largest text");
    page.close().await
}

#[tokio::test]
async fn a_topic_goes_on_in_the_next_month_with_where_it_came_from() -> Tried {
    let page = Page::unlocked(Place::branch()?).await?;
    page.click_in("页面", "议事会").await?;
    page.click_text("二、确定议题").await?;
    page.click_text("直接提一个议题").await?;
    page.type_into("议题名称", "关于门口公交候车亭").await?;
    page.type_into("提出人", "章志远").await?;
    page.click_in("立为议题", "立为议题").await?;
    page.wait_text("候选").await?;
    page.click_text("结转到下月").await?;
    page.type_into("理由", "等交通部门答复").await?;
    page.click_in("结转到下月", "结转到下月").await?;
    page.wait_text("接着议").await?;
    page.shot("council-carried-on").await?;
    page.click_text("接着议").await?;
    page.wait_text("以前月份结转来的").await?;
    page.shot("council-carried").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.close().await
}

#[tokio::test]
async fn a_body_that_resigned_is_said_where_its_delegates_are_asked_for() -> Tried {
    let page = Page::unlocked(Place::branch()?).await?;
    page.click_in("页面", "议事会").await?;
    page.click_text("业委会现在怎样").await?;
    page.choose("现在怎样", "集体辞职").await?;
    page.type_into("说明", "街道正在组织补选").await?;
    page.press(ENTER).await?;
    page.wait_text("起：街道正在组织补选").await?;
    page.shot("body-resigned").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.text_size(Size::Double).await?;
    assert!(!page.is_too_wide().await?, "in the largest text");
    page.close().await
}
