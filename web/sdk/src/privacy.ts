// `@throughline/browser/privacy`: keeps personal data from leaving the page.
import type { Plugin } from "./plugin.ts";

export interface ScrubOptions {
  /** More names whose values are removed, at any depth: a text as `DENIED` has them, in any spelling, or a pattern. */
  deny?: (string | RegExp)[];
  /** Names that are taken from `DENIED`, and names that stay although one of their words is denied. */
  allow?: string[];
  /** What is replaced in texts; email addresses and card numbers when absent. */
  patterns?: RegExp[];
}

/** Names whose values are removed. A name is split into words where its case changes and where there is no letter; case does
 * not matter. It is denied when one of its words, two neighbours joined, or all of them joined are in this list, in the singular
 * or with an `s`; `tokens` alone, which are counted more often than kept, are not. The Rust client has the same list. */
export const DENIED = [
  "accesstoken", "apikey", "auth", "authorization", "authtoken", "bearertoken", "cardnumber", "clientsecret", "cookie", "creditcard", "creditcardnumber",
  "csrftoken", "cvc", "cvv", "email", "emailaddress", "iban", "passphrase", "passwd", "password", "phone", "phonenumber", "privatekey",
  "proxyauthorization", "pwd", "refreshtoken", "secret", "setcookie", "socialsecurity", "socialsecuritynumber", "ssn", "telephone", "token",
];
/** `APIKey` is `API` and `Key`, `user_email2` is `user` and `email`. */
const WORD = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[^\P{L}\p{Lu}]+/gu;
const EMAIL = /[^\s@"'<>]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,5}/g;
/** 13 to 19 digits, the first four of them together, as on cards. */
const CARD = /\b\d{4}(?:[ -]?\d){9,15}\b/g;
const CARD_DIGITS_MIN = 13;
/** Characters of a text that are looked at and kept; the server takes 8 KiB. */
const TEXT_MAX = 8192;
/** Fields of our own, which are ids and times. */
const OURS = /^(name|ts|seq|kind|(event|user|anonymous|session|trace|span|parent_span)_id|release|environment|sample_rate|value)$/;
const REMOVED = "[removed]";

const words = (name: string): string[] => (name.match(WORD) || []).map((word) => word.toLowerCase());

/** Whether a name is denied, given the list. */
export function denies(list: ReadonlySet<string>, name: string): boolean {
  const all = words(name);
  const isListed = (word: string): boolean => list.has(word) || (word != "tokens" && word.endsWith("s") && list.has(word.slice(0, -1)));
  return isListed(all.join("")) || all.some((word, i) => isListed(word) || isListed(word + (all[i + 1] || "")));
}

/** The check digit of card numbers. Source: ISO/IEC 7812-1, annex B. */
function isCard(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = +digits[digits.length - 1 - i]! << (i & 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return digits.length >= CARD_DIGITS_MIN && sum % 10 == 0;
}

/** Without card numbers; other digits before and after them stay. */
function withoutCards(text: string): string {
  CARD.lastIndex = 0;
  for (let found; (found = CARD.exec(text)); ) {
    let card = found[0];
    // Other digits may follow after a blank.
    while (card && !isCard(card)) card = card.replace(/[ -]?\d+$/, "");
    const end = found.index + card.length;
    if (card) text = text.slice(0, found.index) + REMOVED + text.slice(end);
    CARD.lastIndex = found.index + (card ? REMOVED.length : 4);
  }
  return text;
}

/** Puts `[removed]` for values by their name and for personal data by its look, in every item before it is queued. */
export const scrub =
  ({ deny = [], allow = [], patterns }: ScrubOptions = {}): Plugin =>
  (host) => {
    const joined = (name: string): string => words(name).join("");
    const list = new Set([...DENIED, ...deny.filter((one) => typeof one == "string").map(joined)]);
    const allowed = new Set(allow.map(joined));
    for (const name of allowed) list.delete(name);
    const rest = deny.filter((one) => typeof one != "string");
    const isDenied = (name: string): boolean => !allowed.has(joined(name)) && (denies(list, name) || rest.some((one) => name.search(one) >= 0));
    const cleanText = (text: string): string =>
      patterns ? patterns.reduce((text, pattern) => text.replace(pattern, REMOVED), text) : withoutCards(text.replace(EMAIL, REMOVED));
    const clean = (value: unknown): unknown => {
      if (typeof value == "string") return cleanText(value.slice(0, TEXT_MAX));
      if (Array.isArray(value)) return value.map(clean);
      if (!value || typeof value != "object") return value;
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, isDenied(name) ? REMOVED : clean(inner)]));
    };
    host.filters.push((item) => Object.fromEntries(Object.entries(item).map(([name, value]) => [name, OURS.test(name) ? value : clean(value)])));
  };

/** A pseudonym: HMAC-SHA-256 of `value`, without blanks around it and in lower case, with a key that only you know, as 64 hex digits.
 * The Rust client makes the same of the same. Without the key it cannot be guessed; it is still personal data. Empty text where the
 * runtime has no Web Crypto, as on plain HTTP. */
export async function pseudonym(value: string, key: string): Promise<string> {
  try {
    const encoder = new TextEncoder();
    const hmac = await crypto.subtle.importKey("raw", encoder.encode(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signature = await crypto.subtle.sign("HMAC", hmac, encoder.encode(value.trim().toLowerCase()));
    return Array.from(new Uint8Array(signature), (byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch {
    return "";
  }
}
