//! Attachments (附件): filed on a request, looked at large, saved, removed; and nothing else comes
//! through the way their pictures take.

use serde_json::{Value, json};
use xinghuo_tests::{DOWN, ESCAPE, PASSPHRASE, Page, Place, Size, Tried, root};

use crate::axe;

/// Right, in WebDriver's words.
const RIGHT: &str = "\u{e014}";

#[tokio::test]
async fn photos_are_filed_on_a_request_looked_at_large_saved_and_taken_away() -> Tried {
    let branch = Place::branch()?;
    let today = chrono::Local::now().date_naive();
    let request = branch.ask(json!({
        "ask": "add_request", "accepted_on": today, "category": "repairs", "source": "visit", "urgency": "normal",
        "requester": null, "place": "2幢1单元", "text": "单元门口积水，老人出门要绕行", "handler": null, "due_on": null,
    }))?;
    branch.ask(
        json!({ "ask": "add_opinion", "on": today, "source": "visit", "category": "repairs", "text": "门口一下雨就积水", "person": null }),
    )?;
    let page = Page::unlocked(branch).await?;
    page.wait_text("翠湖雅苑").await?;
    page.go(&format!("#/requests/{}", request["id"].as_str().unwrap_or_default())).await?;
    page.wait_text("附照片、文件").await?;
    page.shot("files-none").await?;

    let pictures = root().join("assets/pictures");
    let photos: Vec<_> = ["today.png", "council.png", "minutes.png"].iter().map(|name| pictures.join(name)).collect();
    let paper = page.folder().join("物业关于雨水管改造的答复（第二次，附报价）.pdf");
    std::fs::write(&paper, pdf())?;
    let wrong = page.folder().join("网页.jpg");
    std::fs::write(&wrong, "<script>alert(1)</script>")?;
    page.will_pick(&[&photos[0], &photos[1], &photos[2], &paper, &wrong])?;
    page.click_text("附照片、文件").await?;
    page.wait_text("只能添加照片").await?;
    page.wait_text("再加照片、文件").await?;
    assert_eq!(page.count("button.tile").await?, 4, "what was filed before the wrong one stays");
    wait_pictures(&page, "button.tile img", 3).await?;
    page.shot("files-strip").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());

    page.click_text("打开附件 today").await?;
    page.wait_text("第 1 份，共 4 份").await?;
    wait_pictures(&page, ".viewer img", 1).await?;
    page.shot("files-large").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.press(RIGHT).await?;
    page.wait_text("第 2 份，共 4 份").await?;
    wait_pictures(&page, ".viewer img", 1).await?;
    let saved = page.will_save("存出.jpg")?;
    page.click_text("另存").await?;
    page.wait_file(&saved).await?;
    page.wait_text("已另存").await?;
    page.press(RIGHT).await?;
    page.press(RIGHT).await?;
    page.wait_text("PDF 文件不在这里打开").await?;
    page.shot("files-pdf").await?;
    page.text_size(Size::Extra).await?;
    page.shot("files-pdf-extra").await?;
    page.press(ESCAPE).await?;
    page.wait_gone("第 4 份，共 4 份").await?;
    assert!(!page.is_too_wide().await?);
    page.shot("files-strip-extra").await?;
    page.text_size(Size::Standard).await?;

    page.click_text("打开附件 minutes").await?;
    page.wait_text("第 3 份，共 4 份").await?;
    page.click_text("移除").await?;
    page.wait_text("已保存：移除附件").await?;
    assert_eq!(page.count("button.tile").await?, 3);

    page.click_in("页面", "议事会").await?;
    page.click_text("1 条民意").await?;
    page.wait_text("门口一下雨就积水").await?;
    page.shot("files-opinion").await?;
    page.will_pick(&[&photos[0]])?;
    page.click_in("民意", "附照片、文件").await?;
    wait_pictures(&page, "button.tile img", 1).await?;
    page.shot("files-opinion-filed").await?;
    page.close().await
}

#[tokio::test]
async fn what_was_heard_is_written_down_with_a_photo_and_a_room_of_the_roster() -> Tried {
    let branch = Place::branch()?;
    for room in ["501", "502"] {
        branch.ask(json!({ "ask": "save_person", "id": null, "name": "章若兰", "building": "3", "unit": "2", "room": room, "relation": null, "sex": null,
            "birth": null, "phones": null, "occupancy": null, "party_member": null, "checked_in_on": null, "skills": null, "employer": null,
            "id_number": null, "note": null }))?;
    }
    let mut page = Page::unlocked(branch).await?;
    page.wait_text("翠湖雅苑").await?;
    let photo = root().join("assets/pictures/today.png");
    let wrong = page.folder().join("网页.jpg");
    std::fs::write(&wrong, "<script>alert(1)</script>")?;
    page.press_control("n").await?;
    page.wait_text("快速登记").await?;
    page.press("门口一下雨就积水").await?;
    page.will_pick(&[&photo, &wrong])?;
    page.press_control("o").await?;
    page.wait_text("网页.jpg").await?;
    page.type_into("什么地方", "3-2").await?;
    page.wait_text("3-2-502").await?;
    page.shot("quick-entry-rooms").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.press(DOWN).await?;
    page.press(DOWN).await?;
    assert_eq!(page.value("什么地方").await?, "3-2", "nothing is taken before Enter");
    page.click_text("设施修缮").await?;
    page.press_control("s").await?;
    page.wait_text("第 2 个附件：只能添加照片").await?;
    page.shot("quick-entry-refused").await?;

    // The draft is there again after a restart; the files themselves are asked for.
    page.restart().await?;
    page.unlock(PASSPHRASE).await?;
    page.wait_text("翠湖雅苑").await?;
    page.press_control("n").await?;
    page.wait_text("要重新选一次").await?;
    page.shot("quick-entry-lost").await?;
    page.click_text("不附了").await?;
    page.will_pick(&[&photo])?;
    page.press_control("o").await?;
    page.wait_text("today.png").await?;
    page.text_size(Size::Large).await?;
    page.shot("quick-entry-large").await?;
    page.text_size(Size::Standard).await?;
    page.press_control("s").await?;
    page.wait_text("已保存：登记民意").await?;
    page.press(ESCAPE).await?;
    page.go("#/council?step=gather").await?;
    page.wait_text("门口一下雨就积水").await?;
    wait_pictures(&page, "button.tile img", 1).await?;
    page.close().await
}

#[tokio::test]
async fn only_pictures_come_through_their_scheme() -> Tried {
    let branch = Place::branch()?;
    let request = branch.ask(json!({
        "ask": "add_request", "accepted_on": chrono::Local::now().date_naive(), "category": "repairs", "source": "visit", "urgency": "normal",
        "requester": null, "place": "", "text": "单元门口积水", "handler": null, "due_on": null,
    }))?;
    let paper = branch.folder().join("答复.pdf");
    std::fs::write(&paper, pdf())?;
    let photo =
        branch.ask(json!({ "ask": "add_attachment", "record": request["id"], "path": root().join("assets/pictures/today.png") }))?;
    let paper = branch.ask(json!({ "ask": "add_attachment", "record": request["id"], "path": paper }))?;
    let page = Page::unlocked(branch).await?;
    page.wait_text("翠湖雅苑").await?;
    let photo = photo["id"].as_str().unwrap_or_default().to_owned();
    assert_eq!(loads(&page, &format!("attachment://localhost/whole/{photo}")).await?, json!(true));
    for address in [
        format!("attachment://localhost/whole/{}", paper["id"].as_str().unwrap_or_default()),
        "attachment://localhost/whole/01932a40-0000-7000-8000-000000000000".to_owned(),
        "attachment://localhost/whole/../../keys.json".to_owned(),
        "attachment://localhost//etc/hostname".to_owned(),
    ] {
        assert_eq!(loads(&page, &address).await?, json!(false), "{address}");
    }
    page.close().await
}

/// Whether a picture of this address shows.
async fn loads(page: &Page, address: &str) -> Tried<Value> {
    let begin = "const one = new Image(); one.onload = () => { document.body.dataset.shows = String(one.naturalWidth > 0) };
        one.onerror = () => { document.body.dataset.shows = 'false' }; delete document.body.dataset.shows; one.src = arguments[0]; return null";
    page.run(begin, vec![json!(address)]).await?;
    for _ in 0..100 {
        let shows = page.run("return document.body.dataset.shows ?? null", vec![]).await?;
        if let Some(shows) = shows.as_str() {
            return Ok(json!(shows == "true"));
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Err(format!("{address}: neither shown nor refused").into())
}

/// Waits until so many pictures have come.
async fn wait_pictures(page: &Page, css: &str, many: usize) -> Tried {
    let look = "return [...document.querySelectorAll(arguments[0])].filter((e) => e.complete && e.naturalWidth > 0).length";
    for _ in 0..200 {
        if page.run(look, vec![json!(css)]).await? == json!(many) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let _ = page.shot("missing-pictures").await;
    Err(format!("not {many} pictures in {css}").into())
}

/// A PDF with nothing on it.
fn pdf() -> Vec<u8> {
    let body = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n";
    format!("{body}xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 >>\nstartxref\n{}\n%%EOF\n", body.len()).into_bytes()
}
