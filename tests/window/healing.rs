//! What heals an exchange, in the windows of both sides: asking for what is missing, answering,
//! the receipt on paper, the audit.

use serde_json::json;

use xinghuo_bundle::Keys;
use xinghuo_tests::{PASSPHRASE, Page, Place, Size, Tried};

use crate::axe;
use crate::exchange::{exports, joins};

/// Notes one change as not understood, as a block of a newer version is noted.
fn notes_something_newer(place: &Place) -> Tried {
    let keys = Keys::unlock(&std::fs::read_to_string(place.home().join("keys.json"))?, PASSPHRASE)?;
    let hex: String = keys.file_key().iter().map(|byte| format!("{byte:02x}")).collect();
    let store = rusqlite::Connection::open(place.home().join("xinghuo.db"))?;
    store.pragma_update(None, "key", format!("x'{hex}'"))?;
    store.execute("INSERT INTO unknown VALUES(1, 1, 0)", [])?;
    Ok(())
}

/// A branch, and its office as it was before it took in the branch's first bundle, with the second.
fn apart() -> Tried<(Place, Place)> {
    let (office, branch) = (Place::office()?, Place::branch()?);
    joins(&branch, &office)?;
    let old = office.again()?;
    let add = |text: &str| {
        json!({ "ask": "add_request", "accepted_on": chrono::Local::now().date_naive(), "category": "repairs", "source": "visit",
            "urgency": "normal", "requester": null, "place": "2幢1单元", "text": text, "handler": null, "due_on": null })
    };
    let file = office.folder().join("来往.xinghuo");
    branch.ask(add("单元门关不上"))?;
    exports(&branch, &file)?;
    office.ask(json!({ "ask": "import", "paths": [file] }))?;
    exports(&office, &file)?;
    branch.ask(json!({ "ask": "import", "paths": [file] }))?;
    branch.ask(add("楼道灯坏了"))?;
    exports(&branch, &file)?;
    old.ask(json!({ "ask": "import", "paths": [file] }))?;
    Ok((branch, old))
}

#[tokio::test]
async fn what_is_missing_is_asked_for_and_given_and_the_store_is_audited() -> Tried {
    let (branch, office) = apart()?;
    notes_something_newer(&office)?;
    let office = Page::unlocked(office).await?;
    office.click_in("页面", "交换").await?;
    office.wait_text("还缺一些").await?;
    office.wait_text("需要更新版本").await?;
    office.click_text("请对方补发").await?;
    office.wait_text("发给对方的话").await?;
    let text = office.value("发给对方的话").await?;
    assert!(text.contains("支部的电脑的第 1") && text.contains("XH1-"), "{text}");
    assert_eq!(office.count("figure svg path").await?, 1);
    office.run("document.querySelector('.held').scrollIntoView()", vec![]).await?;
    office.shot("want").await?;
    assert_eq!(axe::violations(&office).await?, Vec::<String>::new());
    office.text_size(Size::Double).await?;
    assert!(!office.is_too_wide().await?, "in the largest text");
    office.run("document.querySelector('.held figure').scrollIntoView()", vec![]).await?;
    office.shot("want-double").await?;
    office.text_size(Size::Standard).await?;
    let picture = office.will_save("要补.svg")?;
    office.click_text("二维码存成图片").await?;
    office.wait_file(&picture).await?;

    // The other side gets the line as somebody typed it.
    let branch = Page::unlocked(branch).await?;
    branch.click_in("页面", "交换").await?;
    branch.wait_text("帮对方补记录").await?;
    branch.click_text("帮对方补记录").await?;
    branch.type_into("对方发来的话", "没有这样的一行").await?;
    branch.click_text("看看这里有没有").await?;
    branch.wait_text("这段话里没有要补的记录").await?;
    let line = text.lines().last().unwrap_or_default().to_lowercase();
    branch.type_into("对方发来的话", &line).await?;
    branch.click_text("看看这里有没有").await?;
    branch.wait_text("这里有。").await?;
    branch.run("document.querySelector('.answer').scrollIntoView()", vec![]).await?;
    branch.shot("answer").await?;
    assert_eq!(axe::violations(&branch).await?, Vec::<String>::new());
    let answer = branch.will_save("补.xinghuo")?;
    branch.click_text("写补记录的数据包").await?;
    branch.wait_file(&answer).await?;

    office.will_pick(&[&answer])?;
    office.click_text("选择收到的文件").await?;
    office.wait_text("已收下").await?;
    office.wait_gone("还缺一些").await?;
    // The note that was planted is nothing the log says, and the audit says so; the branch's store is sound.
    for (page, words, shot) in [(&office, "“合并状态”表有 1 行和日志不一致", "audit-problem"), (&branch, "没有发现问题", "audit")]
    {
        page.click_text("核查全部数据").await?;
        page.wait_text(words).await?;
        page.run("document.querySelector('.report').scrollIntoView()", vec![]).await?;
        page.shot(shot).await?;
        assert_eq!(axe::violations(page).await?, Vec::<String>::new());
        page.text_size(Size::Double).await?;
        assert!(!page.is_too_wide().await?, "in the largest text");
        page.run("document.querySelector('.report').scrollIntoView()", vec![]).await?;
        page.shot(&format!("{shot}-double")).await?;
        page.text_size(Size::Standard).await?;
    }

    // The receipt for whoever brought the file.
    office.click_text("回执单").await?;
    office.wait_text("半张 A4 大小").await?;
    office.shot("receipt-slip").await?;
    assert_eq!(axe::violations(&office).await?, Vec::<String>::new());
    let paper = office.will_save("回执单.pdf")?;
    office.press_control("p").await?;
    office.wait_file(&paper).await?;
    office.press(xinghuo_tests::ESCAPE).await?;
    office.wait_text("来往记录").await?;
    branch.close().await?;
    office.close().await
}
