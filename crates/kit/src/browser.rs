//! A real browser, driven over WebDriver.
#![allow(dead_code, unreachable_pub)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::{PATIENCE, Running, require};

/// Whether there is one on this machine; otherwise as [`require`].
pub fn is_there() -> bool {
    require("chromium") && require("chromedriver")
}

/// A language and a colour scheme, as a browser is told of them.
pub struct Look {
    pub name: &'static str,
    pub language: &'static str,
    pub dark: bool,
}

pub const LOOKS: [Look; 4] = [
    Look { name: "en-light", language: "en-GB", dark: false },
    Look { name: "en-dark", language: "en-GB", dark: true },
    Look { name: "zh-light", language: "zh-CN", dark: false },
    Look { name: "zh-dark", language: "zh-CN", dark: true },
];

/// Chromium, driven over WebDriver; it ends with its driver.
pub struct Browser {
    pub page: Client,
    _driver: Driver,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub async fn open(look: &Look) -> Browser {
        let (driver, port) = driver();
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let scheme = if look.dark { 0 } else { 1 };
        let args = json!([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--ignore-certificate-errors",
            "--window-size=1200,1500",
            format!("--user-data-dir={}", profile.path().display()),
            format!("--accept-lang={}", look.language),
            format!("--blink-settings=preferredColorScheme={scheme}"),
        ]);
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".into(), json!({ "args": args }));
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let driven = format!("http://127.0.0.1:{port}");
        let page =
            builder.capabilities(capabilities).connect(&driven).await.expect("chromedriver starts a browser");
        Browser { page, _driver: driver, _profile: profile }
    }

    pub async fn script(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.expect("the script runs")
    }

    /// Waits until `script` gives something else than null and false.
    pub async fn wait_for(&self, script: &str) -> Value {
        let waiting = async {
            loop {
                match self.script(script).await {
                    Value::Null | Value::Bool(false) => tokio::time::sleep(Duration::from_millis(20)).await,
                    found => return found,
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never: {script}"))
    }

    /// Drags `file` over the page and drops it there, as a browser tells it of both.
    pub async fn drop_file(&self, file: &Path) {
        self.script(
            "document.getElementById('dropped')?.remove(); const input = document.createElement('input'); \
             input.type = 'file'; input.id = 'dropped'; document.body.append(input)",
        )
        .await;
        let input = self.page.find(Locator::Id("dropped")).await.expect("it was put there");
        input.send_keys(file.to_str().expect("a path of ours is text")).await.expect("it takes a path");
        let tell = |what: &str| {
            format!(
                "const data = new DataTransfer(); data.items.add(document.getElementById('dropped').files[0]); \
                 dispatchEvent(new DragEvent('{what}', {{ dataTransfer: data, cancelable: true }}))"
            )
        };
        self.script(&tell("dragover")).await;
        let invited = self.script("return !document.getElementById('over').hidden").await;
        assert_eq!(invited, true, "it says that it takes the file");
        self.script(&format!("{}; document.getElementById('dropped').remove()", tell("drop"))).await;
        assert_eq!(self.script("return document.getElementById('over').hidden").await, true);
    }
}

/// A chromedriver. One that is killed leaves its browsers running, and a test that fails has closed none: they are
/// ended here.
struct Driver(Running);

impl Drop for Driver {
    fn drop(&mut self) {
        for pid in descendants(self.0.pid()) {
            let _ = Command::new("sh").args(["-c", &format!("kill -KILL {pid} 2>/dev/null")]).status();
        }
    }
}

/// The processes that `pid` started, and those that they started.
fn descendants(pid: u32) -> Vec<u32> {
    // Any of its threads may have started them.
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let children = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let children: Vec<u32> = children
        .flat_map(|all| all.split_whitespace().filter_map(|one| one.parse().ok()).collect::<Vec<_>>())
        .collect();
    let theirs: Vec<u32> = children.iter().flat_map(|child| descendants(*child)).collect();
    [children, theirs].concat()
}

/// A chromedriver that listens, and where. It takes a free port of IPv6 and then wants the same one of IPv4: where that
/// is taken it ends, and another is started.
fn driver() -> (Driver, u16) {
    for _ in 0..10 {
        let mut driver = Running::start(Command::new("chromedriver").arg("--port=0"));
        let port = driver.wait_for("port of chromedriver", |driver| {
            let lines = driver.stdout();
            if lines.iter().any(|line| line.contains("IPv4 port not available")) {
                return Some(None);
            }
            let line = lines.iter().find(|line| line.contains("started successfully on port"))?;
            line.rsplit(' ').next()?.trim_end_matches('.').parse().ok().map(Some)
        });
        if let Some(port) = port {
            return (Driver(driver), port);
        }
    }
    panic!("chromedriver found no port that is free in both families");
}

/// Where the pictures go.
pub fn screenshots() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    fs::create_dir_all(&folder).expect("target is ours");
    folder
}
