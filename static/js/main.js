// Loads a module for each kind of data-attribute on the page; every page works without it.
const json = (id) => JSON.parse(document.getElementById(id)?.textContent || "{}");
const words = Object.assign({}, ...[...document.querySelectorAll("script[data-words]")].map((script) => JSON.parse(script.textContent)));
const modules = json("modules");
const DRAFT = "portal:draft:";
const WEEK = 7 * 24 * 3600 * 1000;

export const kit = {
  DRAFT,
  // Modules are loaded by the address the page gives, so that a changed file is never an old one.
  load(name) {
    return import(modules[name]);
  },
  say(key, params = {}) {
    return (words[key] || key).replace(/\{(\w+)\}/g, (whole, name) => (name in params ? params[name] : whole));
  },
  token() {
    const kept = document.querySelector("meta[name=csrf-token]")?.content;
    return kept || document.querySelector("input[name=csrf_token]")?.value || "";
  },
  // Asks for a token that fits the session of this moment and puts it everywhere on the page.
  async freshToken() {
    const answer = await fetch("/account/csrf-token", { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) throw new Error("no token");
    const { token } = await answer.json();
    const meta = document.querySelector("meta[name=csrf-token]") || document.head.appendChild(kit.make("meta", { name: "csrf-token" }));
    meta.content = token;
    for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = token;
    return token;
  },
  // make("button", {type: "button", text: "…", onclick}, children…)
  make(tag, { text, ...rest } = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(rest)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
    }
    if (text !== undefined) node.textContent = text;
    node.append(...children);
    return node;
  },
};

// Local copies of drafts die with the session that wrote them, or after a week: people share computers.
function sweepCopies(all) {
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(DRAFT)) continue;
      const at = Number(JSON.parse(localStorage.getItem(key) || "{}").at) || 0;
      if (all || Date.now() - at > WEEK) localStorage.removeItem(key);
    }
  } catch {
    // A browser that forbids storage has no copies to sweep.
  }
}

sweepCopies(false);
for (const form of document.querySelectorAll("form[data-sign-out]")) form.addEventListener("submit", () => sweepCopies(true));

// A page kept open across a sign-in elsewhere asks for the token of the new session before it posts.
for (const form of document.querySelectorAll("form[data-fresh-token]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    kit.freshToken().catch(() => null).then(() => form.submit());
  });
}

document.querySelector("[data-focus-first]")?.focus();
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.who[open], .masthead details.fold[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.who[open]")) if (!menu.contains(event.target)) menu.open = false;
});

const WANTED = {
  autosave: "form[data-autosave]", poll: "[data-poll]", upload: "[data-upload]", lines: "[data-lines]",
  counter: "[data-count-for]", confirm: "[data-confirm]",
  review: "[data-review], [data-wait]", keys: "[data-keys]",
};
for (const [name, selector] of Object.entries(WANTED)) {
  const found = document.querySelectorAll(selector);
  if (found.length) kit.load(name).then((module) => module.start([...found], kit));
}
