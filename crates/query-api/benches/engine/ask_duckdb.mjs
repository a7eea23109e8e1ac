// Asks DuckDB: `node ask_duckdb.mjs FOLDER TIMES`. Prints the answers as JSON.
import { existsSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";

const require = createRequire(new URL("../../../../web/package.json", import.meta.url));
const { DuckDBInstance, version } = require("@duckdb/node-api");

const [folder, times] = [process.argv[2], Number(process.argv[3])];
const since = (day) => `ts >= '2025-12-${String(day).padStart(2, "0")}' and ts < '2025-12-31'`;

const questions = {
  daily_users: `
    select strftime(ts::date, '%Y-%m-%d') as day, count(distinct user_id) from event where ${since(1)} group by day order by day`,
  hourly_trend: `
    select strftime(date_trunc('hour', ts), '%Y-%m-%dT%H:00:00Z') as hour, count(*), count(distinct user_id) from event
    where name = 'add_to_cart' and ${since(24)} group by hour order by hour`,
  top_routes: `
    select route, count(*) as events, count(distinct user_id) from event where ${since(24)}
    group by route order by events desc, route limit 10`,
  country_os: `
    select country, os, count(*) as events, count(distinct user_id) from event where ${since(30)}
    group by country, os order by events desc, country, os`,
  // For each event: the last first step so far, then the last first step of a chain that reached the second.
  funnel: `
    with step as (
      select user_id, ts, name, max(case when name = '$pageview' then ts end) over so_far as began
      from event where name in ('$pageview', 'add_to_cart', 'purchase') and ${since(1)}
      window so_far as (partition by user_id order by ts rows unbounded preceding)),
    chain as (
      select user_id, ts, name, began,
        max(case when name = 'add_to_cart' and ts - began <= interval 30 minutes then began end) over so_far as second
      from step window so_far as (partition by user_id order by ts rows unbounded preceding)),
    depth as (
      select max(case when name = 'purchase' and ts - second <= interval 30 minutes then 3
        when second is not null then 2 when began is not null then 1 else 0 end) as done
      from chain group by user_id)
    select count(*) filter (done >= 1), count(*) filter (done >= 2), count(*) filter (done >= 3) from depth`,
  // A bit per week is twice as fast as joining each user's first week.
  retention: `
    with per_user as (
      select bit_or(1 << (date_diff('day', date '2025-12-01', ts::date) // 7)::int) as weeks
      from event where ${since(1)} group by user_id),
    alike as (select weeks, log2(weeks & -weeks)::int as first, count(*) as users from per_user group by weeks)
    select first, (week - first)::int as after, sum(users)::bigint from alike, range(5) as weeks_of(week)
    where weeks & (1 << week::int) <> 0 group by first, week order by first, week`,
};

const path = `${folder}/events.duckdb`;
const base = await DuckDBInstance.create(path, { threads: String(availableParallelism()), memory_limit: "6GB" });
const connection = await base.connect();
if (!existsSync(`${folder}/duckdb.loaded`)) {
  await connection.run(`
    create or replace table event (
      event_id uuid, ts timestamp, seq integer, name varchar, user_id varchar, session_id varchar, install_id varchar,
      route varchar, country varchar, os varchar, browser varchar, release varchar, props varchar)`);
  await connection.run(`copy event from '${folder}/events.tsv.zst' (delimiter '\t', header false, quote '', escape '', compression zstd)`);
  await connection.run("checkpoint");
  writeFileSync(`${folder}/duckdb.loaded`, "");
}

const plain = (value) => (typeof value === "bigint" ? Number(value) : value);
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowsJS().map((row) => row.map(plain));

const answers = [];
for (const [question, sql] of Object.entries(questions)) {
  let found = await rows(sql);
  const ms = [];
  for (let time = 0; time < times; time++) {
    const begin = performance.now();
    found = await rows(sql);
    ms.push(performance.now() - begin);
  }
  answers.push({ question, rows: found, ms });
}
process.stdout.write(JSON.stringify({ engine: `DuckDB ${version()}`, bytes: statSync(path).size, answers }));
