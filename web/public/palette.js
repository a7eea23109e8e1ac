// The palette: type a few letters, go there. It offers what the page behind its button lists; without this script the button leads
// to that page.
(() => {
  const SHOWN_MAX = 40;
  const RECENT_MAX = 8;
  const openers = [...document.querySelectorAll("a[data-palette]")];
  if (openers.length === 0) return;
  const home = openers[0].href;

  // Pages of this tab only: addresses can hold ids of people, which nobody should find here later.
  const kept = `recent ${new URL(home).pathname}`;
  const recent = () => { try { return JSON.parse(sessionStorage.getItem(kept)) ?? []; } catch { return []; } };
  const here = location.pathname + location.search;
  const remember = () => {
    const filter = new URLSearchParams(location.search).get("filter") ?? "";
    const page = { label: document.title.split(" · ")[0], note: filter, href: here };
    const pages = [page, ...recent().filter((known) => known.href !== here)].slice(0, RECENT_MAX + 1);
    try { sessionStorage.setItem(kept, JSON.stringify(pages)); } catch { /* private mode */ }
  };

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const input = make("input", {
    role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", "aria-label": "Find",
    placeholder: "A page, a view, an id …", autocomplete: "off", autocapitalize: "none", spellcheck: "false", enterkeyhint: "go",
  });
  const list = make("ul", { role: "listbox", id: "palette-list", "aria-label": "Found" });
  const said = make("p", { role: "status", class: "sr" });
  const dialog = make("dialog", { class: "palette", "aria-label": "Find" }, input, list, said);

  let listed = [];
  let forms = [];
  let found = [];
  let chosen = 0;

  const themes = () => [...document.querySelectorAll(".nav [data-set-theme]")].map((button) => ({
    label: `${button.dataset.setTheme} theme`, kind: "Theme", act: () => button.click(),
  }));
  const offered = () => [...recent().filter(({ href }) => href !== here).map((page) => ({ ...page, kind: "Recent" })), ...listed, ...themes()];

  const find = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = ({ label, kind, note = "" }) => words.every((word) => `${label} ${kind} ${note}`.toLowerCase().includes(word));
    const begins = ({ label }) => (words[0] && label.toLowerCase().startsWith(words[0]) ? 0 : 1);
    const seen = new Set();
    const once = ({ href }) => !href || (!seen.has(href) && seen.add(href));
    const fitting = offered().filter(fits).filter(once);
    const ordered = words.length ? fitting.map((item, place) => [begins(item), place, item]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , item]) => item) : fitting;
    const ids = text.trim() ? forms.map(({ label, action, name }) => ({ label: `${label} “${text.trim()}”`, kind: "Go", href: `${action}?${new URLSearchParams({ [name]: text.trim() })}` })) : [];
    return [...ordered.slice(0, SHOWN_MAX), ...ids];
  };

  const choose = (place) => {
    chosen = found.length ? (place + found.length) % found.length : 0;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    input.setAttribute("aria-activedescendant", found.length ? `palette-${chosen}` : "");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  };
  const show = () => {
    found = find(input.value);
    list.replaceChildren(...found.map(({ label, note = "", kind }, place) => make("li", { role: "option", id: `palette-${place}` },
      make("span", { class: "clip" }, label), make("span", { class: "clip faint mono" }, note), make("span", { class: "faint" }, kind))));
    said.textContent = `${found.length} found`;
    choose(0);
  };
  const go = (item, elsewhere) => {
    if (!item) return;
    dialog.close();
    if (item.act) item.act();
    else if (elsewhere) window.open(item.href, "_blank", "noopener");
    else location.assign(item.href);
  };

  const read = async () => {
    const answer = await fetch(home, { headers: { accept: "text/html" } });
    // Somebody who was signed out meanwhile is shown the way in.
    if (answer.redirected || !answer.ok) return location.assign(home);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    listed = [...page.querySelectorAll("[data-find] a[href]")].map((link) => ({
      label: link.firstElementChild.textContent.trim(), note: link.dataset.note ?? "", kind: link.closest("[data-find]").dataset.find, href: link.getAttribute("href"),
    }));
    forms = [...page.querySelectorAll("form[data-find-id]")].map((form) => ({
      label: form.dataset.findId, action: form.getAttribute("action"), name: form.querySelector("input").name,
    }));
    show();
  };
  const open = () => {
    if (dialog.open) return;
    if (!dialog.isConnected) document.body.append(dialog);
    input.value = "";
    dialog.showModal();
    show();
    read().catch(() => { said.textContent = "The list could not be read."; });
  };

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    const moves = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, PageDown: Math.min(chosen + 8, found.length - 1), PageUp: Math.max(chosen - 8, 0) };
    if (event.key in moves) { event.preventDefault(); choose(moves[event.key]); }
    if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); go(found[chosen], event.ctrlKey || event.metaKey); }
  });
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("li"));
    go(found[place], event.ctrlKey || event.metaKey);
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  for (const opener of openers) opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    open();
  });
  // What is shown once is no page to come back to.
  if (!document.querySelector("[data-once]")) remember();
})();
