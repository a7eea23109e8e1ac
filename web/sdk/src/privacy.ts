// `@throughline/browser/privacy`: keeps personal data from leaving the page.
import type { Plugin } from "./plugin.ts";

export interface ScrubOptions {
  /** Names of fields that are left out, at any depth; also as part of a longer name. */
  deny?: (string | RegExp)[];
  /** What is replaced in texts; email addresses and card numbers when absent. */
  patterns?: RegExp[];
}

const DENIED = ["email", "e_mail", "phone", "password", "passwd", "secret", "token", "authorization", "cookie", "card", "iban", "ssn"];
const PATTERNS = [/[^\s@"'<>]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,5}/g, /\b\d(?:[ -]?\d){12,18}\b/g];
/** Characters of a text that are looked at and kept; the server takes 8 KiB. */
const TEXT_MAX = 8192;
/** Fields of our own, which are ids and times. */
const OURS = /^(name|ts|seq|kind|(event|user|anonymous|session|trace|span|parent_span)_id|release|environment|sample_rate|value)$/;
const REMOVED = "[removed]";

/** Removes fields by name and personal data by its look, from every item before it is queued. */
export const scrub =
  ({ deny = DENIED, patterns = PATTERNS }: ScrubOptions = {}): Plugin =>
  (host) => {
    const denied = (name: string): boolean => deny.some((one) => (typeof one == "string" ? name.toLowerCase().includes(one.toLowerCase()) : name.search(one) >= 0));
    const clean = (value: unknown): unknown => {
      if (typeof value == "string") return patterns.reduce((text, pattern) => text.replace(pattern, REMOVED), value.slice(0, TEXT_MAX));
      if (Array.isArray(value)) return value.map(clean);
      if (!value || typeof value != "object") return value;
      return Object.fromEntries(Object.entries(value).filter(([name]) => !denied(name)).map(([name, inner]) => [name, clean(inner)]));
    };
    host.filters.push((item) => Object.fromEntries(Object.entries(item).map(([name, value]) => [name, OURS.test(name) ? value : clean(value)])));
  };

/** A pseudonym: HMAC-SHA-256 of `value` with a key that only you know, as 64 hex digits. Without the key it cannot be guessed; it is
 * still personal data. Empty text where the runtime has no Web Crypto, as on plain HTTP. */
export async function pseudonym(value: string, key: string): Promise<string> {
  try {
    const encoder = new TextEncoder();
    const hmac = await crypto.subtle.importKey("raw", encoder.encode(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signature = await crypto.subtle.sign("HMAC", hmac, encoder.encode(value));
    return Array.from(new Uint8Array(signature), (byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch {
    return "";
  }
}
