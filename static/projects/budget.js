// Budget lines of an application: rows, amounts and limits while typing. All sums are whole fen (BigInt); the server decides.
//   [data-budget data-words data-page] > input[name="budget:order"], [data-budget-lines] > tr[data-uid], <template data-budget-template> with __uid__
//   Each cell is a field of its own and saved as such; the order field says which lines there are.
const modules = JSON.parse(document.getElementById("modules").textContent);
const box = document.querySelector("[data-budget]");
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
const SOURCES = ["grant", "own", "matched"];

if (box) import(modules.lines).then(({ amountOf, yuan }) => new Budget(amountOf, yuan));

class Budget {
  constructor(amountOf, yuan) {
    Object.assign(this, { amountOf, yuan, words: JSON.parse(box.dataset.words) });
    this.list = box.querySelector("[data-budget-lines]");
    this.order = box.querySelector('input[name="budget:order"]');
    this.template = box.querySelector("template[data-budget-template]");
    this.voice = box.appendChild(document.createElement("p"));
    this.voice.className = "sr";
    this.voice.setAttribute("role", "status");
    box.addEventListener("click", (event) => this.onClick(event));
    box.addEventListener("input", (event) => (event.target === this.order ? this.follow() : this.count()));
    box.addEventListener("change", () => this.count());
    this.count();
  }

  say(key, n) {
    return this.words[key].replace("{n}", n);
  }

  rows() {
    return [...this.list.querySelectorAll("tr[data-uid]")];
  }

  uids() {
    return this.order.value.split(",").filter(Boolean);
  }

  arrange(uids) {
    this.order.value = uids.join(",");
    this.order.dispatchEvent(new Event("input", { bubbles: true }));
  }

  onClick(event) {
    const remove = event.target.closest("[data-budget-remove]");
    if (event.target.closest("[data-budget-add]")) this.add(event);
    else if (remove) this.remove(event, remove.closest("tr"));
  }

  add(event) {
    event.preventDefault();
    const uid = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => LETTERS[byte % 32]).join("");
    const holder = document.createElement("template");
    holder.innerHTML = this.template.innerHTML.replace(/__uid__/g, uid);
    this.list.append(holder.content);
    this.list.lastElementChild.querySelector("input").focus();
    this.voice.textContent = this.words.added;
    this.arrange([...this.uids(), uid]);
  }

  remove(event, row) {
    event.preventDefault();
    const near = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    (near?.querySelector("input") || box.querySelector("[data-budget-add]")).focus();
    this.voice.textContent = this.words.removed;
    this.arrange(this.uids().filter((uid) => uid !== row.dataset.uid));
  }

  // The order changed: here, or because a colleague added or removed lines elsewhere.
  async follow() {
    const wanted = this.uids();
    for (const row of this.rows()) if (!wanted.includes(row.dataset.uid) && !row.contains(document.activeElement)) row.remove();
    const here = new Set(this.rows().map((row) => row.dataset.uid));
    if (wanted.some((uid) => !here.has(uid))) await this.fetchRows();
    this.count();
  }

  async fetchRows() {
    const answer = await fetch(box.dataset.page, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const here = new Set(this.rows().map((row) => row.dataset.uid));
    for (const row of page.querySelectorAll("[data-budget-lines] > tr[data-uid]")) {
      if (!here.has(row.dataset.uid) && this.uids().includes(row.dataset.uid)) this.list.append(document.importNode(row, true));
    }
  }

  text(row, column) {
    return row.querySelector(`[data-col="${column}"]`).value;
  }

  // The figures of a row in fen; an amount is null when it cannot be read.
  figures(row) {
    const found = { category: this.text(row, "category"), amount: this.amountOf(this.text(row, "quantity"), this.text(row, "unit_price")) };
    for (const name of SOURCES) found[name] = this.amountOf("1", this.text(row, name));
    return found;
  }

  count() {
    const lines = this.rows().map((row) => [row, this.figures(row)]);
    for (const [row, found] of lines) this.showRow(row, found);
    const sum = (name, category) => lines.reduce((total, [, found]) => (category && found.category !== category ? total : total + (found[name] ?? 0n)), 0n);
    for (const out of box.querySelectorAll("[data-limit]")) out.textContent = this.yuan(share(sum(out.dataset.limit), out.dataset.points, "up" in out.dataset));
    for (const out of box.querySelectorAll("[data-total]")) this.showTotal(out, sum(out.dataset.total, out.dataset.category), sum);
  }

  showRow(row, found) {
    const out = row.querySelector("[data-amount]");
    out.textContent = found.amount === null ? "—" : this.yuan(found.amount);
    const known = SOURCES.every((name) => found[name] !== null);
    const by = known && found.amount ? SOURCES.reduce((total, name) => total + found[name], 0n) - found.amount : 0n;
    if (by) note(out, "over", by > 0n ? this.say("more", this.yuan(by)) : this.say("short", this.yuan(-by)));
  }

  showTotal(out, total, sum) {
    const { cap, capOf, capPoints, floor, floorOf, floorPoints } = out.dataset;
    const most = cap ? BigInt(cap) : capOf ? share(sum(capOf), capPoints, false) : null;
    const least = floor ? BigInt(floor) : floorOf ? share(sum(floorOf), floorPoints, true) : null;
    out.textContent = this.yuan(total);
    if (most !== null) note(out, total > most ? "over" : "muted", total > most ? this.say("over", this.yuan(total - most)) : this.say("left", this.yuan(most - total)));
    if (least !== null) note(out, total < least ? "over" : "muted", total < least ? this.say("below", this.yuan(least - total)) : this.words.meets);
  }
}

function share(whole, points, up) {
  const product = whole * BigInt(points);
  return (product + (up ? 9999n : 0n)) / 10000n;
}

function note(out, kind, text) {
  const small = document.createElement("small");
  small.className = kind;
  small.textContent = text;
  out.append(document.createElement("br"), small);
}
