// How smoothly a trace of 10,000 spans scrolls, and how long the server takes for it. Measured only when asked for, since a busy
// machine would fail it: `make bench-trace`.
import { describe } from "vitest";
import type { Page } from "playwright-core";
import { test } from "./fixtures.ts";
import { openAwake } from "./visitor.ts";

const SPANS = 10_000;
const PER_BATCH = 1_000;
const TRACE = "4f1c9e2ab07d4c55a1b2c3d4e5f60777";
const SCROLLED_MS = 6_000;
const LOADS = 7;
/** Pixels a second: a notch of a wheel on every frame, and from one end to the other in about three seconds. */
const WHEEL = 6_000;
const BAR = 90_000;
/** A sixtieth of a second, and what clocks are off by. */
const IN_TIME_MS = 17.5;

describe.runIf(process.env.BENCH === "trace")(`a trace of ${SPANS} spans`, () => {
  test("scrolls", async ({ server, signals, visitors }) => {
    const spans = steps(Date.now() - 60_000);
    for (let from = 0; from < SPANS; from += PER_BATCH) {
      const { status, said } = await signals.post("spans", { spans: spans.slice(from, from + PER_BATCH) });
      if (status !== 202) throw new Error(said);
    }
    const page = await visitors.member(server, { viewport: { width: 1440, height: 900 } });
    const path = `/p/shop/traces/${TRACE}`;
    const took = [await serversTime(page, path), await serversTime(page, `${path}/whole`)] as const;
    await openAwake(page, path);
    await page.locator(".wf-scroll.long").waitFor();
    const ms = (value: number) => `${value.toFixed(1)} ms`;
    const told = async (how: string, speed: number) => {
      const frames = await framesOf(page, speed);
      const within = frames.filter((frame) => frame < IN_TIME_MS).length / frames.length;
      return `  ${how}: a frame takes ${ms(share(frames, 0.5))} (median), ${ms(share(frames, 0.95))} (p95); ${(within * 100).toFixed(0)}% of ${frames.length} in time for 60 a second`;
    };
    console.log(
      [
        `${SPANS} spans in Chromium, each scrolled for ${SCROLLED_MS / 1_000} s`,
        await told("with a fast wheel", WHEEL),
        await told("dragged by the bar, other rows on every frame", BAR),
        `  the server takes ${ms(took[0])} for the page, ${ms(took[1])} for all of its spans (medians of ${LOADS})`,
      ].join("\n"),
    );
  }, 180_000);
});

/** A job with a hundred parts of a hundred steps each, five levels deep. */
function steps(begin: number): object[] {
  const id = (step: number) => (step + 1).toString(16).padStart(16, "0");
  return Array.from({ length: SPANS }, (_, step) => ({
    trace_id: TRACE,
    span_id: id(step),
    ...(step === 0 ? {} : { parent_span_id: id(parentOf(step)) }),
    name: step === 0 ? "rebuild stock" : `step ${step}`,
    op: step === 0 ? "job" : "db.query",
    service: ["nightly", "stock", "prices", "mail"][step % 4],
    start: new Date(begin + step).toISOString(),
    duration_ms: step === 0 ? SPANS : 20 + (step % 70),
    status: step % 997 === 0 ? "error" : "ok",
  }));
}

function parentOf(step: number): number {
  const part = step - (step % 100);
  const within = step % 100;
  if (within === 0) return 0;
  return within % 4 === 1 ? part : step - 1;
}

/** From the request to the end of the answer, uncompressed. */
async function serversTime(page: Page, path: string): Promise<number> {
  const took: number[] = [];
  for (let load = 0; load < LOADS; load += 1) {
    const began = performance.now();
    const response = await page.context().request.get(path, { headers: { "accept-encoding": "identity" } });
    took.push(performance.now() - began);
    if (!response.ok()) throw new Error(`${path} answered ${response.status()}`);
  }
  return share(took, 0.5);
}

/** The time between frames while the rows go by, down and up again. */
function framesOf(page: Page, speed: number): Promise<number[]> {
  return page.locator(".wf-scroll").evaluate(
    async (scroller, { lasts, speed }) => {
      const frame = () => new Promise<number>(requestAnimationFrame);
      const frames: number[] = [];
      const end = scroller.scrollHeight - scroller.clientHeight;
      const began = await frame();
      let before = began;
      while (before - began < lasts) {
        const way = (((before - began) / 1_000) * speed) % (2 * end);
        scroller.scrollTop = way < end ? way : 2 * end - way;
        const now = await frame();
        frames.push(now - before);
        before = now;
      }
      return frames;
    },
    { lasts: SCROLLED_MS, speed },
  );
}

function share(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}
