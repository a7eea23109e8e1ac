// `@throughline/browser/offline`: sealed batches outlive the page. Each tab keeps its own in `localStorage`, under a name that it
// holds as a lock; who comes later takes over what no living tab holds. The server knows batches by their ids, so one that is
// sent by two tabs is stored once.
import type { Batch } from "./batch.ts";
import type { Plugin } from "./plugin.ts";

export interface OfflineOptions {
  /** Characters of all batches that one tab keeps; 1,000,000 when absent. */
  characters?: number;
  /** Milliseconds for which a batch is kept; a day when absent. */
  age?: number;
}

const DAY = 864e5;

export const offline =
  ({ characters = 1e6, age = DAY }: OfflineOptions = {}): Plugin =>
  (host) => {
    if (typeof localStorage != "object") return;
    const person = `throughline.${host.options.key}`;
    const prefix = `${person}.batch.`;
    const tab = `${prefix}${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
    const locks = navigator.locks as LockManager | undefined;
    const life = new AbortController();
    host.options.retryFor = age;

    /** The core remembers a yes on the device, before it seals anything. */
    const isGranted = (): boolean => JSON.parse(localStorage[person] || "{}").consent == "granted";

    /** What this tab has to keep; the oldest first, as many as there is room for. */
    const keep = (): void => {
      let room = characters;
      const kept = host.outbox.filter((batch) => batch.items.length && (room -= JSON.stringify(batch).length) > 0);
      if (kept[0] && isGranted()) localStorage[tab] = JSON.stringify(kept);
      else localStorage.removeItem(tab);
    };

    const takeOver = (name: string): void => {
      const batches: Batch[] = JSON.parse(localStorage[name] || "[]");
      localStorage.removeItem(name);
      for (const batch of batches) {
        const books = host.books[batch.signal];
        if (!books || Date.now() - batch.sealed > age) continue;
        // It was sealed with its counts; here its items are new.
        books.made += batch.items.length;
        books.queued += batch.items.length;
        host.outbox.push({ ...batch, sent: 1 });
      }
      keep();
      void host.flush();
    };

    const others = (): string[] => Object.keys(localStorage).filter((name) => name.startsWith(prefix) && name != tab);

    host.on("seal", keep);
    // What a client that stops gives up, a later page sends.
    host.on("settle", (_batch, _answer, reason) => void (reason == "shutdown" || keep()));
    host.on("consent", (said) => {
      if (said == "denied") for (const name of [...others(), tab]) localStorage.removeItem(name);
    });
    // Held until this tab is gone.
    void locks?.request(tab, { signal: life.signal }, () => new Promise(() => {})).catch(() => {});
    if (isGranted()) {
      for (const name of others()) {
        // Granted when the other tab is gone, which may be in a moment.
        if (locks) void locks.request(name, { signal: life.signal }, () => void host.quietly(() => takeOver(name))).catch(() => {});
        else takeOver(name);
      }
    }
    addEventListener(
      "online",
      () => {
        host.hurry();
        void host.flush();
      },
      { signal: life.signal },
    );
    host.on("shutdown", () => life.abort());
  };
