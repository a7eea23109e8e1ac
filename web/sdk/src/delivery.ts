// Delivery: sealed batches leave one at a time, in order, each until it is settled. After a failure the next attempt waits:
// with full jitter, or as long as the server asks. Five failures in a row open the circuit for a while; then one batch probes.
import { add, type Batch } from "./batch.ts";
import { elapsed, now } from "./clock.ts";
import { books, lanes, lose, none } from "./lane.ts";
import { BEACON_MIN, FAILURES_MAX, OUTBOX_MAX, REQUEST_MAX, WAIT_FIRST, WAIT_MAX } from "./limits.ts";
import { count } from "./metric.ts";
import { options } from "./options.ts";
import { person, remember } from "./person.ts";
import { tell } from "./plugin.ts";
import { seal } from "./seal.ts";
import { beacon, post, read, retryAfter } from "./transport.ts";
import { uuid } from "./uuid.ts";
import type { BatchAnswer } from "./wire.ts";

export const outbox: Batch[] = [];
/** What went wrong last, in words. */
export let lastError: unknown = "";
/** Failures in a row. */
export let failed = 0;
/** Set when something is to be done at some time. */
export let timer: ReturnType<typeof setTimeout> | 0 | undefined;
/** 0 before `init`, and everything is kept; 1 from then on; then why everything is lost. */
export let running: 0 | 1 | "shutdown" = 0;

let wanted = 0;
let notBefore = 0;
let pumping: Promise<void> | 0 | undefined;

export function setRunning(now: 1 | "shutdown"): void {
  running = now;
}

const isAllowed = (): boolean => running == 1 && person.consent == "granted";

/** Flushes in `ms`. */
export function schedule(ms: number): void {
  clearTimeout(timer as number);
  timer = setTimeout(() => {
    timer = 0;
    void flush();
  }, ms);
  // A server's process may end meanwhile.
  if (!PAGE) (timer as { unref?: () => void }).unref?.();
}

/** Sends what waits. Resolves when all of it is settled, or has to wait for the server. */
export function flush(): Promise<void> {
  wanted = 1;
  return (pumping ||= pump());
}

/** The next attempt need not wait. */
export function hurry(): void {
  notBefore = 0;
}

async function pump(): Promise<void> {
  // The host's own work goes first.
  await 0;
  try {
    while (isAllowed()) {
      if (!outbox[0] && wanted) sealAll();
      if (!outbox[0]) return;
      const wait = notBefore - elapsed();
      if (wait > 0) return schedule(wait);
      await attempt(outbox[0]);
    }
  } finally {
    pumping = 0;
  }
}

function sealAll(): void {
  wanted = 0;
  remember();
  seal().forEach(put);
}

function put(batch: Batch): void {
  outbox.push(batch);
  tell("seal", batch);
}

async function attempt(batch: Batch): Promise<void> {
  let status = 0;
  let asked = 0;
  batch.sent ||= 1;
  try {
    const response = await post(batch, { signal: AbortSignal.timeout?.(REQUEST_MAX) });
    status = response.status;
    asked = retryAfter(response.headers.get("retry-after"));
    const answer = await read(response.body!.getReader()).then(JSON.parse);
    if (answer.rejected >= 0) {
      failed = 0;
      return settle(batch, answer);
    }
    lastError = `${status} ${answer.code}`;
  } catch (error) {
    lastError = error;
  }
  // A success without a verdict is from somebody in between: the same batch again is harmless, the server knows its id.
  const ceiling = Math.min(WAIT_MAX, WAIT_FIRST * 2 ** failed++);
  if (failed == FAILURES_MAX) count("throughline.circuit_opened");
  notBefore = elapsed() + Math.max(asked || 0, (failed < FAILURES_MAX ? 0 : WAIT_MAX) + Math.random() * ceiling);
  if (/^4(?!08|29)/.test(status as never) || now() - batch.sealed > options.retryFor) settle(batch, 0, "send_error");
}

/** Books what became of a batch. When it is given up, its counts go with the next one. */
function settle(batch: Batch, answer: BatchAnswer | 0, reason?: string): void {
  const { signal, items, made, lost } = batch;
  const { length } = items;
  outbox.splice(outbox.indexOf(batch), 1);
  if (answer) {
    const rejected = Math.min(answer.rejected, length);
    books[signal].rejected += rejected;
    books[signal].delivered += length - rejected;
    books[signal].queued -= length;
  } else {
    const { untold } = lanes[signal];
    untold.made += made;
    for (const why in lost) add(untold.lost, why, lost[why]!);
    lose(signal, reason!, length);
  }
  tell("settle", batch, answer, reason);
}

/** Gives up everything that waits, except what is on its way at this moment. */
export function giveUp(reason: string): void {
  sealAll();
  for (const batch of outbox.slice(pumping ? 1 : 0)) settle(batch, 0, reason);
}

/** The page is hidden and may be gone in a moment: what is not confirmed leaves as beacons. When the page lives on, the same
 * batches are sent once more, and the server, which knows them, tells its verdict. */
export function farewell(): void {
  if (isAllowed()) {
    if (!outbox[OUTBOX_MAX]) sealAll();
    // As long as the server is to be left alone, what waits stays here.
    if (notBefore <= elapsed()) outbox.slice().forEach(part);
    schedule(options.flushInterval);
  }
}

function part(batch: Batch): void {
  const { sent, items } = batch;
  if (sent == 2) return;
  if (beacon(batch)) batch.sent = 2;
  else if (sent || !items[1] || (items + "").length < BEACON_MIN) {
    batch.sent = 1;
    post(batch, { keepalive: true }).catch(() => {});
  } else {
    // There is no room for it, and nobody has seen it yet.
    const rest = { ...batch, id: uuid(), items: items.splice(items.length >> 1), ...none() };
    put(rest);
    part(batch);
    part(rest);
  }
}
