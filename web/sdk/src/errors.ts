// `@throughline/browser/errors`: exceptions and messages, with what happened before them.
import { parentOf, type SpanContext } from "./parent.ts";
import type { Plugin } from "./plugin.ts";
import { frames } from "./stack.ts";
import { callsOf } from "./waiting.ts";
import type { Breadcrumb, Cause, Level } from "./wire.ts";

export interface ErrorOptions {
  /** Uncaught exceptions and rejected promises; on when absent. */
  uncaught?: boolean;
  /** The program that fails. */
  service?: string;
}

export interface CaptureOptions {
  level?: Level;
  /** What reports can be filtered by. */
  tags?: Record<string, string | number | boolean>;
  /** Says which reports belong together. */
  fingerprint?: string[];
  /** The span during which it happened. */
  parent?: SpanContext;
}

const BREADCRUMBS_MAX = 50;
const CAUSES_MAX = 10;
const MESSAGE_MAX = 2000;

const calls = callsOf("errors");
let service: string | undefined;
let breadcrumbs: Breadcrumb[] = [];

/** Something that may explain the next error. The last 50 are kept. */
export function addBreadcrumb(breadcrumb: Breadcrumb): void {
  calls.quietly(() => {
    const { type, level, message, data } = breadcrumb;
    const crumb = JSON.parse(JSON.stringify({ ts: calls.now(), type, level, message, data })) as Breadcrumb;
    // Anew: an error that waits for `init` has those of its time.
    breadcrumbs = [...breadcrumbs, crumb].slice(-BREADCRUMBS_MAX);
  });
}

/** An exception as its own name, message and frames; anything else that was thrown as its text. */
function describe(error: unknown): Cause {
  if (error instanceof Error) return { type: error.name, message: error.message.slice(0, MESSAGE_MAX), stacktrace: frames(error.stack) };
  return { type: "Error", message: (typeof error == "object" ? JSON.stringify(error) : `${error as string}`)?.slice(0, MESSAGE_MAX), stacktrace: [] };
}

function causes(error: unknown): Cause[] {
  const found: Cause[] = [];
  let inner = error;
  while ((inner = (inner as Error | undefined)?.cause) && found.length < CAUSES_MAX) found.push(describe(inner));
  return found;
}

function send(make: () => object, given: CaptureOptions | undefined): void {
  const ts = calls.now();
  const before = breadcrumbs;
  calls.capture(() => {
    const { level, tags, fingerprint, parent } = given || {};
    return { ts, breadcrumbs: before, level, service, tags, fingerprint, ...parentOf(parent), ...make() };
  });
}

const report = (error: unknown, handled: boolean, given?: CaptureOptions): void =>
  send(() => ({ ...describe(error), cause: causes(error), handled }), given);

/** Reports an exception that was caught. */
export const captureException = (error: unknown, given?: CaptureOptions): void => report(error, true, given);

/** Reports what is no exception; `info` unless a level says otherwise. */
export const captureMessage = (message: string, given?: CaptureOptions): void => send(() => ({ message }), given);

export const errors =
  ({ uncaught = true, service: name }: ErrorOptions = {}): Plugin =>
  (host) => {
    calls.open(host);
    service = name;
    if (host.options.capture?.trackAutoBreadcrumb) {
      host.on("track", (event, props) => addBreadcrumb({ type: "track", message: event, data: props as Record<string, unknown> }));
    }
    if (uncaught && typeof document == "object") {
      const life = new AbortController();
      host.on("shutdown", () => life.abort());
      addEventListener("error", (event) => event.error && report(event.error, false), { signal: life.signal });
      addEventListener("unhandledrejection", (event) => report(event.reason, false), { signal: life.signal });
    }
  };
