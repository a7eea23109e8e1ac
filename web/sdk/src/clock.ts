// What time it is.

let pinned = 0;

/** Milliseconds since 1970, by the device's clock. */
export const now = (): number => pinned || Date.now();

/** It is `ms` until further notice: what was called then is done now. 0 ends that. */
export const pin = (ms: number): void => void (pinned = ms);

/** Milliseconds since some moment; never set back. */
export const elapsed = (): number => performance.now();
