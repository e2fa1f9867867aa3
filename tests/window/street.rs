//! The street: a community joins it, and it sees the figures of the compounds and nothing else.

use xinghuo_tests::{Page, Place, Size, Tried};

use crate::axe;

#[tokio::test]
async fn a_street_admits_a_community_and_sees_its_compounds_figures() -> Tried {
    let street = Page::unlocked(Place::street()?).await?;
    street.wait_text("还没有小区的数字").await?;
    street.shot("street-empty").await?;
    assert_eq!(axe::violations(&street).await?, Vec::<String>::new());
    let office = Page::unlocked(Place::demo_office().await?).await?;
    office.click_in("页面", "交换").await?;
    office.wait_text("还没有和街道连上").await?;
    office.shot("office-exchange-alone").await?;
    office.click_text("向街道入网").await?;
    let request = office.will_save("社区入网.xinghuo-join")?;
    office.click_text("存入网申请").await?;
    office.wait_file(&request).await?;
    let office_says = office.text(".groups").await?;
    office.shot("office-joins").await?;
    assert_eq!(axe::violations(&office).await?, Vec::<String>::new());

    street.click_in("页面", "交换").await?;
    street.will_pick(&[&request])?;
    street.click_text("打开入网申请").await?;
    street.wait_text("申请入网").await?;
    let street_says = street.text(".groups").await?;
    street.type_into("对方念的指纹", &office_says).await?;
    street.wait_text("和申请里的指纹一致").await?;
    street.shot("street-admit").await?;
    let welcome = street.will_save("给社区的欢迎包.xinghuo")?;
    street.click_text("收下，存欢迎包").await?;
    street.wait_file(&welcome).await?;

    office.will_pick(&[&welcome])?;
    office.click_text("选择欢迎包").await?;
    office.wait_text("已选：").await?;
    office.type_into("街道的指纹", &street_says).await?;
    office.click_text("指纹一致，入网").await?;
    office.wait_text("给望湖街道导出数据包").await?;
    let bundle = office.will_save("给街道.xinghuo")?;
    office.click_text("给望湖街道导出数据包").await?;
    office.wait_file(&bundle).await?;
    office.shot("office-sent-above").await?;
    assert_eq!(axe::violations(&office).await?, Vec::<String>::new());

    street.will_pick(&[&bundle])?;
    street.click_text("选择收到的文件").await?;
    street.wait_text("已收下").await?;
    office.close().await?;
    street.shot("street-received").await?;
    street.click_in("页面", "总览").await?;
    street.wait_text("1 个社区、6 个小区").await?;
    street.wait_text("橘香里").await?;
    assert!(!street.says("居民").await? && !street.says("今日").await?, "figures alone");
    street.shot("street-overview").await?;
    assert_eq!(axe::violations(&street).await?, Vec::<String>::new());
    street.text_size(Size::Double).await?;
    assert!(!street.is_too_wide().await?, "in the largest text");
    street.shot("street-overview-double").await?;
    street.close().await
}
