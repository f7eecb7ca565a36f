// What the server would not take: said beside the field, and not sent again until it has changed.
export class Refusals {
  constructor(draft) {
    this.draft = draft;
    this.values = {};
  }

  // Whether this very value of this field was refused.
  holds(name, value) {
    return name in this.values && this.draft.fields.same(value, this.values[name]);
  }

  add(name, value, messages = []) {
    this.lift(name);
    this.values[name] = value;
    const node = this.draft.fields.control(this.draft.form, name);
    const text = [messages].flat().join(" ");
    if (!node || !text) return;
    const id = `autosave-error-${name}`;
    node.before(this.draft.kit.make("p", { class: "error", id, text }));
    node.setAttribute("aria-invalid", "true");
    node.setAttribute("aria-describedby", `${id} ${node.getAttribute("aria-describedby") || ""}`.trim());
  }

  // Forgets the refusals of fields that say something else by now.
  review(values) {
    for (const name of Object.keys(this.values)) if (!this.holds(name, values[name])) this.lift(name);
  }

  lift(name) {
    delete this.values[name];
    const note = document.getElementById(`autosave-error-${name}`);
    if (!note) return;
    const node = this.draft.fields.control(this.draft.form, name);
    note.remove();
    node.removeAttribute("aria-invalid");
    node.setAttribute("aria-describedby", node.getAttribute("aria-describedby").replace(note.id, "").trim());
  }
}
