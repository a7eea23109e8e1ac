// Metrics: numbers that describe how the product runs.
import { capture } from "./capture.ts";
import { elapsed } from "./clock.ts";
import { parentOf, type SpanContext } from "./parent.ts";
import { quietly } from "./quietly.ts";
import type { MetricKind } from "./wire.ts";

export type Tags = Record<string, string | number | boolean | null | undefined>;

export interface MetricOptions {
  tags?: Tags;
  /** Such as `ms`, `bytes`, `usd`. */
  unit?: string;
  /** `distribution` when absent. */
  kind?: MetricKind;
  /** The span during which it was measured. */
  parent?: SpanContext;
}

export interface Timer {
  /** Records the milliseconds since the start; only the first time. */
  end(options?: MetricOptions): void;
}

/** Records a point. Text is a value of a set only. What is no option is a tag. */
export const recordMetric = (name: string, value: number | string, given?: MetricOptions | Tags): void =>
  capture("metrics", (ts) => {
    const { tags, unit, kind, parent, ...rest } = (given || {}) as MetricOptions;
    return { name, value, kind, unit, tags: tags || rest, ts, ...parentOf(parent) };
  });

/** Counts 1 when there is no value; an object in its place holds tags. */
export const count = (name: string, value: number | Tags = 1, given?: MetricOptions | Tags): void =>
  typeof value == "object" ? count(name, 1, { tags: value }) : recordMetric(name, value, { ...given, kind: "counter" });

export const gauge = (name: string, value: number, given?: MetricOptions | Tags): void => recordMetric(name, value, { ...given, kind: "gauge" });

/** Measures a duration, in milliseconds. */
export function startTimer(name: string, given?: MetricOptions): Timer {
  let start = elapsed();
  return {
    end(more) {
      if (start) quietly(() => recordMetric(name, elapsed() - start, { unit: "ms", ...given, ...more }));
      start = 0;
    },
  };
}
