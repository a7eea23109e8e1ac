"""Asks ClickHouse, embedded as chdb: `ask_chdb.py FILE END TIMES`. Prints the answer as JSON."""

import json
import os
import sys
import time

from chdb import session

FILE, END, TIMES = sys.argv[1], sys.argv[2], int(sys.argv[3])
QUESTION = f"""
    select route, arraySort(groupArray(value))[toUInt64(ceil(0.95 * count()))] from point
    where name = 'bench.metric_0' and ts >= toDateTime64('{END}', 3, 'UTC') - interval 24 hour and ts < toDateTime64('{END}', 3, 'UTC')
    group by route order by route"""
TIMED = QUESTION.replace("arraySort(groupArray(value))[toUInt64(ceil(0.95 * count()))]", "quantileTDigest(0.95)(value)")


def rows(sql):
    return [json.loads(line) for line in str(base.query(sql, "JSONCompactEachRow")).splitlines()]


base = session.Session()
base.query("create database bench")
base.query("use bench")
base.query("""
    create table point (ts DateTime64(3, 'UTC'), name LowCardinality(String), route LowCardinality(String),
        status LowCardinality(String), region LowCardinality(String), value Float64)
    engine = MergeTree order by (name, ts)""")
base.query(f"insert into point select * from file('{FILE}', 'TSV')")
base.query("optimize table point final")
base.query("set use_query_condition_cache = 0")
base.query("set max_threads = %d" % os.cpu_count())
# Its own sketch is timed, the exact percentile is compared with.
found, ms = rows(QUESTION), []
rows(TIMED)
for _ in range(TIMES):
    begin = time.perf_counter()
    rows(TIMED)
    ms.append((time.perf_counter() - begin) * 1e3)
[[version]] = rows("select version()")
json.dump({"engine": f"chdb {version}", "rows": found, "ms": sorted(ms)}, sys.stdout)
