// The exported file as others read it: DuckDB against SQL on the raw table.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, describe, expect } from "vitest";
import { test } from "./fixtures.ts";

const folder = await mkdtemp(join(tmpdir(), "throughline-export-"));
afterAll(() => rm(folder, { recursive: true }));

const WHO = "case actor_kind when 1 then 'user' when 2 then 'anonymous' when 3 then 'session' when 4 then 'install' end";

/** What is asked of the file, and what is asked of the raw table. */
const QUESTIONS: [question: string, ofFile: string, ofTable: string][] = [
  ["events and people", "select count(*), count(distinct event_id), count(distinct (actor_kind, actor)), sum(weight) from events",
    "select count(*), count(distinct event_id), count(distinct (actor_kind, actor)), sum(weight) from event"],
  ["events by day and name", "select strftime(ts at time zone 'UTC', '%Y-%m-%d'), name, count(*) from events group by all order by all",
    `select to_char(ts at time zone 'UTC', 'YYYY-MM-DD'), name collate "C", count(*) from event group by 1, 2 order by 1, 2`],
  ["sums of numbers by texts", `select "props.text.sku", sum("props.number.qty"), count(*) from events where "props.text.sku" is not null group by all order by all`,
    `select (props ->> 'sku') collate "C", sum((props ->> 'qty')::float8), count(*) from event where props ? 'sku' group by 1 order by 1`],
  ["attributes", "select coalesce(country, ''), coalesce(os, ''), coalesce(route, ''), coalesce(release, ''), count(*) from events group by all order by all",
    `select coalesce(country, '') collate "C", coalesce(os, '') collate "C", coalesce(route, '') collate "C", coalesce(release, '') collate "C", count(*) from event group by 1, 2, 3, 4 order by 1, 2, 3, 4`],
  ["whole rows", `select event_id, epoch_ms(ts), actor_kind, actor, name, session, "props.number.qty" from events order by event_id limit 500`,
    `select event_id::text, (extract(epoch from date_trunc('milliseconds', ts)) * 1000)::int8, ${WHO}, nullif(actor, ''), name, session_id, (props ->> 'qty')::float8
     from event order by event_id limit 500`],
];

describe("an export", () => {
  test("says in DuckDB what the raw table says", async ({ shop }) => {
    const file = join(folder, "events.parquet");
    await shop.server.run("export", "--project", "shop", "--format", "parquet", "--out", file);
    const read = await reader(`read_parquet('${file}')`);
    for (const [question, ofFile, ofTable] of QUESTIONS) {
      const [told, stored] = [await read(ofFile), await shop.server.rows(ofTable)];
      expect(told.length, question).toBeGreaterThan(0);
      expect(told, question).toEqual(plain(stored));
    }
    expect(await read("select typeof(ts), typeof(\"props.number.qty\"), typeof(weight) from events limit 1")).toEqual([
      ["TIMESTAMP WITH TIME ZONE", "DOUBLE", "DOUBLE"],
    ]);
  });

  test("keeps keys apart that differ in case only", async ({ server, signals }) => {
    await signals.track({ name: "order.paid", props: { SKU: "upper", sku: "lower" } });
    await signals.counted();
    const file = join(folder, "case.parquet");
    await server.run("export", "--project", "shop", "--format", "parquet", "--out", file);
    const read = await reader(`read_parquet('${file}')`);
    expect(await read(`select "props.text.SKU", "props.text.sku_1" from events`)).toEqual([["upper", "lower"]]);
  });

  test("has the same fields as lines of JSON, and holds only the days that were asked for", async ({ shop }) => {
    const file = join(folder, "events.ndjson");
    const [days] = plain(await shop.server.rows(`select to_char(now() at time zone 'Europe/Berlin' - interval '5 days', 'YYYY-MM-DD'),
      to_char(now() at time zone 'Europe/Berlin' - interval '2 days', 'YYYY-MM-DD')`));
    const [from, until] = days as [string, string];
    await shop.server.run("export", "--project", "shop", "--format", "ndjson", "--from", from, "--until", until, "--out", file);
    const read = await reader(`read_ndjson('${file}', sample_size = -1)`);
    const zone = (await shop.server.rows("select zone from project"))[0]?.[0];
    const stored = await shop.server.rows(
      `select count(*), sum((props ->> 'qty')::float8), count(distinct actor) from event
       where ts >= '${from}'::timestamp at time zone '${zone}' and ts < '${until}'::timestamp at time zone '${zone}'`,
    );
    const told = await read(`select count(*), sum("props.number.qty"), count(distinct actor) from events`);
    expect(Number(told[0]?.[0])).toBeGreaterThan(0);
    expect(told).toEqual(plain(stored));
  });
});

/** Asks questions about a file, which is called `events` in them. */
async function reader(source: string): Promise<(question: string) => Promise<unknown[][]>> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run("set timezone = 'UTC'");
  await connection.run(`create view events as select * from ${source}`);
  return async (question) => plain((await connection.runAndReadAll(question)).getRows());
}

/** Both readers have their own ways with large numbers. */
function plain(rows: unknown[][]): unknown[][] {
  const value = (cell: unknown) => (typeof cell === "bigint" || (typeof cell === "string" && /^\d{1,15}$/.test(cell)) ? Number(cell) : cell);
  return rows.map((row) => row.map(value));
}
