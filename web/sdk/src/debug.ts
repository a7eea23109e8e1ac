// `@throughline/browser/debug`: a panel in the corner of the page that shows each batch and what the server said of it.
import type { Batch } from "./batch.ts";
import type { Plugin } from "./plugin.ts";

/** Batches that are shown. */
const SHOWN_MAX = 50;
const STYLE = `
:host { all: initial }
section { position: fixed; inset: auto 12px 12px auto; width: min(420px, calc(100vw - 24px)); max-height: 50vh; overflow: auto; z-index: 2147483647;
  font: 12px/1.5 ui-monospace, monospace; color: #e8e8ea; background: #18181b; border: 1px solid #3f3f46; border-radius: 8px }
header { position: sticky; top: 0; display: flex; justify-content: space-between; padding: 6px 10px; background: #27272a }
button { all: unset; cursor: pointer; padding: 0 6px } button:focus-visible { outline: 2px solid #a5b4fc }
details { padding: 4px 10px; border-top: 1px solid #27272a } summary { cursor: pointer } pre { margin: 4px 0; white-space: pre-wrap; overflow-wrap: anywhere }
`;

/** What a batch came to, in words. */
function verdict({ items }: Batch, answer: { rejected: number; duplicate: boolean; errors: { index: number; code: string; hint: string }[] } | 0, reason: string | undefined): string {
  if (!answer) return `lost: ${reason}`;
  const errors = (answer.errors || []).map(({ index, code, hint }) => `\n  item ${index}: ${code}: ${hint}`);
  return `${items.length - answer.rejected} stored, ${answer.rejected} rejected${answer.duplicate ? ", was there already" : ""}${errors.join("")}`;
}

export const debug = (): Plugin => (host) => {
  if (typeof document != "object") return;
  const place = document.createElement("throughline-debug");
  const root = place.attachShadow({ mode: "open" });
  root.innerHTML = "<section aria-label='Throughline'><header><span></span><button aria-label='Close'>✕</button></header><div></div></section>";
  const style = document.createElement("style");
  style.textContent = STYLE;
  root.append(style);
  const [head, list] = [root.querySelector("span")!, root.querySelector("div")!];
  const close = (): void => place.remove();
  root.querySelector("button")!.addEventListener("click", close);
  host.on("shutdown", close);
  (document.body || document.documentElement).append(place);

  const lines = new Map<string, { said: Text; items: HTMLElement }>();
  const count = (): void => {
    const { made, delivered, rejected, queued } = host.report().events;
    head.textContent = `Throughline · events: ${made} made, ${delivered} stored, ${rejected} rejected, ${queued} waiting`;
  };
  host.on("track", () => queueMicrotask(count));
  host.on("seal", ({ id, signal, items }) => {
    const line = document.createElement("details");
    const summary = document.createElement("summary");
    const said = document.createTextNode("on its way");
    const content = document.createElement("pre");
    summary.append(`${items.length} ${signal}: `, said);
    content.textContent = items.map((item) => JSON.stringify(JSON.parse(item), null, 1)).join("\n");
    line.append(summary, content);
    list.prepend(line);
    lines.set(id, { said, items: content });
    while (list.childElementCount > SHOWN_MAX) list.lastElementChild!.remove();
    if (lines.size > SHOWN_MAX) lines.delete(lines.keys().next().value!);
    count();
  });
  host.on("settle", (batch, answer, reason) => {
    const line = lines.get(batch.id);
    if (line) line.said.textContent = verdict(batch, answer, reason);
    count();
  });
  count();
};
