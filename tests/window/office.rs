//! The office looks at its compounds; every page in every size.

use xinghuo_tests::{Page, Place, Size, Tried};

use crate::axe;

#[tokio::test]
async fn the_office_sees_who_needs_it_and_looks_at_one_compound() -> Tried {
    let page = Page::unlocked(Place::demo_office().await?).await?;
    page.wait_text("6 个小区").await?;
    page.shot("overview").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.click_text("按名称").await?;
    page.click_text("橘香里").await?;
    page.wait_text("今天到期").await?;
    page.wait_text("橘香里").await?;
    assert!(!page.says("快速登记").await?, "the office reads, the branch writes");
    page.shot("office-today").await?;
    page.click_in("页面", "诉求").await?;
    page.wait_text("没办完的").await?;
    page.shot("office-requests").await?;
    page.click_in("页面", "总览").await?;
    page.wait_text("6 个小区").await?;
    page.click_in("页面", "交换").await?;
    page.wait_text("导出数据包").await?;
    page.shot("office-exchange").await?;
    page.text_size(Size::Double).await?;
    assert!(!page.is_too_wide().await?, "in the largest text");
    page.shot("office-exchange-double").await?;
    page.text_size(Size::Standard).await?;
    // A lost laptop is ended, with a reason, and is nobody to write to any more.
    page.click_text("停用听荷府").await?;
    page.wait_text("以后在这台电脑上写的").await?;
    page.type_into("为什么停用", "电脑丢失").await?;
    page.shot("office-end").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.click_in_dialog("停用这台电脑").await?;
    page.wait_gone("听荷府笔记本").await?;
    page.wait_text("已保存：停用电脑").await?;
    page.close().await
}

#[tokio::test]
async fn every_page_fits_in_every_size_of_text() -> Tried {
    let page = Page::unlocked(Place::demo_branch().await?).await?;
    page.wait_text("今天到期").await?;
    for (size, name) in [(Size::Standard, "standard"), (Size::Extra, "extra"), (Size::Double, "double")] {
        page.text_size(size).await?;
        for (tab, words, shot) in [
            ("今日", "今天到期", "today"),
            ("诉求", "全部类别", "requests"),
            ("议事会", "收集民意", "council"),
            ("居民", "电话只显示首尾", "people"),
            ("交换", "来往记录", "exchange"),
        ] {
            page.click_in("页面", tab).await?;
            page.wait_text(words).await?;
            page.shot(&format!("page-{shot}-{name}")).await?;
            assert!(!page.is_too_wide().await?, "{tab} scrolls sideways in {name}");
            if matches!(size, Size::Standard) {
                assert_eq!(axe::violations(&page).await?, Vec::<String>::new(), "{tab}");
            }
        }
    }
    page.close().await
}
