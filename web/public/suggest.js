// The filter bar completes what is typed: fields and keys of props, then their values with how often they occur. Without it,
// the bar works as well.
(() => {
  const PAUSE_MS = 120;
  // Text before the term that is being typed, its field, and the beginning of its value.
  const term = /^(.*\s)?((?:props\.)?"[^"]+"|[^\s:!<>=()",]+):(?:"([^"]*)|([^\s"]*))$/s;
  const option = ({ value, label }) => Object.assign(document.createElement("option"), { value, label });
  const count = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

  for (const input of document.querySelectorAll("input[data-suggest]")) {
    const list = input.list;
    const fields = [...list.options].map(({ value }) => ({ value, label: "" }));
    let keys = [];
    let turn = 0;
    let pause;
    const ask = async (field, text) => {
      const url = new URL(input.dataset.suggest, location.href);
      url.searchParams.set("field", field);
      url.searchParams.set("text", text);
      const answer = await fetch(url, { headers: { accept: "application/json" } });
      return answer.ok ? answer.json() : { values: [], props: [] };
    };
    const show = (options) => list.replaceChildren(...options.map(option));
    const complete = async () => {
      const mine = ++turn;
      const [, before = "", field, quoted, bare] = term.exec(input.value) ?? [];
      if (!field) {
        const begun = /^(.*\s)?/s.exec(input.value)[0];
        return show([...fields, ...keys].map(({ value, label }) => ({ value: begun + value, label })));
      }
      const { values } = await ask(field, quoted ?? bare ?? "").catch(() => ({ values: [] }));
      if (mine !== turn) return;
      show(values.map(({ term: written, events }) => ({ value: before + written, label: `${count.format(events)} events` })));
    };
    input.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(complete, PAUSE_MS);
    });
    input.addEventListener("focus", async () => {
      const { props } = await ask("name", "").catch(() => ({ props: [] }));
      keys = props.map((key) => ({ value: `${key}:`, label: "prop" }));
      if (!input.value) complete();
    }, { once: true });
  }
})();
