// One request: how a batch is written, and how its answer is read.
import type { Batch } from "./batch.ts";
import { now } from "./clock.ts";
import type { Signal } from "./lane.ts";
import { ANSWER_MAX, RETRY_AFTER_MAX } from "./limits.ts";
import { options } from "./options.ts";
import { person } from "./person.ts";
import { uuid } from "./uuid.ts";

const OPERATIONS: { [signal in Signal]?: string } = { events: "track", identities: "identify" };

const url = ({ signal }: Batch): string => `${options.endpoint || ""}/v1/${OPERATIONS[signal] || signal}:batch`;

/** The key is part of the body and its type is plain text, so no request asks for permission first. */
const body = ({ signal, id, items, made, lost }: Batch): string =>
  JSON.stringify({
    key: options.key,
    batch_id: id,
    sent_at: now(),
    sdk: { name: "throughline-browser", version: VERSION },
    // Drawn here where there is no page: an edge runtime has no randomness while it loads.
    install_id: (person.install ||= uuid()),
    made,
    lost,
  }).slice(0, -1) + `,"${signal}":[${items}]}`;

export const post = (batch: Batch, more: RequestInit): Promise<Response> => fetch(url(batch), { method: "POST", body: body(batch), ...more });

/** Sends from a page that may be gone in a moment; false when the browser has no room for it. */
export const beacon = (batch: Batch): boolean => navigator.sendBeacon?.(url(batch), body(batch));

export async function read(reader: ReadableStreamDefaultReader<Uint8Array>, text = ""): Promise<string> {
  const { value } = await reader.read();
  return value && text.length < ANSWER_MAX ? read(reader, text + new TextDecoder().decode(value)) : text;
}

/** Milliseconds that a `Retry-After` header asks for, in seconds or as a date; not above 0 when it asks for nothing. */
export const retryAfter = (header: string | null): number =>
  Math.min(isNaN(header as never) ? Date.parse(header!) - now() : (header as never) * 1e3, RETRY_AFTER_MAX);
