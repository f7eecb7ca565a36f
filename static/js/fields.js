// What a form holds, as plain values by name: text, true/false, or a list (checkbox group, rows of a table).
const SKIP = new Set(["hidden", "file", "submit", "button", "reset", "image", "password", "fieldset", "output"]);

const plain = (text) => (text || "").replace(/\r\n?/g, "\n");
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

const controls = (form, name) => [...form.elements].filter((node) => usable(node) && (!name || node.name === name));
const composite = (form, name) => form.querySelector(`[data-autosave-field="${CSS.escape(name)}"]`);

function usable(node) {
  return node.name && !node.disabled && !SKIP.has(node.type) && !("noAutosave" in node.dataset) && !node.closest("[data-autosave-field], [data-no-autosave]");
}

const checked = (node, first) => (first ? node.defaultChecked : node.checked);

function text(node, first) {
  if (!first || node.tagName !== "SELECT") return plain(first ? node.defaultValue : node.value);
  const chosen = [...node.options].find((option) => option.defaultSelected) || node.options[0];
  return chosen ? chosen.value : "";
}

function rows(box, first) {
  return [...box.querySelectorAll("[data-line]")].map((row) => {
    const cells = [...row.querySelectorAll("[data-col]")].map((node) => [node.dataset.col, text(node, first)]);
    return Object.fromEntries(cells);
  });
}

// The values of all fields; with `first` as the server drew them, whatever the browser has put back since.
export function read(form, first = false) {
  const values = {};
  for (const node of controls(form)) {
    const { name } = node;
    if (node.type === "radio") values[name] = checked(node, first) ? node.value : values[name] || "";
    else if (node.type === "checkbox" && node.closest("[data-group]")) {
      values[name] = values[name] || [];
      if (checked(node, first)) values[name].push(node.value);
    } else if (node.type === "checkbox") values[name] = checked(node, first);
    else if (node.multiple && node.options) {
      values[name] = [...node.options].filter((o) => (first ? o.defaultSelected : o.selected)).map((o) => o.value);
    } else values[name] = text(node, first);
  }
  for (const box of form.querySelectorAll("[data-autosave-field]")) values[box.dataset.autosaveField] = rows(box, first);
  return values;
}

// Puts a value into its field and lets counters and totals know.
export function write(form, name, value) {
  const box = composite(form, name);
  if (box) return writeRows(box, value);
  const nodes = controls(form, name);
  for (const node of nodes) {
    if (node.type === "radio") node.checked = node.value === value;
    else if (node.type === "checkbox") node.checked = Array.isArray(value) ? value.includes(node.value) : Boolean(value);
    else if (node.multiple && node.options) for (const option of node.options) option.selected = value.includes(option.value);
    else node.value = value ?? "";
  }
  return nodes[0]?.dispatchEvent(new Event("input", { bubbles: true }));
}

function writeRows(box, value) {
  const list = box.querySelector("[data-line-list]");
  const template = box.querySelector("template[data-line-template]");
  const present = [...list.querySelectorAll("[data-line]")];
  for (const row of present.slice(value.length)) row.remove();
  value.forEach((cells, index) => {
    let row = present[index];
    if (!row) {
      const holder = document.createElement("template");
      holder.innerHTML = template.innerHTML.replace(/__n__/g, `m${Date.now()}${index}`);
      list.append(holder.content);
      row = list.lastElementChild;
    }
    for (const node of row.querySelectorAll("[data-col]")) node.value = cells[node.dataset.col] ?? "";
  });
  return list.dispatchEvent(new Event("input", { bubbles: true }));
}

// The control that stands for a field, for focus and notes.
export function control(form, name) {
  return composite(form, name) || controls(form, name)[0] || null;
}

// The words above a field.
export function label(form, name) {
  const node = control(form, name);
  const group = node?.closest("fieldset.field, [data-autosave-field]");
  const own = group?.querySelector("legend, caption") || node?.labels?.[0];
  const copy = own?.cloneNode(true);
  for (const part of copy?.querySelectorAll(".opt, small") || []) part.remove();
  return (copy?.textContent || name).trim();
}

// A value as people read it: the label of a choice, not its code.
export function shown(form, name, value) {
  if (composite(form, name)) return value.map((row) => Object.values(row).filter(Boolean).join(" · ")).join("\n");
  const nodes = controls(form, name);
  if (nodes[0]?.options) {
    const codes = [value].flat();
    return [...nodes[0].options].filter((o) => codes.includes(o.value)).map((o) => o.text.trim()).join("、");
  }
  if (nodes[0]?.type === "radio" || nodes[0]?.type === "checkbox") {
    const on = nodes.filter((node) => (typeof value === "boolean" ? value : [value].flat().includes(node.value)));
    return on.map((node) => (node.labels[0]?.textContent || node.value).trim()).join("、");
  }
  return String(value ?? "");
}

// Whether two texts of this field can stand one after the other.
export function joinable(form, name) {
  return control(form, name)?.tagName === "TEXTAREA";
}
