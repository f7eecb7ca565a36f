// Two versions of one field: both are shown, the person chooses, and what was not chosen stays readable.
export class Clashes {
  constructor(draft, dialog) {
    this.draft = draft;
    this.dialog = dialog;
    this.waiting = {};
    this.showing = false;
    this.fresh = false;
  }

  add(conflicts) {
    for (const [name, clash] of Object.entries(conflicts)) {
      if (!this.draft.fields.control(this.draft.form, name)) continue;
      this.waiting[name] = clash;
      this.fresh = true;
    }
  }

  has(name) {
    return name in this.waiting;
  }

  any() {
    return this.count() > 0;
  }

  count() {
    return Object.keys(this.waiting).length;
  }

  // Shows the first undecided field; Esc or "later" leaves it undecided and says so.
  open() {
    const [name] = Object.keys(this.waiting);
    this.fresh = false;
    if (!name || this.showing) return;
    if (this.draft.composing) {
      this.draft.form.addEventListener("compositionend", () => setTimeout(() => this.open()), { once: true });
      return;
    }
    this.showing = true;
    const { form, fields, kit } = this.draft;
    const { theirs, by, at } = this.waiting[name];
    const mine = fields.read(form)[name];
    const version = (word, value) => kit.make("div", {}, kit.make("h3", { text: kit.say(word) }),
      kit.make("p", { class: "pre", tabindex: "0", text: fields.shown(form, name, value) || kit.say("blank") }));
    const choice = (word, answer, kind) => kit.make("button", { type: "button", class: `button ${kind}`, text: kit.say(word), onclick: () => close(answer) });
    const buttons = [choice("use_mine", "mine", ""), choice("use_theirs", "theirs", "")];
    if (fields.joinable(form, name)) buttons.push(choice("use_both", "both", ""));
    buttons.push(choice("later", null, "link"));
    const close = this.dialog(kit, `${kit.say("clash_title")} · ${fields.label(form, name)}`, [
      kit.make("p", { text: kit.say("clash_lead", { by: by || kit.say("nobody"), at: (at || "").slice(11, 16) }) }),
      kit.make("div", { class: "versions" }, version("clash_mine", mine), version("clash_theirs", theirs)),
      kit.make("div", { class: "actions" }, ...buttons),
    ], (answer) => this.decided(name, answer));
  }

  decided(name, answer) {
    this.showing = false;
    const { draft } = this;
    const { form, fields } = draft;
    if (!answer) {
      draft.say("conflict");
      return;
    }
    const { theirs } = this.waiting[name];
    const mine = fields.read(form)[name];
    delete this.waiting[name];
    draft.base[name] = theirs;
    if (answer === "theirs") {
      this.keep(name, mine);
      fields.write(form, name, theirs);
    } else if (answer === "both") fields.write(form, name, `${mine}\n\n${theirs}`);
    else this.keep(name, theirs);
    draft.place.dataset.state = "dirty";
    draft.changed();
    if (!Object.keys(draft.differing()).length) draft.saved();
    this.open();
  }

  // The version that was not chosen, under its field, to copy from.
  keep(name, value) {
    const { form, fields, kit } = this.draft;
    const text = fields.shown(form, name, value);
    const node = fields.control(form, name);
    if (!text) return;
    const box = kit.make("details", { class: "kept unfold" }, kit.make("summary", { text: kit.say("kept") }), kit.make("div", {}, kit.make("p", { class: "pre", text })));
    (node.closest(".field") || node).append(box);
  }
}
