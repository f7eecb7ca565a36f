// Rows that repeat, and their totals while typing. All sums are whole fen (BigInt); the server decides.
//   [data-lines] > … [data-line-list] > [data-line] with controls data-col="quantity|price|…" and <output data-amount>
//   <template data-line-template> with __n__ where the row number goes; buttons data-line-add, data-line-remove
//   <output data-sum="all" | "COLUMN:VALUE"> with a cap: data-cap=FEN, or data-cap-of="all" data-cap-points=BASIS_POINTS,
//   or a floor: data-floor=FEN, or data-floor-of="all" data-floor-points=BASIS_POINTS
export function start(boxes, kit) {
  for (const box of boxes) tend(box, kit);
}

const PLACES = 4;

// "1,234.5" → 12345000n with four places; null for what is not a number.
function scaled(text, places) {
  const plain = (text || "").normalize("NFKC").replace(/[,\s¥]/g, "");
  if (!plain) return 0n;
  const match = /^(\d+)(?:\.(\d*))?$/.exec(plain);
  if (!match || (match[2] || "").length > places) return null;
  return BigInt(match[1] + (match[2] || "").padEnd(places, "0"));
}

export function amountOf(quantity, price) {
  const q = scaled(quantity, PLACES);
  const p = scaled(price, 2);
  if (q === null || p === null) return null;
  const unit = 10n ** BigInt(PLACES);
  return (q * p * 2n + unit) / (unit * 2n);
}

export function yuan(fen) {
  const whole = (fen / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${whole}.${(fen % 100n).toString().padStart(2, "0")}`;
}

function tend(box, kit) {
  const list = box.querySelector("[data-line-list]");
  const template = box.querySelector("template[data-line-template]");
  const voice = box.appendChild(kit.make("p", { class: "sr", role: "status" }));
  const rows = () => [...list.querySelectorAll("[data-line]")];
  const column = (row, name) => row.querySelector(`[data-col="${name}"]`)?.value || "";
  let last = rows().length;

  function count() {
    const amounts = rows().map((row) => {
      const typed = row.querySelector('[data-col="amount"]');
      const amount = typed ? scaled(typed.value, 2) : amountOf(column(row, "quantity"), column(row, "price"));
      const out = row.querySelector("[data-amount]");
      if (out) out.textContent = amount === null ? "—" : yuan(amount);
      return [row, amount === null ? 0n : amount];
    });
    const sum = (rule) => {
      const [name, value] = rule.split(":");
      return amounts.reduce((total, [row, amount]) => (rule === "all" || column(row, name) === value ? total + amount : total), 0n);
    };
    for (const out of box.querySelectorAll("[data-sum]")) show(out, sum(out.dataset.sum), sum);
  }

  function bound(out, kind, sum) {
    const { [kind]: fixed, [`${kind}Of`]: of, [`${kind}Points`]: points } = out.dataset;
    if (fixed) return BigInt(fixed);
    return of && points ? (sum(of) * BigInt(points)) / 10000n : null;
  }

  function show(out, total, sum) {
    const cap = bound(out, "cap", sum);
    const floor = bound(out, "floor", sum);
    const over = cap !== null && total > cap;
    const below = floor !== null && total < floor;
    out.textContent = yuan(total);
    out.classList.toggle("over", over || below);
    const note = over ? kit.say("cap_over", { n: yuan(total - cap) })
      : below ? kit.say("below", { n: yuan(floor - total) })
      : cap !== null ? kit.say("cap_fits", { n: yuan(cap - total) }) : "";
    if (note) out.append(document.createElement("br"), kit.make("small", { class: over || below ? "over" : "muted", text: note }));
  }

  box.addEventListener("click", (event) => {
    const add = event.target.closest("[data-line-add]");
    const remove = event.target.closest("[data-line-remove]");
    if (add && template) {
      event.preventDefault();
      const holder = document.createElement("template");
      holder.innerHTML = template.innerHTML.replace(/__n__/g, String(last++));
      list.append(holder.content);
      list.lastElementChild.querySelector("input, select, textarea")?.focus();
      voice.textContent = kit.say("row_added");
    } else if (remove) {
      event.preventDefault();
      const row = remove.closest("[data-line]");
      const near = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      (near?.querySelector("input, select, textarea") || box.querySelector("[data-line-add]"))?.focus();
      voice.textContent = kit.say("row_removed");
    } else return;
    list.dispatchEvent(new Event("input", { bubbles: true }));
  });
  box.addEventListener("input", count);
  box.addEventListener("change", count);
  count();
}
