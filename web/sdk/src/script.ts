// The script tag: the client as `window.throughline`, begun by the tag's own attributes, after what was called while it loaded.
import { client } from "./client.ts";
import { pin } from "./clock.ts";
import type { Options } from "./options.ts";
import { quietly } from "./quietly.ts";

/** What the pre-load stub leaves: calls with their times. */
type Stub = { q?: [name: string, args: unknown[], ms: number][] };
type Call = (...args: unknown[]) => void;

const place = window as unknown as { throughline?: Stub };
const { src, dataset } = document.currentScript as HTMLScriptElement;
const calls = place.throughline?.q || [];

/** Does now what was called then. Each script of the SDK knows some of the names. */
const replay = (acts: Record<string, Call>): void =>
  void quietly(() => {
    for (const [name, args, ms] of calls) {
      pin(ms);
      acts[name]?.(...args);
      pin(0);
    }
  });

place.throughline = { ...client, replay } as Stub;
if (dataset.key) client.init({ endpoint: new URL(src).origin, ...dataset } as unknown as Options);
replay(client as never);
