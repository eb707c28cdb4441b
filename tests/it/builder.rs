//! One way to set a centre up and run the program on it, used by every test here.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// A folder with exports, a store and reports, gone when the test is over.
pub struct Centre {
    dir: TempDir,
}

/// What a command left behind.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Centre {
    pub fn new() -> Self {
        let centre = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(centre.path("in")).unwrap();
        centre
    }

    /// A centre with a handful of calls, chats and tickets in the forms exports have.
    pub fn small() -> Self {
        Self::new()
            .file("calls.csv", CALLS)
            .file("chats.csv", CHATS)
            .file("tickets.csv", TICKETS)
    }

    /// Writes a file into the folder of exports.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path("in").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// Writes `kefu.toml` where the program runs.
    pub fn config(self, text: &str) -> Self {
        std::fs::write(self.path("kefu.toml"), text).unwrap();
        self
    }

    /// A path in the centre's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs the program in the centre's folder.
    pub fn kefu(&self, args: &[&str]) -> Ran {
        let output = Command::cargo_bin("kefu")
            .unwrap()
            .current_dir(self.dir.path())
            .args(args)
            .output()
            .unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs the program; it must end with this code and these words on standard error.
    #[track_caller]
    pub fn says(&self, args: &[&str], code: i32, expect: &str) {
        let ran = self.kefu(args);
        assert_eq!(
            (ran.code, ran.err.trim_end()),
            (code, expect),
            "{args:?}\n{}",
            ran.out
        );
    }

    /// Runs the nightly job on the folder of exports; it must succeed.
    pub fn run(&self, args: &[&str]) -> Ran {
        let mut all = vec!["run", "in"];
        all.extend(args);
        self.kefu(&all).ok()
    }

    /// One figure of the whole centre.
    pub fn figure(&self, kpi: &str) -> Option<f64> {
        let csv = self
            .kefu(&["kpi", "--kpi", kpi, "--format", "csv"])
            .ok()
            .out;
        csv.lines().nth(1)?.split(',').nth(2)?.parse().ok()
    }
}

impl Ran {
    /// The same, after making sure that it succeeded.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }
}

/// The repository's own folder.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files under a folder with their content, sorted by path.
pub fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                found.push((path.strip_prefix(folder).unwrap().to_owned(), bytes));
            }
        }
    }
    found.sort();
    found
}

pub const CALLS: &str = "通话流水号,呼叫时间,接听时间,挂机时间,技能组,来电号码,工号,通话状态,满意度
c1,2026-03-02 09:00:00,2026-03-02 09:00:10,2026-03-02 09:04:10,查询,13900000001,A1,接通,满意
c2,2026-03-02 10:00:00,2026-03-02 10:00:40,2026-03-02 10:02:40,查询,13900000002,A2,接通,
c3,2026-03-02 11:00:00,,2026-03-02 11:01:00,投诉,13900000003,,排队放弃,
c4,2026-03-03 09:00:00,2026-03-03 09:00:15,2026-03-03 09:03:15,投诉,13900000004,A1,接通,非常不满意
";

pub const CHATS: &str = "chat_id,started_at,first_reply_at,ended_at,platform,agent_id,outcome
k1,2026-03-02 09:00:00,2026-03-02 09:00:20,2026-03-02 09:05:00,wechat,A1,served
k2,2026-03-03 09:00:00,2026-03-03 09:00:50,2026-03-03 09:05:00,douyin,A2,served
";

pub const TICKETS: &str = "工单号,创建时间,更新时间,工单类型,工单状态,联系电话,问题描述
T1,2026-03-02 09:05:00,2026-03-02 12:00:00,投诉,已解决,13900000001,外箱破损，请回电13900000001
T2,2026-03-03 09:05:00,2026-03-03 09:05:00,查询,处理中,13900000009,快递到哪里了
";
