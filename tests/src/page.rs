//! The page as a person uses it: read, click by words, type into a labelled field, look.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_timeout::TimeoutConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::Tried;
use crate::driver::{Driver, Opening, root};
use crate::place::{PASSPHRASE, Place};

/// How long a thing may take to appear before the test gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the driver may be silent when it was asked something. Past it the test fails and says so, where it would
/// stand still for ever: a window that hangs answers nothing, and neither does a driver that waits for it.
const SILENCE: Duration = Duration::from_secs(60);

/// How often a window is tried to be opened. WebKit's driver tells the window a port that was free a moment before,
/// and waits for ever where somebody took it in between (WebKitGTK 2.50, `SessionHost::connectToBrowser`).
const OPENINGS: u32 = 3;

/// Enter. (WebDriver names keys by code points.)
pub const ENTER: &str = "\u{e007}";
/// Escape.
pub const ESCAPE: &str = "\u{e00c}";
/// F3, which goes to the find box.
pub const F3: &str = "\u{e033}";
/// Tab.
pub const TAB: &str = "\u{e004}";
/// The arrow down.
pub const DOWN: &str = "\u{e015}";
/// No page has more to go through.
const LONGEST_WAY: usize = 400;
const CONTROL: &str = "\u{e009}";
const NONE: &str = "\u{e000}";

/// An open window on a home of its own.
pub struct Page {
    client: Client,
    opening: Opening,
    // Declared after the client: the session ends before its driver, the driver before its home.
    driver: Driver,
    place: Place,
}

/// The sizes of text a person may choose.
#[derive(Clone, Copy)]
pub enum Size {
    /// As shipped.
    Standard,
    /// 大字.
    Large,
    /// 特大字.
    Extra,
    /// Twice the size.
    Double,
}

impl Page {
    /// Opens the window on an empty home.
    pub async fn open() -> Tried<Page> {
        Page::open_at(Place::new()?).await
    }

    /// Opens the window on a home that was made ready.
    pub async fn open_at(place: Place) -> Tried<Page> {
        Page::open_as(place, Opening::default()).await
    }

    /// Opens a window, this program's or another's, on a home that was made ready.
    pub async fn open_as(place: Place, opening: Opening) -> Tried<Page> {
        std::fs::write(place.picks(), "")?;
        let (driver, client) = opened(&place, &opening).await?;
        let page = Page { client, opening, driver, place };
        page.ready().await?;
        page.set_size(1366, 768).await?;
        Ok(page)
    }

    /// Opens the window on a home that was made ready, and goes in with its passphrase.
    pub async fn unlocked(place: Place) -> Tried<Page> {
        let page = Page::open_at(place).await?;
        page.unlock(PASSPHRASE).await?;
        Ok(page)
    }

    /// Types the passphrase and opens.
    pub async fn unlock(&self, passphrase: &str) -> Tried {
        self.type_into("口令", passphrase).await?;
        self.press(ENTER).await
    }

    /// The process of the driver, whose child the window is.
    pub fn driver(&self) -> u32 {
        self.driver.process()
    }

    /// A folder for files that come and go: bundles, rosters, papers.
    pub fn folder(&self) -> &Path {
        self.place.folder()
    }

    /// What the next native file dialogs answer.
    pub fn will_pick(&self, files: &[&Path]) -> Tried {
        let lines: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
        Ok(std::fs::write(self.place.picks(), lines.join("\n"))?)
    }

    /// Where the next native dialog says a file goes.
    pub fn will_save(&self, name: &str) -> Tried<PathBuf> {
        let file = self.folder().join(name);
        self.will_pick(&[&file])?;
        Ok(file)
    }

    /// Closes the window and opens it again on the same home.
    pub async fn restart(&mut self) -> Tried {
        self.client.clone().close().await?;
        // Until the first has let go of its place, a second one would hand over to it and leave.
        tokio::time::sleep(Duration::from_secs(1)).await;
        (self.driver, self.client) = opened(&self.place, &self.opening).await?;
        self.ready().await
    }

    /// Ends the session. (Dropping the page ends it too, less politely.)
    pub async fn close(self) -> Tried {
        Ok(self.client.close().await?)
    }

    /// The text of the first element that matches.
    pub async fn text(&self, css: &str) -> Tried<String> {
        Ok(self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await?.text().await?)
    }

    /// How many elements match.
    pub async fn count(&self, css: &str) -> Tried<usize> {
        Ok(self.client.find_all(Locator::Css(css)).await?.len())
    }

    /// Clicks the button, link, tab, choice or row that says this; the shortest that does.
    pub async fn click_text(&self, words: &str) -> Tried {
        let find = "const said = (e) => (e.getAttribute('aria-label') ?? '') + ' ' + e.textContent.replace(/\\s+/g, ' ');
            const all = [...document.querySelectorAll('button, a, [role=tab], [role=option], [role=row], label, summary')]
                .filter((e) => said(e).includes(arguments[0]) && e.getClientRects().length > 0 && !e.disabled);
            return all.sort((a, b) => said(a).length - said(b).length)[0] ?? null;";
        self.click(find, words).await
    }

    /// Waits until so many elements fit.
    pub async fn wait_count(&self, css: &str, expected: usize) -> Tried {
        let until = Instant::now() + PATIENCE;
        while self.count(css).await? != expected {
            if Instant::now() > until {
                return Err(format!("«{css}»: {} instead of {expected}", self.count(css).await?).into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Clicks what says exactly this, in the part of the page with this label.
    pub async fn click_in(&self, part: &str, words: &str) -> Tried {
        let find = "const [part, words] = arguments[0].split('\\n');
            const named = (e) => e.getAttribute('aria-label') ?? document.getElementById(e.getAttribute('aria-labelledby'))?.textContent;
            const within = [...document.querySelectorAll('[aria-label], [aria-labelledby]')].find((e) => named(e) === part && e.getClientRects().length > 0);
            return [...(within?.querySelectorAll('button, a, label') ?? [])].find((e) => e.textContent.includes(words) && !e.disabled) ?? null;";
        self.click(find, &format!("{part}\n{words}")).await
    }

    /// Clicks what says exactly this in the dialog that asks.
    pub async fn click_in_dialog(&self, words: &str) -> Tried {
        let find =
            "return [...document.querySelectorAll('[role=dialog] button')].find((e) => e.textContent.trim() === arguments[0]) ?? null;";
        self.click(find, words).await
    }

    /// Whether the button with these words cannot be pressed.
    pub async fn is_disabled(&self, words: &str) -> Tried<bool> {
        let look = "return [...document.querySelectorAll('button')].some((e) => e.disabled && e.textContent.includes(arguments[0]))";
        Ok(self.run(look, vec![json!(words)]).await?.as_bool().unwrap_or(false))
    }

    /// Waits until the choice with these words, in the part with this label, is the one chosen.
    pub async fn wait_pressed(&self, part: &str, words: &str) -> Tried {
        let find = "const [part, words] = arguments[0].split('\\n');
            return [...document.querySelectorAll(`[aria-label=\"${part}\"] [aria-pressed=true]`)].find((e) => e.textContent.includes(words)) ?? null;";
        self.found(find, &format!("{part}\n{words}")).await?;
        Ok(())
    }

    /// Picks from the list of a field: opens it, clicks the choice that says this, and sees it stand in the field.
    pub async fn choose(&self, label: &str, choice: &str) -> Tried {
        let shown = "return [...document.querySelectorAll('[role=option]')].find((e) => e.textContent.trim().startsWith(arguments[0]) && e.getClientRects().length > 0) ?? null;";
        let until = Instant::now() + PATIENCE;
        loop {
            if !self.is_there(shown, choice).await? {
                self.field(label).await?.click().await?;
            }
            self.click(shown, choice).await?;
            // The list finds its place while it opens; a click that met it on its way only closed it.
            let settled = Instant::now() + Duration::from_millis(500);
            while Instant::now() < settled {
                let field = self.field(label).await?;
                if field.text().await?.trim().starts_with(choice) {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            if Instant::now() > until {
                let _ = self.shot("missing").await;
                return Err(format!("«{choice}» could not be chosen as {label}").into());
            }
        }
    }

    /// Presses a key together with Ctrl.
    pub async fn press_control(&self, key: &str) -> Tried {
        self.press(&format!("{CONTROL}{key}{NONE}")).await
    }

    /// Types into the field with this label, in place of what stood there.
    pub async fn type_into(&self, label: &str, text: &str) -> Tried {
        let until = Instant::now() + PATIENCE;
        // Half in view counts as in view to the driver, and cannot be typed into; a person would scroll.
        while let Err(why) = self.field(label).await?.clear().await {
            if Instant::now() > until {
                let _ = self.shot("missing").await;
                return Err(format!("«{label}» could not be typed into: {why}").into());
            }
            let field = serde_json::to_value(self.field(label).await?)?;
            self.run("arguments[0].scrollIntoView({ block: 'center' })", vec![field]).await?;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(self.field(label).await?.send_keys(text).await?)
    }

    /// What stands in the field with this label.
    pub async fn value(&self, label: &str) -> Tried<String> {
        Ok(self.field(label).await?.prop("value").await?.unwrap_or_default())
    }

    /// Presses keys where the focus is. WebDriver's code points name the others: `\u{e007}` is Enter.
    pub async fn press(&self, keys: &str) -> Tried {
        let until = Instant::now() + PATIENCE;
        // What has the focus may be on its way out: a dialog that closes, a field being replaced. Then it can no more be
        // named than typed into.
        let pressed = async || self.client.active_element().await?.send_keys(keys).await;
        while let Err(why) = pressed().await {
            if Instant::now() > until {
                let _ = self.shot("missing").await;
                return Err(format!("«{keys}» could not be pressed: {why}").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Goes on with Tab, as a person without a mouse does, to what says this: a button, a link, a field by its
    /// label. Gives how often Tab was pressed.
    pub async fn tab_to(&self, words: &str) -> Tried<usize> {
        let here = "const e = document.activeElement; if (!e || e === document.body || e.matches('[role=tabpanel]')) return false;
            const names = [e.getAttribute('aria-label'), ...[...(e.labels ?? [])].map((l) => l.firstChild?.textContent), document.getElementById(e.getAttribute('aria-labelledby'))?.textContent];
            if (!e.matches('input, textarea, select')) names.push(e.textContent);
            return names.some((name) => name?.trim().startsWith(arguments[0]));";
        for pressed in 0..=LONGEST_WAY {
            if pressed > 0 {
                self.press(TAB).await?;
            }
            if self.run(here, vec![json!(words)]).await? == true {
                return Ok(pressed);
            }
        }
        let _ = self.shot("missing").await;
        Err(format!("«{words}» cannot be reached with Tab").into())
    }

    /// Goes with Tab to what says this within the part of the page with this label.
    pub async fn tab_to_in(&self, part: &str, words: &str) -> Tried {
        let here = "const e = document.activeElement;
            return e?.closest(`[aria-label=\"${arguments[0]}\"]`) !== null && e.textContent.includes(arguments[1]);";
        for _ in 0..=LONGEST_WAY {
            if self.run(here, vec![json!(part), json!(words)]).await? == true {
                return Ok(());
            }
            self.press(TAB).await?;
        }
        let _ = self.shot("missing").await;
        Err(format!("«{words}» of {part} cannot be reached with Tab").into())
    }

    /// Goes to what says this and presses Enter on it.
    pub async fn enter_on(&self, words: &str) -> Tried {
        self.tab_to(words).await?;
        self.press(ENTER).await
    }

    /// Goes to the field with this label and types, in place of what stood there.
    pub async fn key_into(&self, label: &str, text: &str) -> Tried {
        self.tab_to(label).await?;
        self.press_control("a").await?;
        self.press(text).await
    }

    /// Goes to the list with this label, types the beginning of a choice, and takes it.
    pub async fn key_choice(&self, label: &str, choice: &str) -> Tried {
        let until = Instant::now() + PATIENCE;
        self.tab_to(label).await?;
        self.press(ENTER).await?;
        let at = "return [...document.querySelectorAll('[role=option]')].some((e) => e === document.activeElement && e.textContent.trim().startsWith(arguments[0]))";
        while self.run(at, vec![json!(choice)]).await? != true {
            if Instant::now() > until {
                let _ = self.shot("missing").await;
                return Err(format!("«{choice}» is not in the list of {label}").into());
            }
            self.press(DOWN).await?;
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        self.press(ENTER).await
    }

    /// Waits until the page says this.
    pub async fn wait_text(&self, words: &str) -> Tried {
        let until = Instant::now() + PATIENCE;
        loop {
            let all = self.run("return document.body.innerText", vec![]).await?;
            let all = all.as_str().unwrap_or_default();
            if all.contains(words) {
                return Ok(());
            }
            if Instant::now() > until {
                let _ = self.shot("missing").await;
                return Err(format!("«{words}» did not appear; the page says:\n{all}").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for what takes longer than a glance: made-up data, a large import.
    pub async fn wait_long(&self, words: &str) -> Tried {
        let until = Instant::now() + 3 * PATIENCE;
        while !self.says(words).await? && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.wait_text(words).await
    }

    /// Waits until a file is there and not empty.
    pub async fn wait_file(&self, file: &Path) -> Tried {
        let until = Instant::now() + PATIENCE;
        while !file.metadata().is_ok_and(|facts| facts.len() > 0) {
            if Instant::now() > until {
                let _ = self.shot("missing").await;
                return Err(format!("{} was not written", file.display()).into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Waits until the page no longer says this.
    pub async fn wait_gone(&self, words: &str) -> Tried {
        let until = Instant::now() + PATIENCE;
        while self.says(words).await? {
            if Instant::now() > until {
                return Err(format!("«{words}» still stands on the page").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Whether the page says this now.
    pub async fn says(&self, words: &str) -> Tried<bool> {
        Ok(self.run("return document.body.innerText", vec![]).await?.as_str().is_some_and(|all| all.contains(words)))
    }

    /// Opens an address of the program, as `#/gallery`.
    pub async fn go(&self, address: &str) -> Tried {
        self.client.goto(&format!("tauri://localhost/index.html{address}")).await?;
        self.ready().await
    }

    /// Makes the page's own area this large.
    pub async fn set_size(&self, width: u32, height: u32) -> Tried {
        self.client.set_window_size(width, height).await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
        let inner = self.run("return [innerWidth, innerHeight]", vec![]).await?;
        let missing = |place: usize, wanted: u32| i64::from(wanted) - inner[place].as_i64().unwrap_or(i64::from(wanted));
        let grown = |wanted: u32, place: usize| u32::try_from(i64::from(wanted) + missing(place, wanted)).unwrap_or(wanted);
        self.client.set_window_size(grown(width, 0), grown(height, 1)).await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
        Ok(())
    }

    /// Chooses the size of text, as the person's setting keeps it.
    pub async fn text_size(&self, size: Size) -> Tried {
        let name = match size {
            Size::Standard => "standard",
            Size::Large => "large",
            Size::Extra => "extra",
            Size::Double => "double",
        };
        let set = "localStorage.setItem('xinghuo.size', arguments[0]); document.documentElement.dataset.size = arguments[0]";
        self.run(set, vec![json!(name)]).await?;
        Ok(())
    }

    /// A picture of the page, to be looked at: `target/shots/NAME.png`.
    pub async fn shot(&self, name: &str) -> Tried {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let folder = root().join("target/shots");
        std::fs::create_dir_all(&folder)?;
        Ok(std::fs::write(folder.join(format!("{name}.png")), self.client.screenshot().await?)?)
    }

    /// Whether the page is wider than the window, so that it would scroll sideways.
    pub async fn is_too_wide(&self) -> Tried<bool> {
        let wide = "return document.documentElement.scrollWidth > innerWidth + 1";
        Ok(self.run(wide, vec![]).await?.as_bool().unwrap_or(true))
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Tried<Value> {
        Ok(self.client.execute(script, arguments).await?)
    }

    /// Runs a script that calls its last argument when it is done.
    pub async fn run_until_called(&self, script: &str, arguments: Vec<Value>) -> Tried<Value> {
        Ok(self.client.execute_async(script, arguments).await?)
    }

    async fn ready(&self) -> Tried {
        self.client.wait().at_most(PATIENCE).for_element(Locator::Css("h1")).await?;
        Ok(())
    }

    async fn field(&self, label: &str) -> Tried<Element> {
        let find = "const label = [...document.querySelectorAll('label')].find((l) => l.firstChild?.textContent.trim() === arguments[0]);
            return label?.control ?? document.getElementById(label?.htmlFor) ?? document.querySelector(`[aria-label=\"${arguments[0]}\"]`);";
        self.found(find, label).await
    }

    /// Clicks what the script finds, once it can be clicked, and sees the click arrive: where a notice
    /// slides in on a slow machine, the page moves under the pointer.
    async fn click(&self, script: &str, words: &str) -> Tried {
        let until = Instant::now() + PATIENCE;
        let with_found = |act: &str| format!("const e = (function () {{ {script} }}).apply(null, arguments); {act}");
        let watch = with_found(
            "window.met = false; e?.addEventListener('pointerdown', () => { window.met = true }, { capture: true, once: true })",
        );
        loop {
            self.found(script, words).await?;
            self.run(&watch, vec![json!(words)]).await?;
            let clicked = self.found(script, words).await?.click().await;
            // A window that is closing answers no more.
            let met = self.run("return window.met !== false", vec![]).await.map_or(true, |met| met == json!(true));
            if clicked.is_ok() && met {
                return Ok(());
            }
            if Instant::now() > until {
                let _ = self.shot("missing").await;
                return Err(format!("«{words}» could not be clicked: {clicked:?}").into());
            }
            // Half in view counts as in view to the driver; a person would scroll.
            self.run(&with_found("e?.scrollIntoView({ block: 'center' })"), vec![json!(words)]).await?;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn is_there(&self, script: &str, words: &str) -> Tried<bool> {
        Ok(!self.run(script, vec![json!(words)]).await?.is_null())
    }

    async fn found(&self, script: &str, words: &str) -> Tried<Element> {
        let until = Instant::now() + PATIENCE;
        loop {
            let answer = self.run(script, vec![json!(words)]).await?;
            if let Some(id) = answer.as_object().and_then(|reference| reference.values().next()).and_then(Value::as_str) {
                return Ok(Element::from_element_id(self.client.clone(), id.to_owned().into()));
            }
            if Instant::now() > until {
                let _ = self.shot("missing").await;
                return Err(format!("nothing on the page is called «{words}»; see target/shots/missing.png").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Starts a driver and its window, anew where they do not find each other.
async fn opened(place: &Place, opening: &Opening) -> Tried<(Driver, Client)> {
    let mut tried = 0;
    loop {
        let driver = Driver::start(place, opening).await?;
        match session(&driver, opening).await {
            Ok(client) => return Ok((driver, client)),
            Err(why) if tried + 1 == OPENINGS => return Err(format!("no window after {OPENINGS} tries: {why}").into()),
            Err(why) => eprintln!("the window is opened anew: {why}"),
        }
        tried += 1;
    }
}

/// Starts the window. No `browserName` is sent: newer drivers refuse every one.
async fn session(driver: &Driver, opening: &Opening) -> Tried<Client> {
    let wanted = json!({ "tauri:options": { "application": opening.program } });
    let Value::Object(wanted) = wanted else { return Err("capabilities are an object".into()) };
    let mut connector = TimeoutConnector::new(HttpConnector::new());
    connector.set_read_timeout(Some(SILENCE));
    Ok(ClientBuilder::new(connector).capabilities(wanted).connect(&driver.address()).await?)
}
