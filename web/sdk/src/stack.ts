// Stack traces as the engines write them: `at f (file:1:2)` in Chromium and Node, `f@file:1:2` in Firefox and Safari.
import type { Frame } from "./wire.ts";

const FRAMES_MAX = 50;
const LINE = /^\s*(?:at (?:async )?(?:(.*?) \()?|([^@]*)@)((?:[a-z-]+:\/\/|\/|<|node:|[A-Za-z]:\\).*?):(\d+)(?::(\d+))?\)?$/;

/** The frames of a stack, innermost call first. */
export function frames(stack: unknown): Frame[] {
  const found: Frame[] = [];
  for (const line of `${stack || ""}`.split("\n")) {
    const parts = LINE.exec(line.slice(0, 500));
    if (parts && found.length < FRAMES_MAX) {
      const file = parts[3]!.split("?")[0]!;
      found.push({
        function: (parts[1] || parts[2] || "").slice(0, 200) || undefined,
        file,
        line: +parts[4]!,
        column: parts[5] ? +parts[5] : undefined,
        in_app: !/node_modules|^node:|-extension:/.test(file),
      });
    }
  }
  return found;
}
