// Keys and menus of every page. Nothing here is needed to use a page; none of it works while typing.
(() => {
  const typing = (el) => el.closest("input, textarea, select, [contenteditable]");
  const press = (selector) => document.querySelector(selector)?.click();
  const step = (by) => {
    const ranges = [...document.querySelectorAll("[data-key=range] a")];
    ranges[ranges.findIndex((a) => a.hasAttribute("aria-current")) + by]?.click();
  };
  const keys = {
    "/": () => document.querySelector("[data-key=find]")?.focus(),
    "[": () => step(-1),
    "]": () => step(1),
    t: () => press("details.behind > summary"),
  };
  // A menu or a receipt closes when somebody turns to something else.
  const floating = "details.receipt, details.pick, details.project";
  const close = (except) => {
    for (const open of document.querySelectorAll(floating)) if (open.open && !open.contains(except)) open.open = false;
  };
  document.addEventListener("click", (event) => close(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = document.activeElement?.closest("details[open]");
      close(null);
      if (open?.matches(floating)) open.querySelector("summary").focus();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });
})();
