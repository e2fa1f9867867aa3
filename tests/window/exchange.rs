//! Branch and office: joining, bundles there and back, what both sides wrote differently.

use serde_json::{Value, json};

use xinghuo_tests::{Page, Place, Tried};

use crate::axe;

#[tokio::test]
async fn a_branch_joins_its_office_and_both_exchange_bundles() -> Tried {
    let branch = Page::unlocked(Place::branch()?).await?;
    let office = Page::unlocked(Place::office()?).await?;

    // Joining: a file each way, and two fingerprints read aloud.
    branch.click_in("页面", "交换").await?;
    let request = branch.will_save("入网.xinghuo-join")?;
    branch.click_text("存入网申请").await?;
    branch.wait_file(&request).await?;
    let branch_says = branch.text(".groups").await?;
    branch.shot("exchange-join").await?;
    assert_eq!(axe::violations(&branch).await?, Vec::<String>::new());
    office.wait_text("还没有小区").await?;
    office.shot("overview-empty").await?;
    office.click_in("页面", "交换").await?;
    office.will_pick(&[&request])?;
    office.click_text("打开入网申请").await?;
    office.wait_text("翠湖雅苑").await?;
    let office_says = office.text(".groups").await?;
    office.type_into("对方念的指纹", "11111 11111 11111 11111 11111 11111").await?;
    office.wait_text("和申请里的指纹不一样").await?;
    office.type_into("对方念的指纹", &branch_says).await?;
    office.wait_text("和申请里的指纹一致").await?;
    office.shot("exchange-admit").await?;
    let welcome = office.will_save("欢迎.xinghuo")?;
    office.click_text("收下，存欢迎包").await?;
    office.wait_file(&welcome).await?;
    branch.will_pick(&[&welcome])?;
    branch.click_text("选择欢迎包").await?;
    branch.wait_text("已选：").await?;
    branch.type_into("社区的指纹", &office_says).await?;
    branch.click_text("指纹一致，入网").await?;
    branch.wait_text("给东湖社区").await?;
    branch.shot("exchange-joined").await?;

    // There: the same bundle twice, once renamed by a chat program.
    let bundle = branch.will_save("翠湖雅苑.xinghuo")?;
    branch.click_text("导出数据包").await?;
    branch.wait_text("对方回执以前").await?;
    branch.shot("exchange-sent").await?;
    let renamed = bundle.with_file_name("翠湖雅苑(1).xinghuo.zip");
    std::fs::copy(&bundle, &renamed)?;
    let broken = bundle.with_file_name("坏的.xinghuo");
    std::fs::write(&broken, "不是数据包")?;
    office.will_pick(&[&bundle, &renamed, &broken])?;
    office.click_text("选择收到的文件").await?;
    office.wait_text("没有收下").await?;
    office.wait_text("翠湖雅苑(1).xinghuo.zip").await?;
    office.shot("exchange-received").await?;
    assert_eq!(axe::violations(&office).await?, Vec::<String>::new());

    // And back: the receipt.
    let receipt = office.will_save("回执.xinghuo")?;
    office.click_text("导出数据包").await?;
    office.wait_file(&receipt).await?;
    branch.will_pick(&[&receipt])?;
    branch.click_text("选择收到的文件").await?;
    branch.wait_text("已收下").await?;
    branch.wait_text("改动都已送出").await?;
    branch.shot("exchange-receipt").await?;
    branch.close().await?;
    office.close().await
}

#[tokio::test]
async fn what_two_laptops_wrote_differently_is_decided_side_by_side() -> Tried {
    let (office, branch) = (Place::office()?, Place::branch()?);
    let request = branch.ask(json!({
        "ask": "add_request", "accepted_on": chrono::Local::now().date_naive(), "category": "repairs", "source": "visit", "urgency": "normal",
        "requester": null, "place": "2幢1单元", "text": "单元门关不上", "handler": null, "due_on": null,
    }))?;
    joins(&branch, &office)?;
    let other = branch.carried()?;
    // Carried to another computer the home has keys of its own, which the office admits too.
    joins(&other, &office)?;
    for (laptop, handler) in [(&branch, "章志远"), (&other, "罗建华")] {
        edits(laptop, &request["id"], handler)?;
        let bundle = office.folder().join(format!("{handler}.xinghuo"));
        exports(laptop, &bundle)?;
        office.ask(json!({ "ask": "import", "paths": [bundle] }))?;
    }

    let page = Page::unlocked(office).await?;
    page.wait_text("核对").await?;
    page.click_in("页面", "核对").await?;
    page.wait_text("两边不一样").await?;
    page.wait_text("章志远").await?;
    page.wait_text("罗建华").await?;
    page.shot("conflicts").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.click_text("选左边").await?;
    page.wait_text("没有要核对的").await?;
    page.shot("conflicts-none").await?;
    page.close().await
}

/// Through the desks, as the journey above does in the windows.
pub fn joins(branch: &Place, office: &Place) -> Tried {
    let (request, welcome) = (branch.folder().join("入网.xinghuo-join"), branch.folder().join("欢迎.xinghuo"));
    let fingerprint = |place: &Place| -> Tried<Value> { Ok(place.ask(json!({ "ask": "exchange" }))?["fingerprint"].clone()) };
    branch.ask(json!({ "ask": "join_request", "path": request }))?;
    office.ask(json!({ "ask": "admit", "path": request, "fingerprint": fingerprint(branch)?, "out": welcome }))?;
    branch.ask(json!({ "ask": "welcome", "path": welcome, "fingerprint": fingerprint(office)? }))?;
    Ok(())
}

fn edits(branch: &Place, request: &Value, handler: &str) -> Tried {
    branch.ask(json!({
        "ask": "edit_request", "id": request, "category": "repairs", "urgency": "normal", "requester": null, "place": "2幢1单元",
        "text": "单元门关不上", "handler": handler, "due_on": chrono::Local::now().date_naive() + chrono::Days::new(9),
    }))?;
    Ok(())
}

pub fn exports(branch: &Place, bundle: &std::path::Path) -> Tried {
    let view = branch.ask(json!({ "ask": "exchange" }))?;
    branch.ask(json!({ "ask": "export", "audience": view["partners"][0]["key"], "path": bundle }))?;
    Ok(())
}
