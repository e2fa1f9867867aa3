//! Invented papers for tests and benchmarks; every name in them is made up.

use crate::{
    AgendaItem, Attendee, Count, Fact, FiveParties, Letter, Minutes, MinutesLayout, Reached, Receipt, Resolution, SignIn, SignInParty,
    Slip, Vote,
};
use chrono::NaiveDate;

const SURNAMES: [&str; 16] = ["林", "周", "许", "沈", "郑", "孟", "唐", "韩", "欧阳", "曹", "邓", "谢", "上官", "贺", "龚", "梁"];
const GIVEN: [&str; 16] =
    ["秀兰", "建国", "明", "雅琴", "志强", "婷婷", "德胜", "芳", "玉珍", "海涛", "慧", "国庆", "晓燕", "文博", "丽华", "俊杰"];

/// An invented name; different for each seed below 256.
fn name(seed: u32) -> String {
    let (a, b) = (seed as usize % 16, (seed as usize / 16 + seed as usize * 7) % 16);
    format!("{}{}", SURNAMES[a], GIVEN[b])
}

fn people(seed: u32, count: u32) -> Vec<String> {
    (0..count).map(|i| name(seed * 31 + i)).collect()
}

fn item(n: u32, i: u32) -> AgendaItem {
    let (title, source, talk, tasks) = match (n + i) % 3 {
        0 => (
            "关于3幢北侧增设电动自行车集中充电棚的议题",
            "9月以来通过民情走访、楼道意见箱和微信群共收集意见27条，其中22条要求增设充电棚，5条担心占用绿地和影响采光。",
            "物业企业介绍了三个备选点位的用电容量和消防间距；业委会建议优先利用闲置的非机动车停放区；居民代表提出夜间照明和监控应同步安装。",
            [
                "由物业企业于11月30日前完成点位复核和预算公示，公示期不少于7天。",
                "由业委会牵头组织施工单位比选，社区两委全程监督。",
                "由居民代表负责收集公示期间的意见，逐条答复。",
            ],
        ),
        1 => (
            "关于外墙空调滴水整治及规范安装冷凝水管的议题",
            "今年夏季共受理相关诉求14件，涉及1幢、4幢低层住户11户，集中反映夜间滴水噪声和墙面渗水问题。",
            "社会组织汇报了入户摸底情况；物业企业说明了统一加装冷凝水管的工期和费用；经协商，各方同意费用由公共收益先行垫付，受益户分摊30%。",
            [
                "由物业企业于10月20日前完成统一加装，并逐户登记验收。",
                "由业委会核定公共收益支出，结果张榜公布。",
                "由社区两委协调城管部门指导外机规范安装。",
            ],
        ),
        _ => (
            "关于地面停车位重新划线和访客车辆管理办法的议题",
            "通过线上问卷回收有效答卷306份，其中81.4%的住户赞成重新划线，63.7%的住户赞成限定访客停放时长。",
            "业委会说明了现有车位216个、登记车辆341辆的供需情况；居民代表就消防通道禁停、无障碍车位保留等发表意见；社会组织建议设立每月一次的“车位调剂日”。",
            [
                "由物业企业在12月15日前完成划线，保留无障碍车位4个。",
                "由业委会起草访客车辆管理办法，提交下次会议审议。",
                "由社区两委协调交警部门指导出入口标线设置。",
            ],
        ),
    };
    let present = 15 + n % 4;
    let (no, abstain, recused) = (n % 2, (n + i) % 3, i % 2);
    AgendaItem {
        title: title.to_owned(),
        source: source.to_owned(),
        discussion: vec![talk.to_owned()],
        put_off: String::new(),
        resolutions: tasks.iter().map(|t| Resolution::new(*t)).collect(),
        vote: Some(Vote {
            expected: 19,
            present,
            yes: present - no - abstain - recused,
            no,
            abstain,
            recused,
            outcome: "同意票数超过到会代表的三分之二，议题通过。".to_owned(),
            ..Vote::default()
        }),
    }
}

/// Red-head minutes with two agenda items, different for every `n`.
pub fn sample_minutes(n: u32) -> Minutes {
    let day = 1 + n % 28;
    Minutes {
        layout: MinutesLayout::RedHead,
        mark: "星岩社区“星火家园”小区议事会纪要".to_owned(),
        issue: format!("〔2026〕{}号", 11 + n),
        title: "关于小区充电设施建设和外墙滴水整治等事项的会议纪要".to_owned(),
        facts: Vec::new(),
        opening: vec![format!(
            "2026年11月{day}日，星岩花园小区党支部书记{}在小区党群服务站主持召开11月份“星火家园”小区议事会。会议应到19人，实到{}人，五方代表均有到会，符合议事规则。现将会议议定事项纪要如下：",
            name(n),
            15 + n % 4
        )],
        items: (0..2).map(|i| item(n, i)).collect(),
        closing_title: "落实与反馈要求".to_owned(),
        closing: vec![
            "各责任方应在事项完成后1天内向小区党支部反馈结果，由党支部在公示栏和微信群同步公布；逾期未完成的，列入下次会议督办。"
                .to_owned(),
        ],
        attendance: FiveParties {
            community: people(n + 1, 3),
            owners: people(n + 2, 3),
            property: people(n + 3, 2),
            social: if n % 5 == 4 { Vec::new() } else { people(n + 4, 1) },
            residents: people(n + 5, 7),
        },
        standing: FiveParties::default(),
        guests: Vec::new(),
        counted: String::new(),
        absent: Vec::new(),
        leave: vec![format!("{}（居民群众代表，因病）", name(n + 60)), format!("{}（业委会）", name(n + 61))],
        observers: vec![format!("{}（街道党建办）", name(n + 70))],
        signatures: true,
        issuer: "星岩花园小区党支部".to_owned(),
        issued: NaiveDate::from_ymd_opt(2026, 11, day),
        copies_to: ["街道党工委", "社区党委", "业委会", "物业企业", "各楼栋长"].map(str::to_owned).to_vec(),
        fingerprint: format!("内容校验 {:08x}", n.wrapping_mul(2_654_435_761)),
        draft: false,
    }
}

/// Plain minutes, different for every `n`.
pub fn sample_plain_minutes(n: u32) -> Minutes {
    Minutes {
        layout: MinutesLayout::Plain,
        title: "星岩花园小区党支部11月份议事会会议纪要".to_owned(),
        facts: vec![
            Fact::new("时间", "2026年11月15日（星期日）19:00—20:40"),
            Fact::new("地点", "星岩花园小区党群服务站二楼会议室"),
            Fact::new("主持", name(n)),
            Fact::new("记录", name(n + 9)),
        ],
        copies_to: Vec::new(),
        ..sample_minutes(n)
    }
}

/// The full record of a meeting with three items and fourteen people, the ballots by name.
pub fn sample_record(n: u32) -> Minutes {
    let mut record = sample_plain_minutes(n);
    record.layout = MinutesLayout::Record;
    record.title = "星岩花园小区11月份议事会会议记录".to_owned();
    record.items = (0..3).map(|i| item(n, i)).collect();
    record.attendance = FiveParties {
        community: people(1, 3),
        owners: people(2, 3),
        property: people(3, 2),
        social: people(4, 1),
        residents: people(5, 5),
    };
    for (i, item) in (0..).zip(&mut record.items) {
        item.discussion.extend((0..2).map(|k| format!("{}：赞成这个办法，请把工期和费用在公示栏写清楚。", name(40 + i * 2 + k))));
        if let Some(vote) = &mut item.vote {
            vote.method = "记名表决".to_owned();
            vote.by_name = vec![Fact::new("同意", people(1, 6).join("、")), Fact::new("反对", name(160)), Fact::new("弃权", "")];
        }
    }
    record
}

/// A sign-in sheet with seventeen people and three empty rows for each party.
pub fn sample_sign_in(n: u32) -> SignIn {
    let party = |seed: u32, count: u32, place: &str, duty: &str| SignInParty {
        people: (0..count)
            .map(|i| Attendee {
                name: name(seed * 31 + i),
                place: if place.is_empty() { format!("{}幢{}单元{}02室", i + 1, i % 2 + 1, i + 3) } else { place.to_owned() },
                duty: duty.to_owned(),
                phone: format!("138****{:04}", (seed * 37 + i * 611) % 10_000),
                note: String::new(),
            })
            .collect(),
        blank_rows: 3,
    };
    SignIn {
        title: "星岩花园“星火家园”小区议事会签到表".to_owned(),
        facts: vec![
            Fact::new("会议名称", "11月份“星火家园”小区议事会"),
            Fact::new("时间", "2026年11月15日 19:00"),
            Fact::new("地点", "小区党群服务站二楼会议室"),
        ],
        parties: FiveParties {
            community: party(n + 1, 3, "星岩社区居委会", "委员"),
            owners: party(n + 2, 3, "", "业委会委员"),
            property: party(n + 3, 2, "安居物业服务有限公司星岩项目部", "客服主管"),
            social: party(n + 4, 1, "邻里社工服务中心", "社工"),
            residents: party(n + 5, 8, "", "楼栋长"),
        },
        guests: SignInParty::default(),
        observers: SignInParty::default(),
        unit: String::new(),
        expected: Some(17),
        present: None,
        on_leave: None,
        fingerprint: format!("内容校验 {:08x}", n.wrapping_mul(2_246_822_519)),
        draft: false,
    }
}

/// A receipt slip with so many authors.
pub fn sample_slip(authors: u32) -> Slip {
    Slip {
        title: "数据包回执单".to_owned(),
        facts: vec![
            Fact::new("收件", "星岩社区"),
            Fact::new("来自", "星岩花园小区"),
            Fact::new("数据包", "第 12 号"),
            Fact::new("收到时间", "2026年11月15日 19:40"),
            Fact::new("经手人", name(3)),
            Fact::new("电脑", "社区电脑"),
        ],
        counts: [("新的", 31), ("原来就有", 4), ("先放着", 2), ("没有收", 1), ("待核对", 1)]
            .map(|(label, n)| Count::new(label, n))
            .to_vec(),
        reached: (0..authors)
            .map(|n| Reached { author: format!("{}的笔记本", name(n)), scope: "到社区".to_owned(), up_to: u64::from(n) * 7 + 57 })
            .collect(),
        issuer: "星岩社区".to_owned(),
        issued: NaiveDate::from_ymd_opt(2026, 11, 15),
        fingerprint: "内容校验 9e3779b9".to_owned(),
    }
}

/// What a sample letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterKind {
    /// 会议通知, with a receipt.
    Notice,
    /// 邀请函 to one of the five parties, with a seal and a receipt.
    Invitation,
    /// 公示, with a seal and a strip.
    Publicity,
    /// 任务督办单, with facts and a receipt.
    TaskSlip,
    /// 函 to a property firm.
    Firm,
    /// 小区规则, numbered.
    HouseRules,
}

impl LetterKind {
    /// Every kind.
    pub const ALL: [LetterKind; 6] = [Self::Notice, Self::Invitation, Self::Publicity, Self::TaskSlip, Self::Firm, Self::HouseRules];
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|t| (*t).to_owned()).collect()
}

fn receipt(lead: &str, fields: &[(&str, &str)], choices: &[&str]) -> Option<Receipt> {
    Some(Receipt {
        title: "回　执".to_owned(),
        lead: lead.to_owned(),
        fields: fields.iter().map(|(label, text)| Fact::new(*label, *text)).collect(),
        choices: texts(choices),
        sign: texts(&["签收人（签字）", "日期"]),
    })
}

/// A letter of a kind, without a draft's mark.
pub fn sample_letter(kind: LetterKind) -> Letter {
    let plain = Letter {
        issuer: "星岩花园小区党支部".to_owned(),
        issued: NaiveDate::from_ymd_opt(2026, 11, 8),
        fingerprint: "内容校验 85ebca6b".to_owned(),
        ..Letter::default()
    };
    match kind {
        LetterKind::Notice => Letter {
            title: "关于召开11月份“星火家园”小区议事会的通知".to_owned(),
            number: "星岩议〔2026〕11号".to_owned(),
            to: "各位五方代表".to_owned(),
            body: texts(&["定于2026年11月15日（星期日）19:00在小区党群服务站二楼会议室召开11月份议事会。议题如下："]),
            items: texts(&["关于3幢北侧增设电动自行车集中充电棚的议题", "关于外墙空调滴水整治的议题"]),
            closing: texts(&["请准时参加；不能到会的，请于11月13日前交回回执。联系电话：0000-5550123。"]),
            receipt: receipt("", &[("姓名", ""), ("所属方", "居民群众代表")], &["本人参加", "由他人代会", "请假"]),
            ..plain
        },
        LetterKind::Invitation => Letter {
            title: "邀请函".to_owned(),
            to: "安居物业服务有限公司星岩项目部".to_owned(),
            body: texts(&["现邀请贵单位派代表列席11月15日19:00的小区议事会，就充电棚的用电容量和消防间距作说明。"]),
            closing: texts(&["特此函达，请予支持。"]),
            seal: true,
            receipt: receipt("兹收到星岩花园小区党支部邀请函一份，我单位意见如下：", &[("参会人", ""), ("联系电话", "")], &["派员参加", "不能参加"]),
            ..plain
        },
        LetterKind::Publicity => Letter {
            title: "关于地面停车位重新划线方案的公示".to_owned(),
            body: texts(&[
                "经11月份小区议事会协商并表决通过，现将地面停车位重新划线方案予以公示。",
                "公示期：2026年11月8日至11月14日，共7天。",
                "对方案有意见的，请在公示期内向小区党群服务站书面或口头反映。",
            ]),
            closing: texts(&["反馈电话：0000-5550123。监督电话：0000-5550456。", "特此公示。"]),
            seal: true,
            strip: texts(&["张贴人", "张贴日期", "撤下日期"]),
            ..plain
        },
        LetterKind::TaskSlip => Letter {
            title: "任务督办单".to_owned(),
            number: "〔2026〕督3号".to_owned(),
            facts: [
                ("任务", "完成充电棚三个备选点位的复核和预算公示"),
                ("来源", "11月份议事会议题一，议定事项第1条"),
                ("责任方", "物业企业"),
                ("责任人", &name(35)),
                ("完成时限", "2026年11月30日"),
                ("办理要求", "公示期不少于7天；点位复核要写明用电容量和与住宅楼的距离，附现场照片。"),
            ]
            .map(|(label, text)| Fact::new(label, text))
            .to_vec(),
            body: texts(&["请在时限内办结，办结后1天内向小区党支部反馈结果。"]),
            receipt: receipt("兹收到任务督办单〔2026〕督3号。", &[("预计完成", ""), ("联系电话", "")], &[]),
            ..plain
        },
        LetterKind::Firm => Letter {
            title: "关于尽快修复2幢电梯的函".to_owned(),
            to: "安居物业服务有限公司".to_owned(),
            body: vec![
                "近一个月来，2幢电梯先后停运五次，住户上下楼十分不便，其中有行动不便的老人六户。请贵公司查明原因，安排专业单位检修，并把检修结果张贴在单元门口。"
                    .to_owned();
                8
            ],
            closing: texts(&["请于收到本函之日起5日内书面答复。"]),
            seal: true,
            ..plain
        },
        LetterKind::HouseRules => Letter {
            title: "星岩花园小区文明养犬规则".to_owned(),
            body: texts(&["为了邻里和睦，经小区议事会协商，制定本规则："]),
            items: texts(&[
                "遛犬要牵绳，绳长不超过1.5米，乘电梯时把犬抱起或者收短绳子。",
                "随手清理犬的粪便，小区各出入口备有拾便袋。",
                "晚上10时至早上7时不让犬在户外吠叫。",
                "犬伤人的，养犬人立即送医并承担费用。",
            ]),
            closing: texts(&["本规则自公布之日起施行。"]),
            ..plain
        },
    }
}
