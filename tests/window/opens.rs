//! The window opens, says where it is in Chinese, and can be used by everybody.

use xinghuo_tests::{Page, Tried};

use crate::axe;

#[tokio::test]
async fn the_window_opens_on_its_first_page() -> Tried {
    let mut page = Page::open().await?;
    assert_eq!(page.text("h1").await?, "您好，先说说您是谁");
    assert_eq!(page.run("return document.title", vec![]).await?, "星火家园工作台");
    page.shot("first-page").await?;
    assert_eq!(axe::violations(&page).await?, Vec::<String>::new());
    page.restart().await?;
    assert_eq!(page.text("h1").await?, "您好，先说说您是谁");
    page.close().await
}

#[tokio::test]
async fn the_page_can_reach_nothing_but_the_desk() -> Tried {
    let page = Page::open().await?;
    let outside = "const done = arguments[arguments.length - 1];
        fetch('https://example.com/').then(() => done('reached'), () => done('refused'))";
    assert_eq!(page.run_until_called(outside, vec![]).await?, "refused");
    let forbidden = "const done = arguments[arguments.length - 1];
        window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1]).then(() => done('allowed'), (e) => done(e.code ?? 'refused'))";
    for command in ["plugin:window|close", "plugin:dialog|open", "plugin:event|emit", "no_such_command"] {
        let answer = page.run_until_called(forbidden, vec![command.into(), serde_json::json!({})]).await?;
        assert_eq!(answer, "refused", "{command}");
    }
    let unchosen = serde_json::json!({ "ask": { "ask": "version", "path": "/etc/hostname" } });
    assert_eq!(page.run_until_called(forbidden, vec!["ask".into(), unchosen]).await?, "fileNotChosen");
    page.close().await
}
