// `@throughline/browser/vitals`: how fast the page was for its user, as distributions `web_vital.…`. The definitions are those of
// web.dev/articles/vitals: LCP until the first input, CLS by session windows, INP without one slowest per fifty interactions.
import type { Plugin } from "./plugin.ts";

type Entry = PerformanceEntry & {
  value: number;
  hadRecentInput: boolean;
  interactionId: number;
  activationStart: number;
  responseStart: number;
};

/** Slowest interactions that are kept. */
const SLOWEST_MAX = 10;

export const vitals = (): Plugin => (host) => {
  if (typeof PerformanceObserver != "function" || typeof document != "object") return;
  const life = new AbortController();
  const observers: PerformanceObserver[] = [];
  const values: Record<string, number> = {};
  const route = location.pathname.slice(0, 400);
  const navigation = performance.getEntriesByType("navigation")[0] as Entry | undefined;
  // A page that was loaded ahead of time begins when it is shown.
  const begin = navigation?.activationStart || 0;

  const observe = (type: string, take: (entry: Entry) => void): void => {
    host.quietly(() => {
      if (!PerformanceObserver.supportedEntryTypes.includes(type)) return;
      const observer = new PerformanceObserver((list) => host.quietly(() => list.getEntries().forEach((entry) => take(entry as Entry))));
      observer.observe({ type, buffered: true, durationThreshold: 40 } as PerformanceObserverInit);
      observers.push(observer);
    });
  };

  if (navigation && navigation.responseStart > 0) values.ttfb = Math.max(navigation.responseStart - begin, 0);
  observe("paint", ({ name, startTime }) => {
    if (name == "first-contentful-paint") values.fcp = Math.max(startTime - begin, 0);
  });

  let touched = false;
  observe("largest-contentful-paint", ({ startTime }) => {
    if (!touched) values.lcp = Math.max(startTime - begin, 0);
  });
  for (const input of ["keydown", "click"]) addEventListener(input, () => (touched = true), { once: true, capture: true, signal: life.signal });

  let sum = 0;
  let first = 0;
  let last = 0;
  observe("layout-shift", ({ value, hadRecentInput, startTime }) => {
    if (hadRecentInput) return;
    // A window ends after a second without a shift, and after five.
    if (startTime - last > 1000 || startTime - first > 5000) {
      sum = 0;
      first = startTime;
    }
    last = startTime;
    sum += value;
    values.cls = Math.max(values.cls || 0, sum);
  });

  const slowest = new Map<number, number>();
  let interactions = 0;
  observe("event", ({ interactionId, duration }) => {
    if (!interactionId) return;
    if (!slowest.has(interactionId)) interactions++;
    slowest.set(interactionId, Math.max(slowest.get(interactionId) || 0, duration));
    const sorted = [...slowest].sort((one, other) => other[1] - one[1]);
    for (const [id] of sorted.splice(SLOWEST_MAX)) slowest.delete(id);
    values.inp = sorted[Math.min(Math.floor(interactions / 50), sorted.length - 1)]![1];
  });

  /** Each once: the page is left, or may be. */
  const say = (): void => {
    if (values.lcp != null || values.fcp != null) values.cls ??= 0;
    for (const name in values) {
      host.recordMetric(`web_vital.${name}`, values[name]!, { kind: "distribution", unit: name == "cls" ? "" : "ms", tags: { route } });
      delete values[name];
    }
    life.abort();
    for (const observer of observers.splice(0)) observer.disconnect();
  };
  for (const event of ["visibilitychange", "pagehide"]) {
    addEventListener(event, () => (event == "pagehide" || document.hidden) && host.quietly(say), { capture: true, signal: life.signal });
  }
  host.on("shutdown", say);
};
