// A made-up shop: a month of history and a busy last half hour.
import { Dice } from "./dice.ts";
import type { DevServer } from "./server.ts";
import { Signals, type Event, type Point } from "./signals.ts";
import { tellStory } from "./story.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ROUTES = ["/", "/products", "/products/:id", "/cart", "/checkout", "/account/orders", "/search", "/help/returns"] as const;
const COUNTRIES = ["DE", "FR", "NL", "US", "GB", "PL", "AT", "BR", "JP"] as const;
const SYSTEMS = ["iOS", "Android", "Windows", "macOS", "Linux"] as const;
const RELEASES = ["web@2.14.0", "web@2.13.2", "ios@5.1.0"] as const;
const OTHER_EVENTS = ["cart.add", "search", "checkout.start", "order.paid", "coupon.applied"] as const;
const TABLES = ["orders", "users", "products", "carts"] as const;

/** A batch by the name that its sender gave it, an event in it, and one that was refused. */
export const SHOPS_BATCH = "checkout-night";
export const SHOPS_EVENT = "6f1d7a52-3b1e-4c55-9a43-0d9f0a5c7b11";
export const SHOPS_REFUSED_EVENT = "6f1d7a52-3b1e-4c55-9a43-0d9f0a5c7b12";

/** Tokens of links that show a page to whoever has them. */
export const SHOPS_LINKS = { metrics: "5a".repeat(32), users: "5b".repeat(32) };

/** Fills the server's project, and waits until it is all counted. */
export async function openShop(server: DevServer): Promise<Signals> {
  const signals = new Signals(server);
  const dice = new Dice(7);
  const now = Date.now();
  await signals.import({ events: [...month(dice, now), ...usage(dice, now)], metrics: [...day(dice, now), ...week(dice, now)] });
  await signals.track(...halfHour(dice, now));
  await mishaps(signals, now);
  await requests(signals, dice, now);
  await lines(signals, new Dice(11), now);
  await tellStory(signals, now);
  await signals.counted();
  await server.rows(
    `insert into annotation (project_id, id, at, text, made_by, made_at)
     select id, gen_random_uuid(), now() - interval '98 hours', 'Autumn mailing', 'account 1', now() from project returning id`,
  );
  await keep(server);
  return signals;
}

/** What its people saved, and two links that work. */
async function keep(server: DevServer): Promise<void> {
  await server.rows(
    `insert into saved (project_id, id, kind, name, what, private_to, made_by, made_at)
     select p.id, gen_random_uuid(), s.kind, s.name, s.what, case when s.private then a.id end, 'account ' || a.id, now()
     from project p, (select min(id) id from account) a, (values
       ('view', 'iOS orders by week', 'metrics?range=30d&filter=os:iOS&measure=events&compare=week', false),
       ('view', 'Where people leave', 'behavior?range=30d&sort=exit_rate', true),
       ('segment', 'Germany on phones', 'country:DE os in (iOS, Android)', false)) s (kind, name, what, private) returning name`,
  );
  for (const [page, token] of Object.entries(SHOPS_LINKS)) {
    await server.rows(
      `insert into shared_link (token_sha256, project_id, id, account_id, page, query, made_at, expires_at)
       select sha256('${token}'), p.id, gen_random_uuid(), (select min(id) from account), '${page}', 'range=30d&filter=os:iOS', now(), now() + interval '30 days'
       from project p returning page`,
    );
  }
}

/** What its programs wrote in the last hours: mostly nothing of note, and once in a while an answer that did not come. */
async function lines(signals: Signals, dice: Dice, now: number): Promise<void> {
  const logs = Array.from({ length: 400 }, () => {
    const ts = new Date(now - dice.below(6 * 60 * MINUTE) - MINUTE).toISOString();
    const common = { ts, release: "api@1.9.2", trace_id: [...Array(32)].map(() => (1 + dice.below(15)).toString(16)).join("") };
    const host = { "host.name": `web-${1 + dice.below(3)}` };
    const kind = dice.below(20);
    if (kind === 0) return { ...common, level: "error", service: "payments", body: "no answer from the gateway after 2 attempts", attributes: { ...host, gateway: "x", ms: 4_000 + dice.below(900) } };
    if (kind < 3) return { ...common, level: "warning", service: "payments", body: "the gateway answers slowly", attributes: { ...host, gateway: "x", ms: 900 + dice.below(900) } };
    if (kind < 6) return { ...common, level: "debug", service: "worker", body: `mail queue looked at\n${JSON.stringify({ waiting: dice.below(9), oldest_ms: dice.below(9_000) }, null, 2)}`, attributes: host };
    const [route, status] = [dice.pick(ROUTES), dice.below(40) === 0 ? 404 : 200];
    return { ...common, level: "info", service: "api", body: `GET ${route} ${status} in ${3 + dice.below(90)} ms`, attributes: { ...host, route, status } };
  });
  await signals.post("logs", { logs });
}

/** What goes wrong in every shop: old clocks, names without a name, a full queue, a body that is no JSON. */
async function mishaps(signals: Signals, now: number): Promise<void> {
  const sdk = { name: "throughline-web", version: "0.3.1" };
  const at = (ago: number) => new Date(now - ago).toISOString();
  const bought = { event_id: SHOPS_EVENT, name: "order.paid", ts: at(90_000), user_id: "user-7", route: "/checkout", props: { total: 84.5 } };
  const late = { event_id: SHOPS_REFUSED_EVENT, name: "order.paid", ts: at(40 * DAY), user_id: "user-8", props: { total: 12, card_number: "4111 1111 1111 1111" } };
  const events = [bought, late, { nam: "cart.add" }, { name: "search", props: { results: "many" }, sample_rate: 7 }];
  await signals.post("track", { batch_id: SHOPS_BATCH, sent_at: at(0), sdk, made: 9, lost: { queue_overflow: 3 }, events });
  const metrics = [{ name: "cart.total", value: "eighty" }, { name: "cart.total", value: 84.5, unit: "eur" }];
  await signals.post("metrics", { sdk: { name: "throughline-rust", version: "0.1.0" }, made: 2, metrics });
  await signals.post("track", { sdk: { name: "throughline-ios", version: "2.0.4" }, made: 14, lost: { send_error: 2, sample_rate: 4 }, events: [{ name: "app.open" }] });
  await signals.post("logs", "not JSON at all");
}

/** More on working days, and a little more every week. */
function month(dice: Dice, now: number): Event[] {
  return Array.from({ length: 29 }, (_, back) => {
    const start = now - (back + 1) * DAY;
    const isWeekend = [0, 6].includes(new Date(start).getUTCDay());
    const people = (isWeekend ? 25 : 45) - Math.floor(back / 2) + dice.below(8);
    return Array.from({ length: people }, () => visit(dice, start + dice.below(DAY - MINUTE), 1 + dice.below(6))).flat();
  }).flat();
}

/** What the last days' people used, were shown, and searched for, some of it in vain; half of them say where they are. */
function usage(dice: Dice, now: number): Event[] {
  return Array.from({ length: 160 }, () => {
    const person = dice.below(120);
    const variant = person % 2 === 0 ? "treatment" : "control";
    const [words, results_count] = dice.pick([["lamp", 12], ["two person tent", 18], ["umbrella", 0], ["gift card", 0]] as const);
    const [name, props] = dice.pick([
      ["feature.used", { feature: dice.pick(["wishlist", "compare", "size-guide"]) }],
      ["$exposure", { experiment: "sticky-cart", variant }],
      ["search", { query: words, results_count }],
    ] as [string, Record<string, unknown>][]);
    const timezone = dice.pick(["Europe/Berlin", "America/New_York", "Asia/Tokyo"]);
    const context = { country: "DE", os: "iOS", ...(person % 2 === 0 ? { timezone } : {}) };
    return { name, ts: new Date(now - DAY - dice.below(5 * DAY)).toISOString(), user_id: `user-${person}`, route: "/search", props, context };
  });
}

/** What the pages ask of the shop's servers: some of it fails. */
async function requests(signals: Signals, dice: Dice, now: number): Promise<void> {
  const spans = Array.from({ length: 240 }, () => {
    const route = dice.pick(ROUTES);
    return {
      trace_id: dice.hex(32),
      span_id: dice.hex(16),
      name: `GET ${route}`,
      op: "http.server",
      service: "shop",
      start: new Date(now - dice.below(5 * DAY)).toISOString(),
      duration_ms: round(40 * dice.skewed()),
      status: dice.roll() < 0.05 ? "error" : "ok",
      attributes: { "http.route": route },
    };
  });
  await signals.post("spans", { spans });
}

/** In the order in which it happened, as clients send it. */
function halfHour(dice: Dice, now: number): Event[] {
  return Array.from({ length: 90 }, () => visit(dice, now - dice.below(30 * MINUTE), 2 + dice.below(4)))
    .flat()
    .filter((event) => event.ts < new Date(now).toISOString())
    .sort((one, other) => one.ts.localeCompare(other.ts));
}

/** One person's way through the shop. */
function visit(dice: Dice, start: number, steps: number): (Event & { ts: string })[] {
  const person = dice.below(400);
  const who = person % 5 === 0 ? { anonymous_id: `a${person}` } : { user_id: `user-${person}` };
  const country = COUNTRIES[Math.floor((person / 400) ** 2 * COUNTRIES.length)];
  const context = { ...(person % 11 === 0 || !country ? {} : { country }), os: SYSTEMS[person % SYSTEMS.length] as string };
  const release = dice.pick(RELEASES);
  const session = `s-${dice.hex(10)}`;
  return Array.from({ length: steps }, (_, step) => {
    const isView = step === 0 || dice.roll() < 0.6;
    const props = isView ? {} : { sku: `A-${100 + dice.below(900)}`, qty: 1 + dice.below(3) };
    return {
      name: isView ? "$pageview" : dice.pick(OTHER_EVENTS),
      ts: new Date(start + step * 20_000).toISOString(),
      ...who,
      session_id: session,
      route: dice.pick(ROUTES),
      release,
      props,
      context,
    };
  });
}

/** Every metric, every ten minutes of the last day. */
function day(dice: Dice, now: number): Point[] {
  return Array.from({ length: 144 }, (_, i) => points(dice, now - (i * 10 + 1) * MINUTE)).flat();
}

/** The same every three hours before. */
function week(dice: Dice, now: number): Point[] {
  return Array.from({ length: 48 }, (_, i) => points(dice, now - DAY - (i + 1) * 180 * MINUTE)).flat();
}

function points(dice: Dice, at: number): Point[] {
  const busy = 1 + 0.4 * Math.sin(at / (DAY / 6.28));
  const answers = Array.from({ length: 6 }, () => answered(dice, at - dice.below(9 * MINUTE), busy));
  const ts = new Date(at).toISOString();
  return [
    ...answers,
    { name: "db.query.duration_ms", kind: "distribution", value: round(12 * dice.skewed() * busy), unit: "ms", tags: { table: dice.pick(TABLES) }, ts },
    { name: "orders.placed", kind: "counter", value: 1 + dice.below(Math.ceil(6 * busy)), tags: { shop: dice.pick(["north", "south"]) }, ts },
    { name: "cart.size", kind: "gauge", value: 1 + dice.below(5), unit: "items", tags: { shop: dice.pick(["north", "south"]) }, ts },
    { name: "process.memory", kind: "gauge", value: Math.round(2.1e8 * busy + dice.below(4e6)), unit: "bytes", tags: { host: "web-1" }, ts },
    { name: "checkout.people", kind: "set", value: `user-${dice.below(60)}`, ts },
  ];
}

function answered(dice: Dice, at: number, busy: number): Point {
  const person = dice.below(400);
  return {
    name: "http.server.duration_ms",
    kind: "distribution",
    value: round(45 * dice.skewed() * busy),
    unit: "ms",
    tags: { route: dice.pick(ROUTES), status: dice.pick(["200", "200", "304", "404", "500"]) },
    trace_id: dice.hex(32),
    user_id: `user-${person}`,
    session_id: `s-${dice.hex(10)}`,
    release: dice.pick(RELEASES),
    ts: new Date(at).toISOString(),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
