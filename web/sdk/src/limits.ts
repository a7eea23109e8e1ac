// Every limit of the core. Times are in milliseconds.

/** Time without an item after which a session is over. */
export const SESSION_REST_MAX = 18e5;

/** Characters of a path, which are bytes: browsers escape the others. */
export const ROUTE_MAX = 500;

/** Calls before `init` that it makes up for. */
export const EARLY_MAX = 500;

/** Bytes of one batch's items, so that body and envelope stay within 48 KiB. Also the most that one item may have. */
export const ITEMS_BYTES_MAX = 47e3;

/** Characters below which what a beacon has no room for is not halved once more, but sent as a request. */
export const BEACON_MIN = 16e3;

/** Sealed batches beyond which a page that is hidden seals no more: a server that is away must not fill memory. */
export const OUTBOX_MAX = 32;

/** Failures in a row that open the circuit. */
export const FAILURES_MAX = 5;

/** The ceiling of the first random wait, which doubles with each failure. */
export const WAIT_FIRST = 500;

/** The highest ceiling, and the least time for which the circuit stays open. */
export const WAIT_MAX = 6e4;

/** Time for one request, answer included. */
export const REQUEST_MAX = 1e4;

/** The longest time that a server's Retry-After is obeyed. */
export const RETRY_AFTER_MAX = 6e5;

/** Characters of an answer that are read, roughly: a server may talk for ever. */
export const ANSWER_MAX = 1e5;
