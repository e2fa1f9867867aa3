//! The pack of numbers (制度参数) that an office issues, the three ills as figures, and what goes on in the next month.

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
