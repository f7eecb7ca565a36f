// A modal dialog, with one of its own where the browser has none.
// open(kit, title, nodes, closed): closed(answer) runs once, with null after Esc. Returns close(answer).
export function open(kit, title, nodes, closed) {
  const back = document.activeElement;
  const heading = kit.make("h2", { text: title, id: "dialog-title", tabindex: "-1" });
  const real = "HTMLDialogElement" in window;
  const box = kit.make(real ? "dialog" : "div", { class: "dialog", "aria-labelledby": heading.id }, heading, ...nodes);
  const outer = real ? box : kit.make("div", { class: "veil" }, box);
  let shown = true;
  const close = (answer = null) => {
    if (!shown) return;
    shown = false;
    outer.remove();
    back?.focus?.();
    closed(answer);
  };
  document.body.append(outer);
  if (real) {
    box.addEventListener("close", () => close());
    box.addEventListener("cancel", () => close());
    box.showModal();
  } else {
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-modal", "true");
    box.addEventListener("keydown", (event) => keepInside(event, box, heading, close));
  }
  heading.focus();
  return close;
}

function keepInside(event, box, heading, close) {
  if (event.key === "Escape") close();
  if (event.key !== "Tab") return;
  const stops = [...box.querySelectorAll("button, a[href], input, textarea, [tabindex='0']")];
  const [first, last] = [stops[0], stops[stops.length - 1]];
  const here = document.activeElement;
  if (here === heading || here === (event.shiftKey ? first : last)) {
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
}
