// A review while it is written: what counts so far, what is still missing, one pane at a time on a phone.
//   form[data-review] with [data-criterion][data-top][data-weight][data-reason-when], [data-total], [data-answered], [data-status-of]
//   [data-switch] > a[href="#pane"], [data-panes] with the panes; [data-wait="URL"]: asks until it may be written, then reloads.
const WAIT = 5000;
const narrow = matchMedia("(max-width: 62em)");

export function start(places, kit) {
  for (const place of places) {
    if (place.dataset.wait) wait(place.dataset.wait);
    else watch(place);
  }
  const panes = document.querySelector("[data-panes]");
  if (panes) new Panes(panes, document.querySelector("[data-switch]"), kit);
}

// A second click on the chosen score takes it away again; the radio says beforehand what it was.
function watch(form) {
  let before = null;
  const note = ({ target }) => {
    const radio = target.closest?.("label.mark")?.querySelector("input[type=radio]");
    before = radio?.checked ? radio : null;
  };
  form.addEventListener("pointerdown", note);
  form.addEventListener("click", (event) => {
    const radio = event.target;
    if (radio.type !== "radio" || radio !== before || !radio.checked) return;
    before = null;
    radio.checked = false;
    radio.dispatchEvent(new Event("input", { bubbles: true }));
  });
  for (const button of form.querySelectorAll("[data-skip]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const input = button.parentElement.querySelector("[data-typed-score]");
      input.value = button.textContent.trim();
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
  form.addEventListener("input", () => count(form));
  form.addEventListener("change", () => count(form));
  count(form);
  form.querySelector("[data-first-lack]")?.focus();
}

const numeral = (text) => (/^\d{1,4}$/.test(text) ? Number(text) : null);

function scoreOf(box) {
  const typed = box.querySelector("[data-typed-score]");
  if (typed) return typed.value.normalize("NFKC").trim();
  return box.querySelector("input[type=radio]:checked")?.value || "";
}

function count(form) {
  let answered = 0;
  let sum = 0;
  let weights = 0;
  for (const box of form.closest(".sweep") ? [form.closest(".sweep")] : form.querySelectorAll("[data-criterion]")) {
    const text = scoreOf(box);
    const value = numeral(text);
    const top = Number(box.dataset.top);
    const weight = Number(box.dataset.weight);
    for (const anchor of box.querySelectorAll("[data-anchor]")) anchor.classList.toggle("chosen", Number(anchor.dataset.anchor) === value);
    if (text) answered += 1;
    if (value !== null && value <= top) {
      sum += (weight * value) / top;
      weights += weight;
    }
    tell(form, box, text, value, top);
  }
  const total = form.querySelector("[data-total]");
  if (!total) return;
  total.textContent = weights ? (Math.round((sum / weights) * 10000 + 1e-7) / 100).toFixed(2) : "—";
  form.querySelector("[data-answered]").textContent = answered;
}

// Beside each criterion in the overview: done, no score yet, or a score without its reason.
function tell(form, box, text, value, top) {
  const place = form.querySelector(`[data-status-of="${CSS.escape(box.dataset.criterion)}"]`);
  if (!place) return;
  const when = box.dataset.reasonWhen;
  const asked = text && (when === "always" || (when === "extremes" && (value === 0 || value === top)));
  let state = "done";
  if (!text) state = "score";
  else if (asked && !box.querySelector("[data-reason]").value.trim()) state = "reason";
  if (place.textContent !== place.dataset[state]) place.textContent = place.dataset[state];
  place.classList.toggle("done", state === "done");
}

// On a phone one pane is shown, and each is found again where it was left.
class Panes {
  constructor(panes, links) {
    Object.assign(this, { panes, links: [...links.querySelectorAll("a")], left: {} });
    this.shown = location.hash.startsWith("#part-") ? "dossier" : "rubric";
    if (!document.querySelector("form[data-review]") || !location.hash) this.shown = "dossier";
    if (document.querySelector("[data-first-lack]")) this.shown = "rubric";
    for (const link of this.links) link.addEventListener("click", (event) => this.onSwitch(event, link.hash.slice(1)));
    document.addEventListener("click", (event) => this.onLink(event));
    narrow.addEventListener("change", () => this.draw());
    this.draw();
  }

  draw() {
    if (narrow.matches) this.panes.dataset.pane = this.shown;
    else delete this.panes.dataset.pane;
    for (const link of this.links) {
      if (link.hash.slice(1) === this.shown) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  show(name) {
    if (name === this.shown) return;
    this.left[this.shown] = scrollY;
    this.shown = name;
    this.draw();
  }

  onSwitch(event, name) {
    if (!narrow.matches) return;
    event.preventDefault();
    this.show(name);
    scrollTo(0, this.left[name] ?? this.panes.offsetTop - 60);
  }

  // A link to something inside the pane that is not shown: show it first, then let the browser go there.
  onLink(event) {
    const link = event.target.closest?.("a[href^='#']");
    if (!link || this.links.includes(link) || !narrow.matches) return;
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    const pane = target?.closest("[data-panes] > *");
    if (pane) this.show(pane.id);
  }
}

async function wait(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status === 401 || answer.status === 404 || (answer.ok && (await answer.json()).writable)) return location.reload();
  } catch {
    // The network is away; the next question may get through.
  }
  return setTimeout(() => wait(url), WAIT);
}
