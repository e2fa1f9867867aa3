//! The flows that are interrupted: a line each. What they start from stands in `place`, what must
//! hold after an interruption in `judge`.

use std::path::Path;

use crate::Outcome;

/// One command, and what is known of it.
pub struct Flow {
    pub name: &'static str,
    /// The folder it starts from.
    pub start: &'static str,
    /// The homes it needs copied; the first is the one it works on.
    pub homes: &'static [&'static str],
    /// Files it needs beside them.
    pub files: &'static [&'static str],
    /// The command line. `OURS` and `THEIRS` are the fingerprints read aloud, `MEETING` is one whose minutes are
    /// checked, `FOLDER/` where all lies.
    pub words: &'static [&'static str],
    /// A file it writes for others, and who reads it how.
    pub writes: Option<(&'static str, Reader)>,
    /// Lines it prints before it says that it is done.
    pub before: usize,
    /// Whether it may be done again when it was done already.
    pub again: bool,
    /// Whether the copy may get new keys by it. Anywhere else that would be a loss of identity.
    pub renews: bool,
}

/// What is called differently whenever the places are made.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Names {
    pub ours: String,
    pub theirs: String,
    pub meeting: String,
}

/// How a written file proves good.
#[derive(Clone, Copy)]
pub enum Reader {
    /// This home reads it with these words and the file's name.
    Home(&'static str, &'static [&'static str]),
    /// A new home is made of it, which holds the same as the one it was made from.
    Restored,
}

const BLANK: Flow = Flow { name: "", start: "", homes: &[], files: &[], words: &[], writes: None, before: 0, again: false, renews: false };
const INSPECT: &[&str] = &["bundle", "inspect"];

/// All of them.
pub const FLOWS: &[Flow] = &[
    Flow {
        name: "new",
        start: "apart",
        homes: &["fresh"],
        words: &[
            "new",
            "branch",
            "--district",
            "临江区",
            "--street",
            "望湖街道",
            "--community",
            "星岩社区",
            "--compound",
            "枇杷苑",
            "--person",
            "陈书记",
        ],
        ..BLANK
    },
    Flow { name: "save", start: "sent", homes: &["branch"], words: &["request", "add", "楼道又黑了", "--place", "3幢"], ..BLANK },
    Flow {
        name: "photo",
        start: "sent",
        homes: &["branch"],
        files: &["楼道.png"],
        words: &["council", "opinion", "楼道又黑了", "--photo", "FOLDER/楼道.png"],
        ..BLANK
    },
    Flow { name: "final", start: "sent", homes: &["branch"], words: &["council", "final", "MEETING"], ..BLANK },
    Flow {
        name: "roster",
        start: "sent",
        homes: &["branch"],
        files: &["花名册.xlsx"],
        words: &["roster", "import", "FOLDER/花名册.xlsx"],
        // What the comparison found.
        before: 1,
        again: true,
        ..BLANK
    },
    Flow {
        name: "import",
        start: "sent",
        homes: &["office"],
        files: &["给社区.xinghuo"],
        words: &["bundle", "import", "FOLDER/给社区.xinghuo"],
        again: true,
        ..BLANK
    },
    Flow {
        name: "receipt",
        start: "answered",
        homes: &["branch"],
        files: &["回执.xinghuo"],
        words: &["bundle", "import", "FOLDER/回执.xinghuo"],
        again: true,
        ..BLANK
    },
    Flow {
        name: "taken-back",
        start: "answered",
        homes: &["imaged"],
        files: &["补发.xinghuo"],
        // Not again: the bundle is for the key that is given up by it.
        words: &["bundle", "import", "FOLDER/补发.xinghuo"],
        renews: true,
        ..BLANK
    },
    Flow {
        name: "export",
        start: "answered",
        homes: &["branch", "office"],
        words: &["bundle", "export", "FOLDER/usb/包.xinghuo"],
        writes: Some(("usb/包.xinghuo", Reader::Home("office", INSPECT))),
        again: true,
        ..BLANK
    },
    Flow {
        name: "join-request",
        start: "apart",
        homes: &["branch", "office"],
        words: &["join", "FOLDER/usb/请.xinghuo-join"],
        writes: Some(("usb/请.xinghuo-join", Reader::Home("office", &["admit"]))),
        again: true,
        ..BLANK
    },
    Flow {
        name: "admit",
        start: "apart",
        homes: &["office", "branch"],
        files: &["入网申请.xinghuo-join"],
        words: &["admit", "FOLDER/入网申请.xinghuo-join", "--fingerprint", "OURS", "--out", "FOLDER/usb/迎.xinghuo"],
        writes: Some(("usb/迎.xinghuo", Reader::Home("branch", INSPECT))),
        again: true,
        ..BLANK
    },
    Flow {
        name: "welcome",
        start: "admitted",
        homes: &["branch"],
        files: &["欢迎包.xinghuo"],
        words: &["join", "FOLDER/欢迎包.xinghuo", "--welcome", "THEIRS"],
        again: true,
        ..BLANK
    },
    Flow { name: "end", start: "answered", homes: &["office"], words: &["end", "橘香里", "--reason", "电脑丢失"], ..BLANK },
    Flow { name: "erase", start: "sent", homes: &["branch"], words: &["erase", "吴庚", "--reason", "本人要求"], ..BLANK },
    Flow { name: "undo", start: "sent", homes: &["branch"], words: &["undo"], ..BLANK },
    Flow { name: "rebuild", start: "sent", homes: &["branch"], words: &["rebuild"], again: true, ..BLANK },
    Flow {
        name: "backup",
        start: "sent",
        homes: &["branch"],
        words: &["backup", "FOLDER/usb/备.xinghuo-backup"],
        writes: Some(("usb/备.xinghuo-backup", Reader::Restored)),
        again: true,
        ..BLANK
    },
    Flow {
        name: "restore",
        start: "sent",
        homes: &["fresh"],
        files: &["备份.xinghuo-backup"],
        words: &["restore", "FOLDER/备份.xinghuo-backup"],
        renews: true,
        ..BLANK
    },
    Flow {
        name: "carried",
        start: "answered",
        homes: &["carried", "office"],
        words: &["join", "FOLDER/usb/请.xinghuo-join"],
        writes: Some(("usb/请.xinghuo-join", Reader::Home("office", &["admit"]))),
        again: true,
        renews: true,
        ..BLANK
    },
];

impl Flow {
    /// The home it works on.
    pub fn home(&self) -> &'static str {
        self.homes.first().copied().unwrap_or_default()
    }

    /// The command line in this folder.
    pub fn words_in(&self, folder: &Path, names: &Names) -> Vec<String> {
        let place = format!("{}/", folder.display());
        let fill = |word: &&str| match *word {
            "OURS" => names.ours.clone(),
            "THEIRS" => names.theirs.clone(),
            "MEETING" => names.meeting.clone(),
            word => word.replace("FOLDER/", &place),
        };
        self.words.iter().map(fill).collect()
    }
}

/// The flow of this name.
pub fn named(name: &str) -> Outcome<&'static Flow> {
    FLOWS.iter().find(|flow| flow.name == name).ok_or_else(|| {
        let all: Vec<&str> = FLOWS.iter().map(|flow| flow.name).collect();
        format!("no flow {name}; there are {}", all.join(", "))
    })
}
