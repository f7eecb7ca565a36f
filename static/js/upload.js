// Sends the chosen files one by one, with progress and cancel. Without JavaScript the form has a button.
export function start(slots, kit) {
  for (const slot of slots) prepare(slot, kit);
}

function prepare(slot, kit) {
  const form = slot.querySelector("form[enctype]");
  const list = slot.querySelector("[data-upload-list]");
  const input = form?.querySelector("input[type=file]");
  if (!input) return;
  form.querySelector("button").hidden = true;
  list.setAttribute("aria-live", "polite");
  input.multiple = true;
  const queue = [];
  let busy = false;

  input.addEventListener("change", () => {
    for (const file of input.files) queue.push([file, row(file)]);
    input.value = "";
    next();
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  function row(file) {
    const item = kit.make("li", {}, kit.make("span", { class: "name", text: file.name }), kit.make("span", { class: "small muted nowrap", text: size(file.size) }));
    list.append(item);
    return item;
  }

  function refuse(item, text, again) {
    clear(item);
    item.append(kit.make("span", { class: "state error", text }));
    if (again) item.append(kit.make("button", { type: "button", class: "button link", text: kit.say("up_again"), onclick: () => { item.remove(); queue.push([again, row(again)]); next(); } }));
  }

  async function next() {
    if (busy) return;
    const job = queue.shift();
    if (!job) return;
    busy = true;
    const [file, item] = job;
    const limit = Number(slot.dataset.limit);
    if (limit && file.size > limit) refuse(item, kit.say("up_large", { size: size(file.size), limit: size(limit) }));
    else if (!accepted(file, slot.dataset.accept)) refuse(item, kit.say("up_type", { types: slot.dataset.accept }));
    else await send(file, item, true);
    busy = false;
    next();
  }

  function send(file, item, mayRefresh) {
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      const bar = kit.make("progress", { max: "100", value: "0", "aria-label": file.name });
      const state = kit.make("span", { class: "state small", text: kit.say("up_sending", { percent: 0 }) });
      clear(item);
      item.append(bar, state, kit.make("button", { type: "button", class: "button link", text: kit.say("up_cancel"), onclick: () => request.abort() }));
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        bar.value = Math.round((event.loaded * 100) / event.total);
        state.textContent = kit.say("up_sending", { percent: bar.value });
      });
      request.addEventListener("abort", () => done(refuse(item, kit.say("up_cancelled"), file)));
      request.addEventListener("error", () => done(refuse(item, kit.say("up_failed"), file)));
      request.addEventListener("load", async () => {
        const answer = parsed(request.responseText);
        if (request.status >= 200 && request.status < 300) return done(accept(item, answer));
        if (request.status === 400 && answer.error === "csrf" && mayRefresh) {
          await kit.freshToken().catch(() => null);
          return done(await send(file, item, false));
        }
        if (request.status === 401) return done(refuse(item, kit.say("up_signin"), file));
        const errors = Object.values(answer.errors || {}).flat();
        return done(refuse(item, errors[0] || answer.message || answer.error || kit.say("up_failed"), request.status >= 500 ? file : null));
      });
      const body = new FormData(form);
      body.set("csrf_token", kit.token());
      body.set(input.name, file, file.name);
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", kit.token());
      request.send(body);
    });
  }

  function accept(item, stored) {
    const link = kit.make("a", { href: stored.url, text: stored.name });
    const small = (text, code) => kit.make("span", { class: `small muted ${code ? "code" : "nowrap"}`, text });
    item.textContent = "";
    item.append(kit.make("span", { class: "name" }, link), small(size(stored.size)), small(stored.sha256.slice(0, 8), true));
    if (stored.stored_at) item.append(small(stored.stored_at.slice(0, 16).replace("T", " ")));
    item.append(kit.make("span", { class: "tag good", text: kit.say("up_done") }));
    if (stored.remove_url) {
      item.append(kit.make("form", { method: "post", action: stored.remove_url, class: "inline-form" },
        kit.make("input", { type: "hidden", name: "csrf_token", value: kit.token() }),
        kit.make("button", { class: "button link", text: kit.say("up_remove") })));
    }
    slot.dispatchEvent(new CustomEvent("portal:uploaded", { bubbles: true, detail: stored }));
  }
}

function clear(item) {
  for (const node of item.querySelectorAll("progress, button, .state")) node.remove();
}

function parsed(text) {
  try {
    return JSON.parse(text) || {};
  } catch {
    return {};
  }
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function accepted(file, accept) {
  if (!accept) return true;
  const name = file.name.toLowerCase();
  return accept.split(",").map((rule) => rule.trim().toLowerCase()).some((rule) => {
    if (rule.startsWith(".")) return name.endsWith(rule);
    return rule.endsWith("/*") ? file.type.startsWith(rule.slice(0, -1)) : file.type === rule;
  });
}
