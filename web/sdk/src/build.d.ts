// What the build knows.
/** A page, and not a server, a worker or an edge runtime; the script tag is always in one. */
declare const PAGE: boolean;
declare const VERSION: string;
