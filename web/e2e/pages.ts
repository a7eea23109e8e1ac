// Every page that there is, for the promises that hold on all of them.
import type { DevServer, Server } from "./server.ts";
import { ANN, FAILED_ISSUE, FAILED_TRACE, LONG_TRACE } from "./story.ts";
import { SHOPS_BATCH, SHOPS_EVENT, SHOPS_LINKS, SHOPS_REFUSED_EVENT } from "./shop.ts";
import type { Visitors } from "./visitor.ts";
import type { BrowserContextOptions, Page } from "playwright-core";

/** The servers whose pages are looked at. */
export interface Servers {
  readonly shop: { readonly server: DevServer };
  /** A project without data. */
  readonly server: DevServer;
  readonly ownerless: Server;
}

export interface Place {
  readonly name: string;
  readonly of: "shop" | "empty" | "ownerless";
  readonly path: string;
  readonly signedIn: boolean;
  readonly status: number;
}

const METRIC = "metric=http.server.duration_ms&kind=distribution&unit=ms";

export const PLACES: readonly Place[] = [
  shop("live", "/p/shop/live?window=30"),
  shop("live-filtered", "/p/shop/live?window=30&bots=all&filter=country:DE"),
  shop("live-wall", "/p/shop/live?window=5&wall=1"),
  shop("live-no-filter", "/p/shop/live?add=price%3E10"),
  shop("metrics", "/p/shop/metrics"),
  shop("metrics-30d-events", "/p/shop/metrics?range=30d&measure=events"),
  shop("metrics-noted", "/p/shop/metrics?range=7d&measure=page_views"),
  shop("metrics-24h", "/p/shop/metrics?range=24h"),
  shop("metrics-filtered", "/p/shop/metrics?range=30d&filter=country:DE%20os:iOS%20route:/cart"),
  shop("metrics-days-against-week", `/p/shop/metrics?from=${daysAgo(9)}&until=${daysAgo(2)}&compare=week&measure=sessions`),
  shop("metrics-no-filter", "/p/shop/metrics?add=price%3E"),
  shop("metrics-nothing-matches", "/p/shop/metrics?filter=country:XX"),
  shop("metrics-times", `/p/shop/metrics?from=${daysAgo(1)}T06:00:00Z&until=${daysAgo(1)}T14:00:00Z`),
  shop("active", "/p/shop/metrics/active?range=30d"),
  shop("active-weeks", "/p/shop/metrics/active?range=30d&step=1w&filter=os:iOS"),
  shop("trends", "/p/shop/trends?range=30d"),
  shop("trends-formula", "/p/shop/trends?range=30d&a=cart.add&a_by=people&b=order.paid&b_by=people&formula=B/A*100"),
  shop("trends-by", "/p/shop/trends?range=30d&a=$pageview&a_by=events&by=route"),
  shop("trends-fault", "/p/shop/trends?a=order.paid&a_by=sum"),
  shop("behavior", "/p/shop/behavior?range=30d"),
  shop("behavior-route", "/p/shop/behavior?range=30d&filter=route:/cart"),
  shop("behavior-exits", "/p/shop/behavior?range=7d&sort=exit_rate"),
  shop("users", "/p/shop/users?range=30d"),
  shop("users-found", "/p/shop/users?range=30d&search=12&sort=events&filter=os:iOS"),
  shop("sessions", "/p/shop/sessions?range=30d"),
  shop("sessions-longest", "/p/shop/sessions?range=7d&sort=duration&filter=name:order.paid"),
  shop("users-nobody", "/p/shop/users?search=nobody-has-this"),
  shop("person", `/p/shop/users/profile?id=${ANN.user}`),
  shop("person-errors", `/p/shop/users/profile?id=${ANN.user}&only=error`),
  shop("person-without-id", `/p/shop/users/profile?kind=anonymous&id=a0`),
  shop("link", `/p/shop/identity-links/1?id=${ANN.user}`),
  { ...shop("person-nobody", "/p/shop/users/profile?id=nobody"), status: 404 },
  shop("explorer", "/p/shop/explorer"),
  shop("explorer-aggregates", `/p/shop/explorer?${METRIC}&agg=p95&by=route&range=24h`),
  shop("explorer-counter", "/p/shop/explorer?metric=orders.placed&kind=counter&range=7d"),
  shop("explorer-groups", `/p/shop/explorer?${METRIC}&agg=p95&by=route&by2=status&range=24h&compare=previous`),
  shop("explorer-formula", "/p/shop/explorer?metric=orders.placed&kind=counter&b=http.server.duration_ms&b_agg=count&formula=A/B*100&range=24h"),
  shop("explorer-formula-fault", `/p/shop/explorer?${METRIC}&range=24h&formula=A/C`),
  shop("explorer-why", `/p/shop/explorer/why?${METRIC}&range=6h`),
  shop("explorer-catalogue", "/p/shop/explorer/catalogue"),
  shop("explorer-about", `/p/shop/explorer/metric?${METRIC}`),
  shop("explorer-samples", `/p/shop/explorer/samples?${METRIC}&range=24h&order=largest`),
  shop("explorer-unknown-metric", "/p/shop/explorer?metric=nobody.sent.this"),
  shop("traces", "/p/shop/traces?range=7d"),
  shop("traces-spans", "/p/shop/traces?range=7d&of=spans&sort=slowest&filter=service:shop"),
  shop("traces-nothing", "/p/shop/traces?filter=service:nobody"),
  shop("traces-endpoints", "/p/shop/traces/endpoints?range=7d"),
  shop("traces-moments", "/p/shop/traces/moments?range=7d"),
  shop("trace", `/p/shop/traces/${FAILED_TRACE}`),
  shop("trace-long", `/p/shop/traces/${LONG_TRACE}`),
  { ...shop("trace-unknown", "/p/shop/traces/00000000000000000000000000000001"), status: 404 },
  shop("logs", "/p/shop/logs?range=6h"),
  shop("logs-searched", "/p/shop/logs?range=6h&filter=level%3E%3Dwarning%20gateway"),
  shop("logs-oldest", "/p/shop/logs?range=7d&order=oldest"),
  shop("logs-no-search", "/p/shop/logs?add=level%3Eloud"),
  shop("logs-nothing", "/p/shop/logs?filter=nobody-wrote-this"),
  shop("issues", "/p/shop/issues?range=30d"),
  shop("issues-ignored", "/p/shop/issues?status=ignored"),
  shop("issue", `/p/shop/issues/${FAILED_ISSUE}?range=24h`),
  { ...shop("issue-unknown", "/p/shop/issues/0000000000000001"), status: 404 },
  empty("empty-issues", "/p/shop/issues"),
  shop("delivery", "/p/shop/delivery"),
  shop("delivery-30d-metrics", "/p/shop/delivery?range=30d&signal=metric"),
  shop("delivery-xray", `/p/shop/delivery?id=${SHOPS_EVENT}`),
  shop("delivery-xray-batch", `/p/shop/delivery?id=${SHOPS_BATCH}`),
  shop("delivery-xray-refused", `/p/shop/delivery?id=${SHOPS_REFUSED_EVENT}`),
  shop("delivery-xray-unknown", "/p/shop/delivery?id=nobody-sent-this"),
  empty("empty-active", "/p/shop/metrics/active"),
  empty("empty-trends", "/p/shop/trends"),
  shop("saved", "/p/shop/saved"),
  shop("find", "/p/shop/find"),
  shop("components", "/dev/components"),
  { ...shop("shared-metrics", `/s/${SHOPS_LINKS.metrics}`), signedIn: false },
  { ...shop("shared-users", `/s/${SHOPS_LINKS.users}?range=7d`), signedIn: false },
  { ...stranger("shared-over", `/s/${SHOPS_LINKS.users}`), status: 404 },
  empty("empty-saved", "/p/shop/saved"),
  empty("empty-live", "/p/shop/live"),
  empty("empty-metrics", "/p/shop/metrics"),
  empty("empty-behavior", "/p/shop/behavior"),
  empty("empty-users", "/p/shop/users"),
  empty("empty-sessions", "/p/shop/sessions"),
  empty("empty-explorer", "/p/shop/explorer"),
  empty("empty-traces", "/p/shop/traces"),
  empty("empty-logs", "/p/shop/logs"),
  empty("empty-delivery", "/p/shop/delivery"),
  shop("guides", "/p/shop/setup?platform=http"),
  empty("empty-guides", "/p/shop/setup"),
  empty("empty-guides-react", "/p/shop/setup?platform=react"),
  { ...empty("not-found", "/nothing/here"), status: 404 },
  { ...empty("no-such-project", "/p/other/live"), status: 404 },
  stranger("login", "/login"),
  { ...stranger("link-over", "/enter?token=used"), status: 410 },
  stranger("docs-sending", "/docs/sending"),
  stranger("docs-operating", "/docs/operating"),
  stranger("docs-verdicts", "/docs/verdicts"),
  stranger("docs-problems", "/docs/problems"),
  stranger("docs-filters", "/docs/filters"),
  stranger("docs-analyses", "/docs/analyses"),
  stranger("docs-metrics", "/docs/metrics"),
  stranger("docs-traces", "/docs/traces"),
  stranger("docs-logs", "/docs/logs"),
  stranger("docs-issues", "/docs/issues"),
  stranger("docs-data", "/docs/data"),
  stranger("docs-sharing", "/docs/sharing"),
  { name: "setup", of: "ownerless", path: "", signedIn: false, status: 200 },
];

/** A day as the address of a page has it. */
function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

function shop(name: string, path: string): Place {
  return { name, of: "shop", path, signedIn: true, status: 200 };
}

function empty(name: string, path: string): Place {
  return { name, of: "empty", path, signedIn: true, status: 200 };
}

function stranger(name: string, path: string): Place {
  return { name, of: "empty", path, signedIn: false, status: 200 };
}

/** A browser for a place, before it goes there. */
export async function browserFor(place: Place, servers: Servers, visitors: Visitors, options: BrowserContextOptions = {}): Promise<Page> {
  const server = serverOf(place, servers);
  return place.signedIn ? visitors.member(server, options) : visitors.stranger(server, options);
}

export async function visit(page: Page, place: Place, servers: Servers): Promise<void> {
  const response = await page.goto(place.path || serverOf(place, servers).link);
  if (response?.status() !== place.status) throw new Error(`${place.name} answered ${response?.status()} instead of ${place.status}`);
  await page.locator("html[data-islands=awake]").waitFor({ state: "attached" });
}

function serverOf(place: Place, servers: Servers): Server {
  return { shop: servers.shop.server, empty: servers.server, ownerless: servers.ownerless }[place.of];
}
