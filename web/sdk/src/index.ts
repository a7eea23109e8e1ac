// `@throughline/browser`: the core, for bundlers, servers and edge runtimes.
import { client } from "./client.ts";
import { track } from "./event.ts";
import { shorthands } from "./shorthands.ts";

export type { Batch, Losses } from "./batch.ts";
export type { Client } from "./client.ts";
export type { ServerEvent } from "./event.ts";
export type { Books, Signal } from "./lane.ts";
export type { MetricOptions, Tags, Timer } from "./metric.ts";
export type { Consent, Options } from "./options.ts";
export type { SpanContext } from "./parent.ts";
export type { Filter, Hooks, Host, Plugin } from "./plugin.ts";
export type { Report } from "./report.ts";
export type { Props, TrackOptions } from "./track.ts";
export type * from "./wire.ts";

export const { init, page, identify, alias, reset, recordMetric, count, increment, gauge, distribution, histogram } = client;
export const { startTimer, consent, use, flush, shutdown, report } = client;
export const { exposure, optIn, optOut } = shorthands(client);
export { track };
/** The metric functions under one name. */
export const metrics = client;
export default { ...client, track, exposure, optIn, optOut, metrics: client };
