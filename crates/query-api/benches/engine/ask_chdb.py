"""Asks ClickHouse, embedded as chdb: `ask_chdb.py FOLDER TIMES`. Prints the answers as JSON."""

import json
import os
import sys
import time

from chdb import session

FOLDER, TIMES = sys.argv[1], int(sys.argv[2])


def at(day):
    return f"toDateTime64('2025-12-{day:02} 00:00:00', 3, 'UTC')"


def since(day):
    return f"ts >= {at(day)} and ts < {at(31)}"


STEPS = ["$pageview", "add_to_cart", "purchase"]
SAME = ", ".join(f"name = '{step}'" for step in STEPS)
NAMES = ", ".join(f"'{step}'" for step in STEPS)
QUESTIONS = {
    "daily_users": f"""
        select toString(toDate(ts)) as day, uniqExact(user_id) from event where {since(1)} group by day order by day""",
    "hourly_trend": f"""
        select formatDateTime(toStartOfHour(ts) as hour, '%Y-%m-%dT%H:00:00Z'), count(), uniqExact(user_id) from event
        where name = 'add_to_cart' and {since(24)} group by hour order by hour""",
    "top_routes": f"""
        select route, count() as events, uniqExact(user_id) from event where {since(24)}
        group by route order by events desc, route limit 10""",
    "country_os": f"""
        select country, os, count() as events, uniqExact(user_id) from event where {since(30)}
        group by country, os order by events desc, country, os""",
    "funnel": f"""
        select countIf(done >= 1), countIf(done >= 2), countIf(done >= 3) from (
            select windowFunnel(1800000)(toUInt64(toUnixTimestamp64Milli(ts)), {SAME}) as done from event
            where name in ({NAMES}) and {since(1)} group by user_id)""",
    # A bit per week is several times as fast as joining each user's first week.
    "retention": f"""
        with per_user as (
            select groupBitOr(bitShiftLeft(toUInt8(1), intDiv(dateDiff('second', {at(1)}, ts), 604800))) as weeks
            from event where {since(1)} group by user_id)
        select toUInt8(log2(bitAnd(weeks, -weeks))) as first, week - first as after, sum(users) from (
            select weeks, count() as users from per_user group by weeks)
        array join range(5) as week where bitTest(weeks, week) group by first, after order by first, after""",
}


def rows(base, sql):
    lines = str(base.query(sql, "JSONCompactEachRow")).splitlines()
    return [json.loads(line) for line in lines]


def load(base):
    base.query("create database if not exists bench")
    base.query("drop table if exists bench.event sync")
    base.query("""
        create table bench.event (
            event_id UUID, ts DateTime64(3, 'UTC'), seq UInt32, name LowCardinality(String), user_id String, session_id String,
            install_id String, route String, country LowCardinality(String), os LowCardinality(String),
            browser LowCardinality(String), release LowCardinality(String), props String)
        engine = MergeTree partition by toYYYYMMDD(ts) order by (name, ts)""")
    base.query(f"""
        insert into bench.event select * from file('{FOLDER}/events.tsv.zst', 'TSV')
        settings max_partitions_per_insert_block = 100""")
    base.query("optimize table bench.event final")
    open(f"{FOLDER}/chdb.loaded", "w").close()


def answers(base):
    for question, sql in QUESTIONS.items():
        found, ms = rows(base, sql), []
        for _ in range(TIMES):
            begin = time.perf_counter()
            found = rows(base, sql)
            ms.append((time.perf_counter() - begin) * 1e3)
        yield {"question": question, "rows": found, "ms": ms}


base = session.Session(f"{FOLDER}/chdb")
if not os.path.exists(f"{FOLDER}/chdb.loaded"):
    load(base)
base.query("use bench")
# On by default: repeated questions would be answered from a cache of conditions.
base.query("set use_query_condition_cache = 0")
base.query("set max_threads = %d" % os.cpu_count())
base.query("set output_format_json_quote_64bit_integers = 0")
[[version]] = rows(base, "select version()")
[[size]] = rows(base, "select sum(bytes_on_disk) from system.parts where active and table = 'event'")
json.dump({"engine": f"chdb {version}", "bytes": size, "answers": list(answers(base))}, sys.stdout)
