// Follows log records as they arrive: the page's own line, filled for each, above the others. Without this script the button is
// not there, and the list is what it was when the page was made.
(() => {
  const LINES_MAX = 500;
  const button = document.querySelector("[data-tail]");
  const list = document.querySelector("[data-tail-list]");
  const line = document.querySelector("template[data-tail-line]");
  const status = document.querySelector("[data-tail-status]");
  if (!button || !list || !line) return;
  const time = new Intl.DateTimeFormat("en-GB", {
    timeZone: button.dataset.zone,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
  });
  const known = new Set([...list.querySelectorAll("[data-id]")].map((row) => row.dataset.id));
  const label = button.querySelector("span");
  let source;
  let arrived = 0;
  const say = (text) => {
    status.hidden = false;
    status.textContent = text;
  };
  const row = (record) => {
    const made = line.content.firstElementChild.cloneNode(true);
    const part = (name, text) => {
      const found = made.querySelector(name);
      found.textContent = text;
      return found;
    };
    made.dataset.id = record.id;
    made.querySelector("a").href = line.dataset.at + encodeURIComponent(record.id);
    part("time", time.format(new Date(record.ts))).dateTime = record.ts;
    part(".level", record.level).dataset.level = record.level;
    part(".service", record.service ?? "–").title = record.service ?? "";
    part(".says", record.body);
    return made;
  };
  const show = ({ records, left_out }) => {
    const fresh = records.filter(({ id }) => !known.has(id));
    for (const record of fresh) {
      known.add(record.id);
      list.prepend(row(record));
    }
    while (list.children.length > LINES_MAX) {
      known.delete(list.lastElementChild.dataset.id);
      list.lastElementChild.remove();
    }
    arrived += fresh.length;
    say(`Following: ${arrived} new${left_out ? "; more arrived than is shown, look for less" : ""}`);
  };
  const stop = () => {
    source?.close();
    source = undefined;
    label.textContent = "Follow";
    button.setAttribute("aria-pressed", "false");
    say(`Paused: ${arrived} new`);
  };
  const start = () => {
    source = new EventSource(button.dataset.tail);
    source.onmessage = ({ data }) => show(JSON.parse(data));
    source.onerror = () => say("Not connected: trying again");
    source.onopen = () => say(`Following: ${arrived} new`);
    label.textContent = "Pause";
    button.setAttribute("aria-pressed", "true");
    say("Following");
  };
  button.addEventListener("click", () => (source ? stop() : start()));
  button.hidden = false;
})();
