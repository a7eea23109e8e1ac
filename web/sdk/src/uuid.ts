// UUIDv7. Nothing secret comes from its random bits. Source of the layout: RFC 9562, section 5.7.

/** An id for what is made at `ms`. */
export function uuid(ms = Date.now()): string {
  const time = ms.toString(16).padStart(12, "0");
  let i = 0;
  return "xxxxxxxx-xxxx-7xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => time[i++] || (Math.random() * 16).toString(16)[0]!);
}
