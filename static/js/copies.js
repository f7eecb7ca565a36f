// Copies of unsaved text on this machine: one for each tab, found again by owner and address, gone after a week.
const WEEK = 7 * 24 * 3600 * 1000;

export class Copies {
  constructor(prefix, owner, url) {
    this.prefix = `${prefix}${owner}:${url}#`;
    this.key = this.prefix + tabName();
    this.adopted = [];
  }

  keep(fields, base) {
    const before = Object.fromEntries(Object.keys(fields).map((name) => [name, base[name]]));
    quietly(() => localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), fields, base: before })));
  }

  drop() {
    quietly(() => {
      for (const key of [this.key, ...this.adopted]) localStorage.removeItem(key);
    });
  }

  found() {
    return quietly(() => {
      this.adopted = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
      const copies = this.adopted.map((key) => parsed(localStorage.getItem(key)));
      return copies.filter((copy) => copy.fields && Date.now() - copy.at < WEEK).sort((a, b) => a.at - b.at);
    }) || [];
  }
}

function tabName() {
  return quietly(() => {
    const name = sessionStorage.getItem("portal:tab") || Math.random().toString(36).slice(2);
    sessionStorage.setItem("portal:tab", name);
    return name;
  }) || "tab";
}

// Storage may be forbidden or full; saving to the server goes on all the same.
function quietly(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

function parsed(text) {
  try {
    return JSON.parse(text) || {};
  } catch {
    return {};
  }
}
