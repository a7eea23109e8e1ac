// UUIDv7. Nothing secret comes from its random bits. Source of the layout: RFC 9562, section 5.7.
import { now } from "./clock.ts";

/** An id for what is made at `ms`. */
export function uuid(ms = now()): string {
  const time = `0${ms.toString(16)}`;
  let i = 0;
  return "xxxxxxxx-xxxx-7xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => time[i++] || (Math.random() * 16).toString(16)[0]!);
}
