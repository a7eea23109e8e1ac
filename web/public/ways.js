// A marked part of a chart is the page's fragment, #from=…&until=…: here it is asked what to look at. Links below the chart lead to
// the same pages without it.
(() => {
  let open = null;
  const hide = () => {
    if (open) open.hidden = true;
    open = null;
  };
  const forget = () => {
    hide();
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  };
  const show = () => {
    hide();
    const part = location.hash.slice(1);
    const words = new URLSearchParams(part);
    // Whoever marks a part does it in one of the charts.
    const ways = (document.activeElement?.closest(".plotbox") ?? document).querySelector(".marked-ways");
    if (!ways || !words.has("from") || !words.has("until")) return;
    const [begin, end, from, until] = [ways.dataset.begin, ways.dataset.end, words.get("from"), words.get("until")].map(Date.parse);
    const percent = (ms) => (ms / (end - begin)) * 100;
    const [brush, bar] = ways.children;
    brush.style.left = `${percent(from - begin)}%`;
    brush.style.width = `${percent(until - from)}%`;
    bar.style.left = `clamp(90px, ${percent((from + until) / 2 - begin)}%, 100% - 90px)`;
    for (const link of bar.children) link.href = link.dataset.to + part;
    ways.hidden = false;
    open = ways;
    bar.firstElementChild.focus();
  };
  addEventListener("hashchange", show);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open) return;
    const cursor = open.closest(".plotbox").querySelector(".cursor");
    forget();
    cursor?.focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (open && event.target.closest(".cursor")) forget();
  });
  show();
})();
