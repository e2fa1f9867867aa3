//! A secretary's day: first run, the roster, finding people, writing things down, seeing a case through.

use xinghuo_tests::{DOWN, ENTER, ESCAPE, F3, PASSPHRASE, Page, Place, Size, TAB, Tried};

use crate::axe;

#[tokio::test]
async fn a_secretary_starts_closes_and_comes_back_with_the_passphrase() -> Tried {
    let mut page = Page::open().await?;
    page.click_text("我是小区党支部").await?;
    for (label, text) in [
        ("区", "临江区"),
        ("街道", "望湖街道"),
        ("社区", "东湖社区"),
        ("小区", "翠湖雅苑"),
        ("您的姓名", "林书记"),
        ("这台电脑叫什么", "支部的电脑"),
    ] {
        page.type_into(label, text).await?;
    }
    page.type_into("口令", PASSPHRASE).await?;
    page.type_into("再打一次口令", "别的").await?;
    page.press(ENTER).await?;
    page.wait_text("两次打的口令不一样").await?;
    page.shot("first-run-branch").await?;
    page.type_into("再打一次口令", PASSPHRASE).await?;
    page.press(ENTER).await?;
    page.wait_text("先把居民名册放进来").await?;
    page.shot("today-empty").await?;

    page.restart().await?;
    page.unlock("猜的口令").await?;
    page.wait_text("口令不对").await?;
    page.shot("unlock-wrong").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.unlock(PASSPHRASE).await?;
    page.wait_text("翠湖雅苑").await?;
    page.wait_text("林书记").await?;
    for (tab, shot) in [("诉求", "requests-empty"), ("议事会", "council-empty"), ("居民", "people-empty"), ("交换", "exchange-empty")]
    {
        page.click_in("页面", tab).await?;
        page.shot(shot).await?;
        assert_eq!(axe::violations(&page).await?, Vec::<String>::new(), "{tab}");
    }
    page.close().await
}

#[tokio::test]
async fn made_up_data_can_be_looked_at_first() -> Tried {
    let page = Page::open().await?;
    page.click_text("看看示范数据").await?;
    page.type_into("口令", PASSPHRASE).await?;
    page.type_into("再打一次口令", PASSPHRASE).await?;
    page.press(ENTER).await?;
    page.wait_long("（示范数据）").await?;
    page.wait_text("今天到期").await?;
    page.shot("today-demo").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.click_in("页面", "议事会").await?;
    page.wait_text("收集民意").await?;
    page.shot("council-demo").await?;
    page.close().await
}

#[tokio::test]
async fn a_roster_is_looked_at_stored_given_back_and_undone() -> Tried {
    let page = Page::unlocked(Place::branch()?).await?;
    let roster = page.folder().join("翠湖花名册.xlsx");
    std::fs::write(&roster, xinghuo_roster::sample::messy_workbook(7, 240))?;
    page.wait_text("导入花名册").await?;
    page.click_text("导入花名册").await?;
    page.shot("roster-first").await?;
    page.will_pick(&[&roster])?;
    page.click_text("选择文件").await?;
    page.wait_text("名册里没有的人").await?;
    page.wait_text("认出的列").await?;
    page.shot("roster-preview").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.click_in("只看哪些行", "新增").await?;
    page.click_text("导入 ").await?;
    page.wait_text("撤销这次导入").await?;
    page.shot("roster-stored").await?;
    let returned = page.will_save("结果.xlsx")?;
    page.click_text("导出带结果的原表").await?;
    page.wait_file(&returned).await?;

    page.click_text("再导入一份").await?;
    page.will_pick(&[&roster])?;
    page.click_text("选择文件").await?;
    page.wait_text("认出的列").await?;
    assert!(page.text(".tiles button:nth-child(2) b").await? == "0", "the same roster again adds nobody");
    page.click_in("页面", "居民").await?;
    page.wait_text("电话只显示首尾").await?;
    page.shot("people-imported").await?;
    page.press_control("z").await?;
    page.wait_text("名册还是空的").await?;
    page.close().await
}

#[tokio::test]
async fn people_are_found_by_characters_pinyin_room_and_phone() -> Tried {
    let place = Place::branch()?;
    place.ask(serde_json::json!({
        "ask": "save_person", "id": null, "name": "章若兰", "building": "3", "unit": "2", "room": "501", "relation": "户主", "sex": "female",
        "birth": "1975-03", "phones": ["13800004617"], "occupancy": "owner", "party_member": true, "skills": null,
    }))?;
    let page = Page::unlocked(place).await?;
    page.wait_text("林书记").await?;
    for typed in ["若兰", "zhangruolan", "zrl", "3-2-501", "4617"] {
        page.press(F3).await?;
        page.type_into("查找", typed).await?;
        page.wait_text("章若兰").await?;
        if typed == "zrl" {
            page.shot("find").await?;
        }
        page.press(ESCAPE).await?;
        page.wait_gone("章若兰").await?;
    }
    page.press(F3).await?;
    page.type_into("查找", &format!("章若{ENTER}")).await?;
    page.wait_text("反映过的事").await?;
    page.wait_text("138****4617").await?;
    page.shot("person").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.close().await
}

#[tokio::test]
async fn a_person_is_erased_by_keyboard_and_found_nowhere() -> Tried {
    let place = Place::branch()?;
    let mut people = Vec::new();
    for (name, room) in [("章若兰", "501"), ("罗建华", "502")] {
        people.push(place.ask(serde_json::json!({
            "ask": "save_person", "id": null, "name": name, "building": "3", "unit": "2", "room": room, "relation": "户主", "sex": null,
            "birth": null, "phones": ["13800004617"], "occupancy": "owner", "party_member": null, "skills": null,
        }))?);
    }
    place.ask(serde_json::json!({
        "ask": "add_request", "accepted_on": chrono::Local::now().date_naive(), "category": "repairs", "source": "visit",
        "urgency": "normal", "requester": people[0]["id"], "place": "", "text": "阳台漏水，一个人不方便修", "handler": null, "due_on": null,
    }))?;
    let page = Page::unlocked(place).await?;
    page.wait_text("林书记").await?;
    page.press(F3).await?;
    page.type_into("查找", "章若兰").await?;
    page.wait_text("3-2-501").await?;
    page.press(ENTER).await?;
    page.wait_text("反映过的事").await?;
    tab_to(&page, "抹去信息").await?;
    page.press(ENTER).await?;
    page.wait_text("抹去章若兰的个人信息").await?;
    page.shot("erase-person").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.text_size(Size::Double).await?;
    page.shot("erase-person-double").await?;
    page.text_size(Size::Standard).await?;

    // Without a reason nothing goes, and Escape leaves the person as they were.
    tab_to(&page, "抹去").await?;
    page.press(ENTER).await?;
    page.wait_text("请选一个理由").await?;
    page.press(ESCAPE).await?;
    page.wait_gone("抹去章若兰的个人信息").await?;
    page.wait_text("反映过的事").await?;
    assert_eq!(focused(&page).await?, "抹去信息", "back where it was");

    tab_to(&page, "抹去信息").await?;
    page.press(ENTER).await?;
    page.wait_text("抹去章若兰的个人信息").await?;
    tab_to(&page, "连同反映过的 1 件事的内容").await?;
    page.press(" ").await?;
    tab_to(&page, "理由").await?;
    page.press(ENTER).await?;
    page.wait_text("保存期已满").await?;
    page.shot("erase-person-reason").await?;
    page.press(DOWN).await?;
    page.press(ENTER).await?;
    page.wait_gone("保存期已满").await?;
    page.wait_text("已搬离").await?;
    tab_to(&page, "抹去").await?;
    page.press(ENTER).await?;
    page.wait_gone("章若兰").await?;
    page.wait_text("罗建华").await?;
    page.shot("erase-person-gone").await?;
    page.press(F3).await?;
    page.type_into("查找", "章若兰").await?;
    page.wait_text("没有找到").await?;
    page.shot("erase-person-not-found").await?;
    page.press(ESCAPE).await?;
    page.click_text("罗建华").await?;
    page.wait_text("反映过的事").await?;
    page.click_in("页面", "诉求").await?;
    page.wait_text("没办完").await?;
    page.shot("erase-person-requests").await?;
    assert!(!page.says("阳台漏水").await?, "what they asked for went too");
    page.close().await
}

#[tokio::test]
async fn a_word_is_written_down_and_a_request_seen_through() -> Tried {
    let page = Page::unlocked(Place::demo_branch().await?).await?;
    page.wait_text("今天到期").await?;
    page.press_control("n").await?;
    page.press("二号楼门口的灯又不亮了").await?;
    page.press(ENTER).await?;
    page.press("4").await?;
    page.press(ENTER).await?;
    page.wait_text("已").await?;
    page.shot("quick-entry").await?;
    page.press(ESCAPE).await?;

    page.click_in("页面", "诉求").await?;
    page.press_control("n").await?;
    page.click_in("记成什么", "诉求").await?;
    page.type_into("说了什么", "五楼漏水，楼下吊顶泡坏了").await?;
    page.press(ENTER).await?;
    page.press("2").await?;
    page.type_into("什么地方", &format!("3幢2单元501{ENTER}{ENTER}")).await?;
    page.wait_text("已保存：登记诉求").await?;
    page.press(ESCAPE).await?;
    page.click_text("五楼漏水，楼下吊顶泡坏了").await?;
    page.click_text("受理").await?;
    page.press(ENTER).await?;
    page.wait_text("开始办理").await?;
    page.click_text("开始办理").await?;
    page.press(ENTER).await?;
    page.wait_text("办理中").await?;
    page.wait_gone("开始办理").await?;
    page.shot("request").await?;

    page.click_text("转为调解").await?;
    page.type_into("当事人一", "五楼章家").await?;
    page.type_into("当事人二", "四楼何家").await?;
    page.type_into("事情和争议", "阳台地漏堵了，水从楼板渗下去。").await?;
    page.press_control("s").await?;
    page.wait_text("五楼章家、四楼何家").await?;
    page.click_text("记一次走访").await?;
    page.type_into("谈了什么", "上门看过，章家愿意修。").await?;
    page.press_control(ENTER).await?;
    page.wait_text("章家愿意修").await?;
    page.wait_text("调解中").await?;
    page.click_text("加一条").await?;
    page.type_into("约定了什么", "章家赔何家吊顶钱").await?;
    page.type_into("金额", "1200").await?;
    page.press_control("s").await?;
    page.wait_text("壹仟贰佰元整").await?;
    page.click_text("达成协议").await?;
    page.press(ENTER).await?;
    page.press(ENTER).await?;
    page.wait_text("全部履行").await?;
    page.shot("mediation").await?;
    page.click_text("全部履行").await?;
    page.press(ENTER).await?;
    page.wait_gone("全部履行").await?;

    page.click_text("历史").await?;
    page.wait_text("从新到旧，一行一处改动").await?;
    page.shot("history").await?;
    page.click_text("撤销“").await?;
    page.wait_text("全部履行").await?;
    page.press(ESCAPE).await?;
    page.click_text("从这件诉求来").await?;
    page.wait_text("五楼章家、四楼何家").await?;
    page.click_text("办结").await?;
    page.type_into("怎么办结的", "两家谈妥，钱已付清。").await?;
    page.press_control(ENTER).await?;
    page.wait_text("反馈给本人").await?;
    page.close().await
}

#[tokio::test]
async fn a_copy_is_saved_and_goes_on_from_its_backup_on_another_computer() -> Tried {
    let page = Page::unlocked(Place::branch()?).await?;
    page.click_in("页面", "备份").await?;
    page.wait_text("还没有备份过").await?;
    let backup = page.will_save("翠湖雅苑.xinghuo-backup")?;
    page.click_text("存一份备份").await?;
    page.wait_text("打开检查过").await?;
    page.shot("backup").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());

    let other = Page::open().await?;
    other.click_text("从备份恢复").await?;
    other.will_pick(&[&backup])?;
    other.click_text("选择备份文件").await?;
    other.wait_text("已选：").await?;
    other.type_into("备份那时的口令", "猜的口令").await?;
    other.press(ENTER).await?;
    other.wait_text("口令不对").await?;
    other.shot("restore").await?;
    assert_eq!(axe::violations(&other).await?, Vec::<String>::new());
    other.type_into("备份那时的口令", PASSPHRASE).await?;
    other.press(ENTER).await?;
    other.wait_text("已换用新的身份").await?;
    other.wait_text("翠湖雅苑").await?;
    other.close().await?;
    page.close().await
}

/// Presses Tab until what says exactly this has the focus.
async fn tab_to(page: &Page, words: &str) -> Tried {
    for _ in 0..60 {
        if focused(page).await? == words {
            return Ok(());
        }
        page.press(TAB).await?;
    }
    page.shot("missing").await?;
    Err(format!("Tab does not come to «{words}»").into())
}

/// What the focused element says, or its label.
async fn focused(page: &Page) -> Tried<String> {
    let says = "const at = document.activeElement; return [...(at.labels?.[0] ?? at).childNodes].filter((e) => !e.matches?.('[aria-hidden]')).map((e) => e.textContent).join('').trim()";
    Ok(page.run(says, vec![]).await?.as_str().unwrap_or_default().to_owned())
}
