// Saves a form while it is being written. Nothing typed is lost, nothing of anybody else's is overwritten.
//   <form data-autosave="URL" data-rev="12" data-owner="user-7"> … <p data-save-state> … </form>
//   data-unsaved on the form: what the page shows is not what is stored (redrawn after an error); all of it is sent.
//   a[data-flush]: what is unsaved is saved before the link is followed.
//   data-no-autosave on a control or around several leaves them out; hidden inputs, passwords and files are never sent.
const QUIET = 800;
const SLOWEST = 60;
const PATIENCE = 30000;
const KEEPALIVE_LIMIT = 60000;
const SIGNIN_PAUSE = 15000;

export async function start(forms, kit) {
  const [fields, { Clashes }, { Copies }, { Refusals }, { meet }, { open }] = await Promise.all(
    ["fields", "clashes", "copies", "refusals", "tabs", "dialog"].map(kit.load),
  );
  const drafts = forms.map((form) => new Draft(form, kit, fields));
  document.addEventListener("click", (event) => leave(event, drafts));
  for (const draft of drafts) {
    draft.clashes = new Clashes(draft, open);
    draft.refusals = new Refusals(draft);
    draft.copies = new Copies(kit.DRAFT, draft.form.dataset.owner || "", draft.url);
    draft.meet = meet;
    draft.begin();
  }
}

// A link with data-flush to the next document: what is unsaved is saved first, so that nothing has to be asked.
async function leave(event, drafts) {
  const link = event.target.closest?.("a[data-flush]");
  const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey;
  if (!link || elsewhere || event.defaultPrevented || !drafts.some((draft) => draft.pending())) return;
  event.preventDefault();
  await Promise.all(drafts.map((draft) => draft.settled()));
  location.assign(link.href);
}

class Draft {
  constructor(form, kit, fields) {
    Object.assign(this, { form, kit, fields, url: form.dataset.autosave });
    this.rev = Number(form.dataset.rev) || 0;
    this.base = "unsaved" in form.dataset ? {} : fields.read(form, true);
    this.busy = this.composing = this.leaving = this.stopped = this.signedOut = false;
    this.wait = 0;
    this.place = form.querySelector("[data-save-state]") || form.appendChild(kit.make("p", { class: "save-state", role: "status" }));
  }

  begin() {
    this.setRev(this.rev);
    this.listen();
    this.channel = this.meet(this);
    if (!("unsaved" in this.form.dataset)) this.restore();
    this.clashes.open();
    if (Object.keys(this.differing()).length) this.changed();
  }

  listen() {
    const { form } = this;
    form.addEventListener("input", (event) => (event.isComposing || this.composing ? this.say("dirty") : this.changed()));
    form.addEventListener("change", () => this.composing || this.changed());
    form.addEventListener("compositionstart", () => {
      this.composing = true;
      clearTimeout(this.timer);
    });
    form.addEventListener("compositionend", () => {
      this.composing = false;
      setTimeout(() => this.changed());
    });
    form.addEventListener("submit", (event) => this.onSubmit(event));
    form.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key !== "s" || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.stopped = false;
      this.send();
    });
    addEventListener("online", () => this.again());
    addEventListener("offline", () => this.pending() && this.say("offline"));
    addEventListener("focus", () => this.signedOut && this.again());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.send({ keepalive: true });
      else if (this.signedOut) this.again();
    });
    addEventListener("beforeunload", (event) => {
      if (this.leaving || !this.pending()) return;
      event.preventDefault();
      event.returnValue = "";
    });
    addEventListener("pageshow", () => (this.leaving = false));
  }

  // Fields whose text is not what is stored.
  differing() {
    const now = this.fields.read(this.form);
    return Object.fromEntries(Object.entries(now).filter(([name, value]) => !this.fields.same(value, this.base[name])));
  }

  // Those of them that may be sent: not the ones waiting for a choice, nor what was refused and has not changed.
  sendable() {
    const waits = ([name, value]) => this.clashes.has(name) || this.refusals.holds(name, value);
    return Object.fromEntries(Object.entries(this.differing()).filter((entry) => !waits(entry)));
  }

  pending() {
    return this.busy || this.composing || Object.keys(this.differing()).length > 0;
  }

  changed() {
    const open = this.differing();
    if (!Object.keys(open).length) {
      this.copies.drop();
      if (!this.busy && this.place.dataset.state === "dirty") this.saved();
      return;
    }
    this.copies.keep(open, this.base);
    this.refusals.review(open);
    if (this.signedOut || this.stopped || this.wait || !Object.keys(this.sendable()).length) return;
    this.say(navigator.onLine ? "dirty" : "offline");
    this.schedule(QUIET);
  }

  schedule(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
  }

  async send({ keepalive = false, mayRefresh = true } = {}) {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.busy || this.composing || this.stopped || this.signedOut) return;
    const sent = this.sendable();
    if (!Object.keys(sent).length) return;
    this.busy = true;
    this.say("saving");
    const answer = await this.request(sent, keepalive).catch(() => ({ status: 0 }));
    const next = await this.handle(answer, sent, mayRefresh).finally(() => {
      this.busy = false;
    });
    if (this.submitter !== undefined) this.submitNow();
    else if (next) next();
    else if (!this.timer) this.changed();
  }

  // Everything that can be sent now has been.
  async settled() {
    while (this.busy) await new Promise((done) => setTimeout(done, 50));
    if (navigator.onLine) await this.send();
  }

  async request(sent, keepalive) {
    const body = JSON.stringify({ rev: this.rev, fields: sent });
    const control = new AbortController();
    const clock = setTimeout(() => control.abort(), PATIENCE);
    try {
      const answer = await fetch(this.url, {
        method: "PATCH", body, cache: "no-store", signal: control.signal,
        keepalive: keepalive && new Blob([body]).size < KEEPALIVE_LIMIT,
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.kit.token() },
      });
      return { ...parsed(await answer.text()), status: answer.status };
    } finally {
      clearTimeout(clock);
    }
  }

  // What an answer means; may return what is to be done once this request is over.
  async handle(answer, sent, mayRefresh) {
    const { status } = answer;
    if (!status || status >= 500 || status === 429 || status === 408) return this.retry();
    this.wait = 0;
    if (status === 200) return this.accept(answer, sent, Object.keys(sent));
    if (status === 409 && answer.conflicts) {
      this.clashes.add(answer.conflicts);
      return this.accept(answer, sent, answer.saved || []);
    }
    if (status === 400 && answer.error === "csrf" && mayRefresh) {
      if (!(await this.kit.freshToken().catch(() => null))) return this.retry();
      return () => this.send({ mayRefresh: false });
    }
    if (status === 401) return this.askToSignIn(answer.signin);
    if (status === 422 && answer.errors) return this.refuse(answer.errors, sent);
    this.stopped = status !== 413;
    if (status === 413) for (const [name, value] of Object.entries(sent)) this.refusals.add(name, value);
    this.say("needs", answer.message || (answer.error !== "csrf" && answer.error) || this.kit.say(`needs_${status}`));
    return null;
  }

  accept(answer, sent, names) {
    this.setRev(answer.rev);
    for (const name of names) this.base[name] = sent[name];
    this.merge(answer.merged || {});
    const open = this.differing();
    if (Object.keys(open).length) this.copies.keep(open, this.base);
    else this.copies.drop();
    this.channel?.postMessage({ kind: "saved", rev: this.rev });
    this.saved(answer.saved_at);
    if (Object.keys(this.sendable()).length) this.changed();
    return this.clashes.fresh ? () => this.clashes.open() : null;
  }

  // Fields that others changed are filled in silently, unless something was typed there meanwhile.
  merge(merged) {
    const now = this.fields.read(this.form);
    for (const [name, theirs] of Object.entries(merged)) {
      if (!(name in now) || this.clashes.has(name)) continue;
      const untouched = this.fields.same(now[name], this.base[name]);
      this.base[name] = theirs;
      if (untouched) this.fields.write(this.form, name, theirs);
      else if (!this.fields.same(now[name], theirs)) this.clashes.add({ [name]: { theirs } });
    }
  }

  retry() {
    this.wait = Math.min(this.wait * 2 || 2, SLOWEST);
    if (navigator.onLine) this.say("retry", this.kit.say("retry", { seconds: this.wait }));
    else this.say("offline");
    this.schedule(this.wait * 1000);
    return null;
  }

  askToSignIn(url) {
    this.signedOut = true;
    this.say("signin");
    if (url) this.place.append(" ", this.kit.make("a", { href: url, target: "_blank", rel: "noopener", text: this.kit.say("signin_link") }));
    clearInterval(this.watch);
    this.watch = setInterval(() => document.visibilityState === "visible" && this.again(), SIGNIN_PAUSE);
    return null;
  }

  // The network is back, or somebody may have signed in elsewhere: try at once, with a token of the new session.
  async again() {
    if (this.busy || this.stopped) return;
    if (this.signedOut) {
      try {
        await this.kit.freshToken();
      } catch {
        return;
      }
    }
    clearInterval(this.watch);
    this.signedOut = false;
    this.wait = 0;
    this.send();
  }

  refuse(errors, sent) {
    const told = Object.entries(errors).filter(([name]) => name in sent);
    for (const [name, messages] of told) this.refusals.add(name, sent[name], messages);
    this.stopped = !told.length;
    this.say("needs", this.kit.say("needs_422"));
    return !this.stopped && Object.keys(this.sendable()).length ? () => this.send() : null;
  }

  // Text that a crash or a lost session left on this machine comes back, and it is said.
  restore() {
    let latest = 0;
    for (const copy of this.copies.found()) {
      for (const [name, mine] of Object.entries(copy.fields)) {
        if (!(name in this.base) || this.fields.same(mine, this.base[name])) continue;
        if (!this.fields.same(copy.base[name], this.base[name])) this.clashes.add({ [name]: { theirs: this.base[name] } });
        this.fields.write(this.form, name, mine);
        latest = Math.max(latest, copy.at);
      }
    }
    if (!latest) return this.copies.drop();
    const time = new Date(latest).toLocaleString(document.documentElement.lang, { hour12: false });
    const note = this.kit.make("div", { class: "notice warn", role: "status" }, this.kit.make("p", { text: this.kit.say("restored", { time }) }));
    this.form.prepend(note);
    return this.say("restored", this.kit.say("restored", { time }));
  }

  onSubmit(event) {
    clearTimeout(this.timer);
    if (event.defaultPrevented) return;
    if (this.clashes.any()) {
      event.preventDefault();
      this.clashes.open();
    } else if (this.busy) {
      event.preventDefault();
      this.submitter = event.submitter || null;
    } else this.leaving = true;
  }

  submitNow() {
    const { submitter } = this;
    this.submitter = undefined;
    if (this.form.requestSubmit) this.form.requestSubmit(submitter || undefined);
    else if (submitter) submitter.click();
    else this.form.submit();
  }

  setRev(rev) {
    this.rev = rev ?? this.rev;
    this.form.dataset.rev = this.rev;
    if (this.form.elements.rev) this.form.elements.rev.value = this.rev;
  }

  saved(at) {
    this.savedAt = at ? at.slice(11, 19) : this.savedAt;
    if (this.clashes.any()) this.say("conflict");
    else if (this.savedAt) this.say("saved", this.kit.say("saved", { time: this.savedAt }));
    else this.say("idle", "");
  }

  say(state, text) {
    if (this.clashes.any() && !["saving", "retry", "offline", "signin", "needs"].includes(state)) state = "conflict";
    const said = state === "conflict" ? this.kit.say("conflict", { n: this.clashes.count() }) : text ?? this.kit.say(state);
    if (this.place.dataset.state === state && this.place.textContent === said) return;
    this.place.dataset.state = state;
    this.place.textContent = said;
    if (state === "conflict") this.place.append(" ", this.kit.make("button", { type: "button", class: "button", text: this.kit.say("resolve"), onclick: () => this.clashes.open() }));
  }
}

function parsed(text) {
  try {
    return JSON.parse(text) || {};
  } catch {
    return {};
  }
}
