//! One page, and what may be done to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::Chromium;

/// A tab of a browser.
pub(crate) struct Tab {
    browser: Chromium,
    session: String,
}

impl Tab {
    /// Opens an empty tab.
    pub(crate) fn new(mut browser: Chromium) -> Self {
        let target = browser.ask(None, "Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session =
            browser.ask(None, "Target.attachToTarget", &attach)["sessionId"].as_str().unwrap().to_owned();
        let mut tab = Self { browser, session };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            tab.ask(&format!("{domain}.enable"), &json!({}));
        }
        tab.ask("Emulation.setFocusEmulationEnabled", &json!({ "enabled": true }));
        tab
    }

    #[track_caller]
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.browser.ask(Some(&self.session), method, params)
    }

    /// Goes to a file and waits until it is loaded; returns the milliseconds that this took.
    #[track_caller]
    pub(crate) fn open(&mut self, file: &Path) -> f64 {
        let url = format!("file://{}", file.display());
        self.forget("Page.loadEventFired");
        let outcome = self.ask("Page.navigate", &json!({ "url": url }));
        assert!(outcome["errorText"].is_null(), "{url}: {outcome}");
        self.loaded();
        self.number("performance.timing.loadEventStart - performance.timing.navigationStart")
    }

    /// Goes to an empty page, with nothing of what was loaded kept.
    pub(crate) fn leave(&mut self) {
        self.ask("Network.setCacheDisabled", &json!({ "cacheDisabled": true }));
        self.forget("Page.loadEventFired");
        self.ask("Page.navigate", &json!({ "url": "about:blank" }));
        self.loaded();
    }

    /// Runs an expression that leads to another page, and waits for that.
    #[track_caller]
    pub(crate) fn follow(&mut self, expression: &str) {
        self.forget("Page.loadEventFired");
        self.run(expression);
        self.loaded();
    }

    #[track_caller]
    fn loaded(&mut self) {
        self.browser.wait_for("a page", |event| event["method"] == "Page.loadEventFired");
    }

    /// The value of an expression.
    #[track_caller]
    pub(crate) fn run(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true });
        let outcome = self.ask("Runtime.evaluate", &params);
        assert!(outcome["exceptionDetails"].is_null(), "{expression}: {}", outcome["exceptionDetails"]);
        outcome["result"]["value"].clone()
    }

    /// The value of an expression that is a number.
    #[track_caller]
    pub(crate) fn number(&mut self, expression: &str) -> f64 {
        let value = self.run(expression);
        value.as_f64().unwrap_or_else(|| panic!("{expression} is {value}"))
    }

    /// The value of an expression that is a count.
    #[track_caller]
    pub(crate) fn count(&mut self, expression: &str) -> usize {
        let value = self.run(expression);
        let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
        count.unwrap_or_else(|| panic!("{expression} is {value}"))
    }

    /// The value of an expression that is a text.
    #[track_caller]
    pub(crate) fn text(&mut self, expression: &str) -> String {
        let value = self.run(expression);
        value.as_str().map_or_else(|| panic!("{expression} is {value}"), str::to_owned)
    }

    /// The value of an expression that is a list of texts.
    #[track_caller]
    pub(crate) fn texts(&mut self, expression: &str) -> Vec<String> {
        let value = self.run(expression);
        let items = value.as_array().unwrap_or_else(|| panic!("{expression} is {value}"));
        items
            .iter()
            .map(|item| item.as_str().unwrap_or_else(|| panic!("{expression} holds {item}")).to_owned())
            .collect()
    }

    /// Presses a key: its name, its code as `keyCode` has it, and the character that it types.
    #[track_caller]
    pub(crate) fn press(&mut self, key: &str, code: u32, types: &str) {
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { types } else { "" };
            let event =
                json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text });
            self.ask("Input.dispatchKeyEvent", &event);
        }
    }

    /// Makes the window as large as that of a screen of so many pixels.
    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.ask("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Says which theme the reader's system has: `light` or `dark`.
    pub(crate) fn prefer(&mut self, theme: &str) {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
        self.ask("Emulation.setEmulatedMedia", &media);
    }

    /// Runs an expression that downloads a file, and returns that file.
    #[track_caller]
    pub(crate) fn download(&mut self, expression: &str) -> PathBuf {
        self.forget("Browser.downloadWillBegin");
        self.forget("Browser.downloadProgress");
        self.run(expression);
        let named =
            self.browser.wait_for("a download", |event| event["method"] == "Browser.downloadWillBegin");
        self.browser.wait_for("the end of a download", |event| {
            event["method"] == "Browser.downloadProgress" && event["params"]["state"] == "completed"
        });
        self.browser.downloads().join(named["params"]["suggestedFilename"].as_str().unwrap())
    }

    /// Errors, exceptions and requests to anywhere but files, since somebody asked last.
    pub(crate) fn problems(&mut self) -> Vec<String> {
        // A round trip brings what is still under way.
        self.run("new Promise((done) => setTimeout(done, 30))");
        let problems = self.browser.events.iter().filter_map(problem).collect();
        self.browser.events.clear();
        problems
    }

    /// Saves a picture of the whole page, or of its first `height` pixels.
    pub(crate) fn picture(&mut self, file: &Path) {
        let shot = self.ask("Page.captureScreenshot", &json!({ "format": "png" }));
        let encoded = file.with_extension("base64");
        fs::write(&encoded, shot["data"].as_str().unwrap()).unwrap();
        let decode = Command::new("base64").arg("-d").arg(&encoded).stdout(Stdio::piped()).output().unwrap();
        fs::write(file, decode.stdout).unwrap();
        fs::remove_file(encoded).unwrap();
    }

    fn forget(&mut self, method: &str) {
        self.browser.events.retain(|event| event["method"] != method);
    }
}

/// What is wrong about an event, if anything is.
fn problem(event: &Value) -> Option<String> {
    let params = &event["params"];
    let url = || params["request"]["url"].as_str().unwrap_or_default();
    let is_bad = match event["method"].as_str()? {
        "Runtime.exceptionThrown" => true,
        "Runtime.consoleAPICalled" => {
            ["error", "warning", "assert"].iter().any(|kind| params["type"] == *kind)
        }
        "Log.entryAdded" => ["error", "warning"].iter().any(|level| params["entry"]["level"] == *level),
        "Network.requestWillBeSent" => {
            !["file:", "data:", "blob:", "about:"].iter().any(|scheme| url().starts_with(scheme))
        }
        // A page that turns out to be a download is given up by the browser itself.
        "Network.loadingFailed" => params["errorText"] != "net::ERR_ABORTED",
        _ => false,
    };
    is_bad.then(|| event.to_string())
}
