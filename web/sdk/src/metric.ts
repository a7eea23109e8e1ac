// Metrics: numbers that describe how the product runs.
import { capture } from "./capture.ts";
import { elapsed, now } from "./clock.ts";
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

/** Records a point. Text is a value of a set only. */
export const recordMetric = (name: string, value: number | string, given?: MetricOptions): void =>
  capture("metrics", () => {
    const { tags, unit, kind, parent } = given || {};
    return { name, value, kind, unit, tags, ts: now(), ...parentOf(parent) };
  });

/** A shorthand: value 1 when there is none; an object in its place holds tags. */
const pointsOf =
  (kind: MetricKind) =>
  (name: string, value: number | Tags = 1, given?: MetricOptions): void =>
    typeof value == "object" ? recordMetric(name, 1, { tags: value, kind }) : recordMetric(name, value, { ...given, kind });

export const count = pointsOf("counter");
export const gauge = pointsOf("gauge");

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
