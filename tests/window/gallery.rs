//! Every component in its states: pictures to look at, and nothing an older eye cannot read.

use xinghuo_tests::{Page, Size, Tried};

use crate::axe;

#[tokio::test]
async fn every_component_is_accessible_and_fits_in_every_size() -> Tried {
    let page = Page::open().await?;
    page.set_size(1366, 768).await?;
    for (size, name) in [(Size::Standard, "standard"), (Size::Large, "large"), (Size::Extra, "extra"), (Size::Double, "double")] {
        page.text_size(size).await?;
        page.go("?gallery#/gallery").await?;
        for (tab, part) in [("工作台", "workbench"), ("填写", "fields"), ("列表与状态", "lists")] {
            page.click_text(tab).await?;
            page.shot(&format!("gallery-{part}-{name}")).await?;
            assert!(!page.is_too_wide().await?, "{part} scrolls sideways in {name}");
        }
    }
    page.text_size(Size::Standard).await?;
    page.go("?gallery#/gallery").await?;
    for tab in ["工作台", "填写", "列表与状态"] {
        page.click_text(tab).await?;
        assert_eq!(axe::violations(&page).await?, Vec::<String>::new(), "{tab}");
    }
    page.close().await
}

#[tokio::test]
async fn a_form_is_filled_without_leaving_the_keyboard() -> Tried {
    const ENTER: &str = "\u{e007}";
    let page = Page::open().await?;
    page.go("?gallery#/gallery").await?;
    page.click_text("填写").await?;
    page.type_into("哪一户", "3-2-302").await?;
    page.press(ENTER).await?;
    assert_eq!(page.value("哪一户").await?, "3幢2单元302");
    page.press("王小明").await?;
    assert!(page.value("谁说的").await?.contains("王小明"), "Enter goes on to the next field");
    page.type_into("哪天的事", &format!("11月5日{ENTER}")).await?;
    assert_eq!(page.value("哪天的事").await?, "2024-11-05");
    page.type_into("赔偿金额", &format!("1200{ENTER}")).await?;
    assert_eq!(page.value("赔偿金额").await?, "1,200.00");
    page.close().await
}
