//! What a council leaves behind: what hangs in public, rules and campaigns, doors knocked at, demands; and one
//! meeting that two laptops recorded apart.

use serde_json::{Value, json};

use xinghuo_tests::{ENTER, Page, Place, Size, Tried};

use crate::axe;
use crate::exchange::joins;

#[tokio::test]
async fn what_hangs_in_public_names_residents_by_family_name_and_comes_down_with_its_result() -> Tried {
    let place = Place::demo_branch().await?;
    let people = place.ask(json!({ "ask": "people", "building": null, "offset": 0 }))?;
    let name = people["people"][0]["name"].as_str().ok_or("a resident")?.to_owned();
    let ago = |days| (chrono::Local::now().date_naive() - chrono::Days::new(days)).to_string();
    place.ask(json!({
        "ask": "save_publicity", "id": null, "title": "关于门口候车亭的公示", "text": "建在西门北侧。", "from": ago(10), "to": ago(3), "places": ["西门"],
        "contact": "党群服务站", "of": null, "item": null,
    }))?;
    let page = Page::unlocked(place).await?;
    page.click_in("页面", "公示").await?;
    page.wait_text("公示中").await?;
    page.shot("publicity-demo").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.press_control(ENTER).await?;
    page.type_into("标题", "关于楼道清理结果的公示").await?;
    page.type_into("内容", &format!("{name}等住户已自行清理，电话13800004617。")).await?;
    page.wait_text("公示时只写姓").await?;
    page.shot("publicity-form").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.type_into("有意见找谁", "党群服务站 84110000").await?;
    page.press_control("s").await?;
    page.wait_text("已保存：登记公示").await?;
    page.wait_text("138****4617").await?;
    assert!(!page.says(&name).await?, "the full name hangs nowhere");
    page.click_text("打印").await?;
    page.wait_long("盖章以后张贴").await?;
    page.shot("publicity-paper").await?;

    // One whose days are over: somebody has a word against it, gets an answer, and it comes down.
    page.click_in("页面", "公示").await?;
    for other in ["关于设置快递柜和代收点议定结果的公示", "关于楼道清理结果的公示"] {
        page.click_text(&format!("收起：{other}")).await?;
    }
    page.click_text("记一条异议").await?;
    page.type_into("谁提的", "3幢住户").await?;
    page.type_into("有什么意见", "离路口太近").await?;
    page.press_control("s").await?;
    page.wait_text("1 条异议待答复").await?;
    page.click_in("异议", "答复").await?;
    page.type_into("怎么答复的", "已往北移五米").await?;
    page.press_control("s").await?;
    page.wait_gone("1 条异议待答复").await?;
    page.click_text("撤下").await?;
    page.type_into("公示结果", "一条异议已采纳，候车亭北移五米。").await?;
    page.shot("publicity-take-down").await?;
    page.press_control("s").await?;
    page.wait_gone("待撤下").await?;
    page.click_text("看看：关于门口候车亭的公示").await?;
    page.wait_text("一条异议已采纳，候车亭北移五米。").await?;
    page.close().await
}

#[tokio::test]
async fn a_site_is_fixed_and_looked_at_again_and_a_rule_prints() -> Tried {
    let page = Page::unlocked(Place::demo_branch().await?).await?;
    page.click_in("页面", "规则整治").await?;
    page.wait_text("公共部位占用清理").await?;
    page.wait_text("发现 7 处，整改 5 处，复查 3 处").await?;
    page.shot("order-demo").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.click_text("整改好了").await?;
    page.press(ENTER).await?;
    page.press(ENTER).await?;
    page.wait_text("整改 6 处").await?;
    page.click_text("复查过了").await?;
    page.press(ENTER).await?;
    page.press(ENTER).await?;
    page.wait_text("复查 4 处").await?;
    page.text_size(Size::Large).await?;
    page.shot("order-large").await?;
    assert!(!page.is_too_wide().await?);
    page.text_size(Size::Standard).await?;
    page.click_text("打印").await?;
    page.wait_long("公共部位使用规则").await?;
    page.shot("house-rule-paper").await?;
    page.close().await
}

#[tokio::test]
async fn doors_are_knocked_at_with_one_key_each_and_a_demand_is_answered() -> Tried {
    let page = Page::unlocked(Place::demo_branch().await?).await?;
    page.click_in("页面", "逐户走访").await?;
    page.wait_text("是否赞成在3幢北侧增设电动自行车充电棚").await?;
    page.shot("canvass-list").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.click_text("是否赞成在3幢北侧增设电动自行车充电棚").await?;
    page.wait_text("只看没走到的").await?;
    page.shot("canvass-grid").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    // To the first room nobody went to, and a key for its door.
    let left = page.count("button.cell.none").await?;
    for (done, key) in ["1", "2", "4"].into_iter().enumerate() {
        page.press_control(ENTER).await?;
        page.press(key).await?;
        page.wait_count("button.cell.none", left - done - 1).await?;
    }
    page.click_in("页面", "督促函").await?;
    page.wait_text("关于按期落实议定事项的函").await?;
    page.shot("demands-demo").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.click_text("登记答复").await?;
    page.type_into("怎么答复的", "已更换控制器，路灯全部亮起。").await?;
    page.press_control("s").await?;
    page.wait_text("已保存：登记督促函").await?;
    page.click_text("看看：关于按期落实议定事项的函").await?;
    page.wait_text("已更换控制器，路灯全部亮起。").await?;
    page.click_text("打印").await?;
    page.wait_long("盖章以后送去").await?;
    page.shot("demand-paper").await?;
    page.close().await
}

#[tokio::test]
async fn what_the_law_wants_published_is_listed_written_and_its_seal_recorded() -> Tried {
    let page = Page::unlocked(Place::demo_branch().await?).await?;
    page.click_in("页面", "公示").await?;
    page.wait_text("依法应公示的事项").await?;
    page.click_text("看看依法应公示的事项").await?;
    page.wait_text("还没有公示过").await?;
    page.shot("publicity-items").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.text_size(Size::Large).await?;
    page.shot("publicity-items-large").await?;
    assert!(!page.is_too_wide().await?);
    page.text_size(Size::Standard).await?;
    page.click_text("写公示：业委会：物业服务合同").await?;
    page.wait_text("应公示事项").await?;
    page.type_into("内容", "现将物业服务合同公布如下。").await?;
    page.type_into("有意见找谁", "党群服务站").await?;
    page.press_control("s").await?;
    page.wait_text("已保存：登记公示").await?;
    page.wait_text("关于物业服务合同的公示").await?;

    // Printed, then sealed.
    page.click_text("打印").await?;
    page.wait_long("盖章以后张贴").await?;
    page.click_text("登记用印").await?;
    page.wait_text("盖的什么章").await?;
    page.type_into("盖的什么章", "小区党支部章").await?;
    page.type_into("用印人", "何干事").await?;
    page.type_into("批准人", "林书记").await?;
    page.type_into("保管人", "林书记").await?;
    page.press_control("s").await?;
    page.wait_text("印章要由批准人以外的人保管").await?;
    page.shot("seals-refused").await?;
    page.type_into("保管人", "罗建华").await?;
    page.press_control("s").await?;
    page.wait_text("已保存：登记用印").await?;
    page.wait_text("罗建华").await?;
    page.shot("seals").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.text_size(Size::Large).await?;
    page.shot("seals-large").await?;
    assert!(!page.is_too_wide().await?);
    page.close().await
}

/// A branch's laptop and a further one of the same compound, both known to the office.
fn two_laptops() -> Tried<(Place, Place, Place)> {
    let (office, first, second) = (Place::office()?, crate::council::with_delegates()?, crate::keyboard::second_laptop()?);
    joins(&first, &office)?;
    joins(&second, &office)?;
    Ok((first, second, office))
}

/// What `from` has goes to the office, and from there to the laptop of this name.
fn hands_on(from: &Place, office: &Place, to: &Place, copy: &str, n: u32) -> Tried {
    let (up, down) = (office.folder().join(format!("up{n}.xinghuo")), office.folder().join(format!("down{n}.xinghuo")));
    crate::exchange::exports(from, &up)?;
    office.ask(json!({ "ask": "import", "paths": [up] }))?;
    let partners = office.ask(json!({ "ask": "exchange" }))?["partners"].as_array().cloned().unwrap_or_default();
    let partner = partners.iter().find(|p| p["detail"].as_str().is_some_and(|d| d.contains(copy))).ok_or("the laptop")?;
    office.ask(json!({ "ask": "export", "audience": partner["key"], "path": down }))?;
    to.ask(json!({ "ask": "import", "paths": [down] }))?;
    Ok(())
}

#[tokio::test]
async fn one_meeting_on_two_laptops_is_shown_side_by_side_and_one_vote_is_chosen() -> Tried {
    let (first, second, office) = two_laptops()?;
    let today = chrono::Local::now().date_naive();
    let month = today.format("%Y-%m").to_string();
    let topic = first.ask(json!({ "ask": "add_topic", "month": month, "title": "关于西门停车的规定", "opinions": [], "benefit": false, "owner_matter": null, "sponsor": "林书记" }))?["id"].clone();
    first.ask(json!({ "ask": "decide_topic", "id": topic, "to": "chosen", "on": today, "reason": "居民关心" }))?;
    hands_on(&first, &office, &second, "家里的电脑", 1)?;
    for (laptop, yes) in [(&first, 5), (&second, 3)] {
        let plan = json!({ "ask": "plan_meeting", "month": month, "kind": "council", "held_at": format!("{today}T00:01:00+08:00"), "place": "议事厅", "chair": "林书记", "recorder": "何干事", "agenda": [] });
        let meeting = laptop.ask(plan)?["id"].clone();
        let delegates = laptop.ask(json!({ "ask": "delegates" }))?;
        let sign = |one: &Value| json!({ "ask": "sign_in", "meeting": meeting, "delegate": one["id"], "presence": "present", "name": null, "note": null });
        laptop.asks(delegates.as_array().ok_or("delegates")?.iter().take(5).map(sign).collect())?;
        laptop.ask(json!({ "ask": "open_meeting", "id": meeting }))?;
        laptop.ask(json!({ "ask": "record_vote", "meeting": meeting, "topic": topic, "method": "hands", "present": 5, "yes": yes, "no": 5 - yes, "abstain": 0, "recused": 0, "ballots": [] }))?;
    }
    hands_on(&second, &office, &first, "支部的电脑", 2)?;

    let page = Page::unlocked(first).await?;
    page.go(&format!("#/council/{month}?step=consult")).await?;
    page.wait_text("这次会有两台电脑各记了一份").await?;
    page.wait_text("家里的电脑").await?;
    page.shot("accounts").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.text_size(Size::Large).await?;
    page.shot("accounts-large").await?;
    assert!(!page.is_too_wide().await?);
    page.text_size(Size::Standard).await?;
    page.click_in("表决：关于西门停车的规定", "用这一份").await?;
    page.wait_gone("这次会有两台电脑各记了一份").await?;
    page.close().await
}
