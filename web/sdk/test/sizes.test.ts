// What the SDK costs a page, compressed as servers do. `make sdk` builds what is measured.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const dist = join(import.meta.dirname, "../dist");
const built = (): string => {
  if (existsSync(dist)) return dist;
  throw new Error("The SDK is not built: run `make sdk`.");
};
const size = (...names: string[]): number => names.reduce((sum, name) => sum + gzipSync(readFileSync(join(built(), name)), { level: 9 }).length, 0);
const CORE = "throughline.min.js";

test("each part stays within its bytes", () => {
  const sizes = Object.fromEntries(readdirSync(built(), { recursive: true }).map(String).filter((name) => name.endsWith(".js")).map((name) => [name, size(name)]));
  console.log(sizes);
  expect(size(CORE)).toBeLessThanOrEqual(3_500);
  expect(size("auto.js")).toBeLessThanOrEqual(2_000);
  expect(size(CORE, "errors.js")).toBeLessThanOrEqual(6_000);
  expect(size(CORE, "errors.js", "tracing.js", "vitals.js")).toBeLessThanOrEqual(10_000);
});

test("what React renders on servers knows that it belongs to the page", () => {
  expect(readFileSync(join(built(), "react.js"), "utf8")).toMatch(/^"use client";\n/);
});

test("the core is the only script of its kind", () => {
  expect(readdirSync(built(), { recursive: true }).map(String).filter((name) => name.endsWith(".min.js"))).toEqual([CORE]);
});
