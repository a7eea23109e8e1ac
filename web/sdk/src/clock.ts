// What time it is.

/** Milliseconds since 1970, by the device's clock. */
export const now = Date.now;

/** Milliseconds since some moment; never set back. */
export const elapsed = (): number => performance.now();
