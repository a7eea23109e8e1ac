// The script tag: the client as `window.throughline`, begun by the tag's own attributes, after what was called while it loaded.
import { client } from "./client.ts";
import type { Options } from "./options.ts";

/** What the pre-load stub leaves: calls. */
type Stub = { q?: [name: string, args: unknown[]][] };
type Call = (...args: unknown[]) => void;

const place = window as unknown as { throughline?: Stub };
const { src, dataset } = document.currentScript as HTMLScriptElement;
const calls = place.throughline?.q || [];

place.throughline = client as Stub;
if (dataset.key) client.init({ endpoint: new URL(src).origin, ...dataset } as unknown as Options);
for (const [name, args] of calls) (client as unknown as Record<string, Call>)[name]?.(...args);
