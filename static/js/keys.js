// Keys for people who score many dossiers. Off while text is written or composed, and on request (kept on this machine).
//   [data-keys]: what they work on; [data-key-item]: what J and K go through; [data-key-comment], [data-reason], [data-look];
//   a[rel=prev], a[rel=next]; [data-keys-open] and <template data-keys-help> for the help.
const KEPT = "portal:keys";
const TEN = 1500;
const WRITTEN = "textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox]):not([type=submit]):not([type=button])";

export async function start([place], kit) {
  const { open } = await kit.load("dialog");
  new Keys(place, kit, open).listen();
}

class Keys {
  constructor(place, kit, open) {
    Object.assign(this, { place, kit, open, last: null, one: 0, helping: false, composing: false });
    this.on = remembered() !== "off";
    this.help = document.querySelector("template[data-keys-help]");
  }

  listen() {
    document.addEventListener("compositionstart", () => (this.composing = true));
    document.addEventListener("compositionend", () => (this.composing = false));
    document.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("focusin", ({ target }) => (this.last = target.closest?.("[data-key-item]") || this.last));
    for (const button of document.querySelectorAll("[data-keys-open]")) {
      button.hidden = false;
      button.addEventListener("click", () => this.showHelp());
    }
  }

  items() {
    return [...this.place.querySelectorAll("[data-key-item]")].filter((item) => item.offsetParent);
  }

  current() {
    return document.activeElement?.closest?.("[data-key-item]") || (this.last?.isConnected ? this.last : null);
  }

  onKey(event) {
    if (event.isComposing || this.composing || event.keyCode === 229 || this.helping || document.querySelector(".dialog")) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey) return this.withControl(event);
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const writing = event.target.matches?.(WRITTEN);
    if (event.key === "Escape" && writing) return this.leave(event);
    if (!this.on || writing) return;
    const act = this.acts(event.key);
    if (act && act() !== false) event.preventDefault();
  }

  withControl(event) {
    const form = this.place.closest("form") || this.current()?.querySelector("form");
    if (form?.tagName !== "FORM") return;
    if (event.key === "Enter" && form.contains(document.querySelector(".actionbar"))) {
      event.preventDefault();
      form.querySelector(".actionbar button[value=seal]")?.click();
    } else if (event.key === "s" && !form.contains(event.target)) {
      event.preventDefault();
      form.dispatchEvent(new KeyboardEvent("keydown", { key: "s", ctrlKey: true, bubbles: false }));
    }
  }

  acts(key) {
    if (/^[0-9]$/.test(key)) return () => this.score(key);
    const acts = {
      j: () => this.move(1), k: () => this.move(-1), n: () => this.score("na"), Delete: () => this.clear(), Backspace: () => this.clear(),
      c: () => this.write("[data-key-comment]", true), r: () => this.write("[data-reason]"), l: () => this.look(), Escape: () => this.back(),
      "[": () => this.go("prev"), "]": () => this.go("next"), "?": () => this.showHelp(), "？": () => this.showHelp(),
    };
    return acts[key] || acts[key.toLowerCase()];
  }

  focus(item) {
    const link = item.matches("li") ? item.querySelector("a") : item;
    link.focus();
    item.scrollIntoView({ block: "nearest" });
    this.last = item;
  }

  move(by) {
    const items = this.items();
    if (!items.length) return false;
    const at = items.indexOf(this.current());
    const next = at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(Math.max(at + by, 0), items.length - 1);
    return this.focus(items[next]);
  }

  score(value) {
    const item = this.current() || this.items()[0];
    if (!item?.dataset.top) return false;
    const typed = item.querySelector("[data-typed-score]");
    if (typed) return this.type(item, typed, value);
    const wanted = this.ten(item, value);
    const radio = item.querySelector(`input[type=radio][value="${wanted}"]`);
    if (!radio) return false;
    if (!item.contains(document.activeElement)) this.focus(item);
    radio.checked = true;
    radio.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  }

  // "1" and at once "0" is ten, where there is a ten.
  ten(item, value) {
    const quick = this.one && Date.now() - this.one < TEN && value === "0" && Number(item.dataset.top) >= 10;
    this.one = value === "1" ? Date.now() : 0;
    return quick ? "10" : value;
  }

  type(item, typed, value) {
    if (value === "na") {
      item.querySelector("[data-skip]")?.click();
      return true;
    }
    typed.focus();
    typed.select();
    return false;
  }

  clear() {
    const item = this.current();
    const radio = item?.querySelector("input[type=radio]:checked");
    const typed = item?.querySelector("[data-typed-score]");
    if (!radio && !typed) return false;
    if (radio) radio.checked = false;
    else typed.value = "";
    (radio || typed).dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  }

  write(selector, anywhere = false) {
    const item = this.current() || this.items()[0];
    const field = (anywhere && this.place.querySelector(selector)) || item?.querySelector(anywhere ? "[data-reason]" : selector);
    if (!field) return false;
    this.last = item || this.last;
    field.focus();
    field.scrollIntoView({ block: "nearest" });
    return true;
  }

  look() {
    const link = (this.current() || this.items()[0])?.querySelector("[data-look]");
    if (!link) return false;
    link.click();
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    target?.closest("[data-panes] > *")?.focus({ preventScroll: true });
    return true;
  }

  leave(event) {
    event.preventDefault();
    const item = event.target.closest("[data-key-item]") || this.last || this.items()[0];
    event.target.blur();
    if (item) this.focus(item);
  }

  back() {
    if (this.last && !this.last.contains(document.activeElement)) return this.focus(this.last);
    return false;
  }

  go(rel) {
    const link = document.querySelector(`main a[rel=${rel}]`);
    if (!link) return false;
    link.click();
    return true;
  }

  showHelp() {
    const { kit, help } = this;
    const content = help.content.cloneNode(true);
    const box = content.querySelector("[data-keys-on]");
    box.checked = this.on;
    box.addEventListener("change", () => {
      this.on = box.checked;
      remember(this.on ? "on" : "off");
    });
    this.helping = true;
    const done = kit.make("button", { type: "button", class: "button", text: kit.say("close"), onclick: () => close() });
    const close = this.open(kit, help.dataset.title || help.content.querySelector("caption").textContent, [...content.children, kit.make("div", { class: "actions" }, done)], () => (this.helping = false));
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function remember(value) {
  try {
    localStorage.setItem(KEPT, value);
  } catch {
    // A browser that forbids storage keeps it for this page only.
  }
}
