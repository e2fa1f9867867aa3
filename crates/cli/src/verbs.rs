//! The verbs and their options. The help texts are the command's reference.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// 星火家园工作台：命令行。与窗口使用同一份数据和同一套规则。
#[derive(Parser)]
#[command(name = "xinghuo", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    /// 数据所在的文件夹（也可用环境变量 XINGHUO_HOME）
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// 社区查看哪个小区（名称）；小区自己的数据不用写
    #[arg(long, global = true, value_name = "小区")]
    pub compound: Option<String>,
    /// 以 JSON 输出结果；出错时错误也是 JSON，写到标准错误
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do. The passphrase is asked for, or taken from `XINGHUO_PASSPHRASE`.
#[derive(Subcommand)]
pub(crate) enum Verb {
    /// 建立一份新数据：小区党支部、社区、街道或区
    #[command(subcommand)]
    New(New),
    /// 建立示范数据：branch 是一个小区的一年，office 是有 24 个小区的社区
    Demo {
        /// branch 或 office
        #[arg(value_parser = ["branch", "office"])]
        role: String,
    },
    /// 数据的概况：谁的、未交出的改动、冲突
    Status,
    /// 今日：五步进度、到期和逾期
    Today,
    /// 总览：各小区的五步、逾期和诉求，街道和区按社区列出
    Overview,
    /// 向上一级入网：不带 --welcome 时写出入网申请并显示本机指纹；带 --welcome 时打开对方的欢迎包
    Join {
        /// 入网申请写到哪里（.xinghuo-join），或欢迎包的位置
        file: PathBuf,
        /// 打开欢迎包，并给出对方读出的 30 位指纹
        #[arg(long, value_name = "指纹")]
        welcome: Option<String>,
    },
    /// 准许下一级入网（社区收小区，街道收社区，区收街道）：核对指纹，写出欢迎包
    Admit {
        /// 对方交来的入网申请
        request: PathBuf,
        /// 对方读出的 30 位指纹；不给时只显示申请内容
        #[arg(long, value_name = "指纹")]
        fingerprint: Option<String>,
        /// 欢迎包写到哪里（.xinghuo）
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// 停用一台准许过的电脑：以前写的都保留，以后写的不再并入
    End {
        /// 小区或机构名、电脑名、使用人
        copy: String,
        /// 为什么：丢失、换新、交接
        #[arg(long)]
        reason: String,
    },
    /// 居民名册
    #[command(subcommand)]
    Roster(Roster),
    /// 查找：汉字、全拼、首字母、房号、电话后四位
    Find {
        /// 要找的内容
        text: Vec<String>,
    },
    /// 抹去一位居民的个人信息，不能撤销；不带 --reason 时只说会抹去什么
    Erase {
        /// 居民：姓名、房号或编号；有几位相符时列出来，不动手
        person: String,
        /// 为什么：本人要求、已搬离、保存期已满、误登记
        #[arg(long)]
        reason: Option<String>,
        /// 连同他的诉求、调解、民意的内容
        #[arg(long)]
        cases: bool,
    },
    /// 诉求
    #[command(subcommand)]
    Request(Request),
    /// 五方五步议事会
    #[command(subcommand)]
    Council(Council),
    /// 打印：把一份文书存为 PDF 或 Word
    Print {
        /// minutes 会议纪要，sign-in 签到表，notice 会议通知，invitation 参会邀请，slip 督办单，reply 意见告知单，
        /// publicity 公示，rule 小区规则，demand 督促函，receipt 数据包回执单
        #[arg(value_parser = ["minutes", "sign-in", "notice", "invitation", "slip", "reply", "publicity", "rule", "demand", "receipt"])]
        paper: String,
        /// 会议编号；不给时取最近一次会议
        #[arg(long)]
        meeting: Option<String>,
        /// 参会邀请：给哪一方
        #[arg(long)]
        party: Option<String>,
        /// 督办单、意见告知单、公示、规则、督促函：哪一条记录的编号
        #[arg(long, value_name = "编号")]
        of: Option<String>,
        /// 纪要的版式：plain 普通，red_head 红头，record 会议记录
        #[arg(long, default_value = "plain", value_parser = ["plain", "red_head", "record"])]
        form: String,
        /// 回执单：哪个数据包（导入时报出的 slip）；不给时取最近收到的一个
        #[arg(long, value_name = "序号")]
        bundle: Option<i64>,
        /// 写到哪里；以 .docx 结尾是 Word，否则是 PDF
        out: PathBuf,
    },
    /// 直接问一个问题：JSON，与窗口问的一样；回答也是 JSON
    Ask {
        /// 例如 {"ask":"publicities"}；写 - 就从标准输入读
        question: String,
    },
    /// 附件：照片（JPEG、PNG）和 PDF 文件
    #[command(subcommand)]
    File(FileVerb),
    /// 数据包
    #[command(subcommand)]
    Bundle(Bundle),
    /// 冲突
    #[command(subcommand)]
    Conflict(Conflict),
    /// 一条记录的全部改动：谁、何时、哪台电脑、从什么改成什么
    History {
        /// 记录编号（各命令 --json 输出里的 id），或诉求编号
        record: String,
    },
    /// 撤销最近一次保存，或指定的一次
    Undo {
        /// 保存的序号（保存时报出的 save）
        #[arg(long)]
        save: Option<i64>,
    },
    /// 检查：从第一条起核对每条记录链，并给出状态校验值
    Check,
    /// 核查：除了记录链，还验每个签名、每台电脑的授权和停用、先放着的、对方的回执，并按日志逐行核对表格
    Audit,
    /// 从日志重建全部表格
    Rebuild,
    /// 备份：写成一个加密的文件，读回核对，并打开检查过
    Backup {
        /// 写到哪里（.xinghuo-backup）
        file: PathBuf,
    },
    /// 从备份恢复到一个空文件夹（--home）；换用新的身份，口令是备份时的口令
    Restore {
        /// 备份的位置
        file: PathBuf,
    },
}

#[derive(Subcommand)]
pub(crate) enum New {
    /// 小区党支部
    Branch {
        /// 区
        #[arg(long)]
        district: String,
        /// 街道
        #[arg(long)]
        street: String,
        /// 社区
        #[arg(long)]
        community: String,
        /// 小区
        #[arg(long)]
        compound: String,
        /// 编号前缀，2–6 个字母；不给时取小区名的首字母
        #[arg(long)]
        prefix: Option<String>,
        /// 使用人姓名
        #[arg(long)]
        person: String,
        /// 电脑名
        #[arg(long, default_value = "笔记本")]
        copy: String,
    },
    /// 社区
    Office {
        /// 区
        #[arg(long)]
        district: String,
        /// 街道
        #[arg(long)]
        street: String,
        /// 社区
        #[arg(long)]
        community: String,
        /// 使用人姓名
        #[arg(long)]
        person: String,
        /// 电脑名
        #[arg(long, default_value = "社区电脑")]
        copy: String,
    },
    /// 街道：汇总各社区的数字
    Street {
        /// 区
        #[arg(long)]
        district: String,
        /// 街道
        #[arg(long)]
        street: String,
        /// 使用人姓名
        #[arg(long)]
        person: String,
        /// 电脑名
        #[arg(long, default_value = "街道电脑")]
        copy: String,
    },
    /// 区：汇总各街道的数字
    District {
        /// 区
        #[arg(long)]
        district: String,
        /// 使用人姓名
        #[arg(long)]
        person: String,
        /// 电脑名
        #[arg(long, default_value = "区电脑")]
        copy: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Roster {
    /// 导入名册：先比对，再存入；--preview 只比对
    Import {
        /// 表格文件：.xlsx .xls .csv
        file: PathBuf,
        /// 只看比对结果，不存入
        #[arg(long)]
        preview: bool,
        /// 另存一份带“结果”和“原因”的名册
        #[arg(long, value_name = "FILE")]
        result: Option<PathBuf>,
    },
    /// 存一份空白名册，各列就是居民的各项
    Blank {
        /// 写到哪里（.xlsx）
        file: PathBuf,
    },
}

#[derive(Subcommand)]
pub(crate) enum Request {
    /// 登记诉求
    Add {
        /// 内容
        text: String,
        /// 地点
        #[arg(long, default_value = "")]
        place: String,
        /// 类别
        #[arg(long, default_value = "其他")]
        category: String,
        /// 来源
        #[arg(long, default_value = "来访")]
        source: String,
        /// 紧急
        #[arg(long)]
        urgent: bool,
        /// 诉求人（记录编号）
        #[arg(long)]
        requester: Option<String>,
        /// 承办人
        #[arg(long)]
        handler: Option<String>,
        /// 发生日期，默认今天
        #[arg(long)]
        on: Option<String>,
        /// 办理时限，默认按制度参数
        #[arg(long)]
        due: Option<String>,
        /// 一起附上的照片或 PDF，可写几次
        #[arg(long)]
        photo: Vec<PathBuf>,
    },
    /// 列出诉求
    List {
        /// open 未办完，overdue 已逾期，all 全部
        #[arg(default_value = "open", value_parser = ["open", "overdue", "all"])]
        which: String,
    },
    /// 一件诉求的全部经过
    Show {
        /// 编号
        id: String,
    },
    /// 推进：受理、不受理、办理中、办结、已反馈、撤回
    Step {
        /// 编号
        id: String,
        /// 到哪一步
        to: String,
        /// 办理结果或理由
        #[arg(long)]
        result: Option<String>,
        /// 满意度
        #[arg(long)]
        satisfaction: Option<String>,
        /// 日期，默认今天
        #[arg(long)]
        on: Option<String>,
    },
    /// 记一笔办理经过
    Note {
        /// 编号
        id: String,
        /// 经过
        text: String,
        /// 日期，默认今天
        #[arg(long)]
        on: Option<String>,
    },
}

#[derive(Subcommand)]
pub(crate) enum Council {
    /// 一个月的五步，默认本月
    Show {
        /// 月份，如 2024-11
        month: Option<String>,
    },
    /// 收集一条民意
    Opinion {
        /// 内容
        text: String,
        /// 类别
        #[arg(long, default_value = "其他")]
        category: String,
        /// 来源
        #[arg(long, default_value = "走访")]
        source: String,
        /// 日期，默认今天
        #[arg(long)]
        on: Option<String>,
        /// 一起附上的照片或 PDF，可写几次
        #[arg(long)]
        photo: Vec<PathBuf>,
    },
    /// 提出议题；不带 --opinion 时要写 --sponsor
    Topic {
        /// 题目：关于……
        title: String,
        /// 月份，默认本月
        #[arg(long)]
        month: Option<String>,
        /// 归并的民意编号，可多次
        #[arg(long)]
        opinion: Vec<String>,
        /// 提出人
        #[arg(long)]
        sponsor: Option<String>,
        /// 与居民切身利益相关
        #[arg(long)]
        benefit: bool,
        /// 业主共同决定事项
        #[arg(long)]
        owner_matter: Option<String>,
    },
    /// 确定、不采纳或搁置议题
    Decide {
        /// 议题编号
        topic: String,
        /// 确定、不采纳、搁置
        to: String,
        /// 理由
        #[arg(long)]
        reason: String,
    },
    /// 登记一位五方代表
    Delegate {
        /// 姓名
        name: String,
        /// 所属方：社区两委、业委会、物业企业、社会组织、居民群众代表
        #[arg(long)]
        party: String,
        /// 单位或房号
        #[arg(long)]
        unit: Option<String>,
        /// 职务
        #[arg(long)]
        title: Option<String>,
        /// 任期起，默认本年 1 月 1 日
        #[arg(long)]
        since: Option<String>,
    },
    /// 安排会议，议程是本月已确定的议题
    Plan {
        /// 时间，如 2024-11-15T14:30
        at: String,
        /// 地点
        #[arg(long)]
        place: String,
        /// 主持
        #[arg(long)]
        chair: String,
        /// 记录
        #[arg(long)]
        recorder: String,
        /// 月份，默认会议所在的月份
        #[arg(long)]
        month: Option<String>,
    },
    /// 签到：--all 把全部代表记为到会
    SignIn {
        /// 会议编号
        meeting: String,
        /// 代表编号
        #[arg(long)]
        delegate: Option<String>,
        /// 到会、代会、请假、缺席、列席
        #[arg(long, default_value = "到会")]
        presence: String,
        /// 代会人或列席人的姓名
        #[arg(long)]
        name: Option<String>,
        /// 备注
        #[arg(long)]
        note: Option<String>,
        /// 全部代表到会
        #[arg(long, conflicts_with_all = ["delegate", "name"])]
        all: bool,
    },
    /// 开会；不足法定人数时不能开
    Open {
        /// 会议编号
        meeting: String,
    },
    /// 记录发言
    Speech {
        /// 会议编号
        meeting: String,
        /// 议题编号
        topic: String,
        /// 发言人
        #[arg(long)]
        speaker: String,
        /// 发言
        text: String,
    },
    /// 记录表决（举手）
    Vote {
        /// 会议编号
        meeting: String,
        /// 议题编号
        topic: String,
        /// 同意
        #[arg(long)]
        yes: u32,
        /// 反对
        #[arg(long, default_value_t = 0)]
        no: u32,
        /// 弃权
        #[arg(long, default_value_t = 0)]
        abstain: u32,
        /// 回避
        #[arg(long, default_value_t = 0)]
        recused: u32,
    },
    /// 议定事项，并交办
    Resolve {
        /// 会议编号
        meeting: String,
        /// 议题编号
        topic: String,
        /// 议定的内容
        text: String,
        /// 责任方
        #[arg(long)]
        party: Option<String>,
        /// 责任人
        #[arg(long)]
        owner: Option<String>,
        /// 期限
        #[arg(long)]
        due: Option<String>,
    },
    /// 散会
    Close {
        /// 会议编号
        meeting: String,
    },
    /// 纪要核稿：草稿与会上所说一致
    Check {
        /// 会议编号
        meeting: String,
        /// 核稿人
        #[arg(long)]
        by: String,
    },
    /// 纪要定稿：编号并锁定
    Final {
        /// 会议编号
        meeting: String,
    },
    /// 事项完成
    Done {
        /// 事项编号
        task: String,
        /// 落实情况
        #[arg(long)]
        outcome: Option<String>,
        /// 日期，默认今天
        #[arg(long)]
        on: Option<String>,
    },
    /// 监督反馈
    Feedback {
        /// 事项编号
        task: String,
        /// 反馈给谁
        #[arg(long)]
        to: String,
        /// 监督人
        #[arg(long)]
        supervisor: String,
        /// 方式
        #[arg(long, default_value = "居民群")]
        channel: String,
        /// 满意度
        #[arg(long, default_value = "满意")]
        satisfaction: String,
        /// 日期，默认今天
        #[arg(long)]
        on: Option<String>,
    },
}

#[derive(Subcommand)]
pub(crate) enum FileVerb {
    /// 附上一份或几份文件
    Add {
        /// 记录编号（各命令 --json 输出里的 id），或诉求编号
        record: String,
        /// 照片或 PDF
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// 一条记录的附件
    List {
        /// 记录编号，或诉求编号
        record: String,
    },
    /// 另存一份；存出的文件不加密，会留下记录
    Save {
        /// 附件编号
        id: String,
        /// 写到哪里
        out: PathBuf,
    },
    /// 移除一份附件
    Remove {
        /// 附件编号
        id: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Bundle {
    /// 导出数据包；社区要用 --to 指明小区
    Export {
        /// 写到哪里
        file: PathBuf,
        /// 接收方：小区名、电脑名或使用人
        #[arg(long)]
        to: Option<String>,
        /// 分卷，每卷不超过多大，如 10MB、500KB；不给时不分卷
        #[arg(long, value_name = "大小")]
        volume_size: Option<String>,
    },
    /// 查看数据包，不导入
    Inspect {
        /// 文件
        file: PathBuf,
    },
    /// 导入一个或多个数据包，次序不限
    Import {
        /// 文件
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// 缺少哪些记录：一段可以发给对方的话
    Want {
        /// 另把其中给程序读的那一行存成二维码图片（.svg）
        #[arg(long, value_name = "FILE")]
        picture: Option<PathBuf>,
    },
    /// 帮对方补记录：读对方发来的话，写一个只含这些（和本来就要给的）的数据包；不写 FILE 时只看这里有没有
    Answer {
        /// 写到哪里
        file: Option<PathBuf>,
        /// 对方发来的话，或其中 XH1- 开头的一行；不给时从标准输入读
        #[arg(long)]
        text: Option<String>,
    },
}

#[derive(Subcommand)]
pub(crate) enum Conflict {
    /// 列出
    List,
    /// 裁定：选第几边（从 0 起）
    Decide {
        /// 记录编号
        record: String,
        /// 字段组（列表里的 group）；并行修改和删除不用写
        #[arg(default_value = "")]
        group: String,
        /// 选哪一边
        #[arg(long, default_value_t = 0)]
        side: u32,
    },
}
