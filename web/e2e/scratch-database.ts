// A database of its own for every server, on the Postgres that DATABASE_URL names.
import { randomUUID } from "node:crypto";
import pg from "pg";

export interface ScratchDatabase {
  readonly url: string;
  rows(question: string): Promise<unknown[][]>;
  drop(): Promise<void>;
}

export async function createScratchDatabase(): Promise<ScratchDatabase> {
  const base = process.env.DATABASE_URL;
  if (!base) throw new Error("DATABASE_URL names no Postgres: run `make test-web`, which starts one.");
  const name = `browser_${randomUUID().replaceAll("-", "")}`;
  await tell(base, `create database ${name}`);
  const url = named(base, name);
  return { url, rows: (question) => tell(url, question), drop: async () => void (await tell(base, `drop database if exists ${name} with (force)`)) };
}

async function tell(url: string, statement: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
}

/** The same server, another database. By hand, since a host may be the folder of a socket. */
function named(url: string, database: string): string {
  return url.replace(/^([^:]+:\/\/[^/?]*)(?:\/[^?]*)?/, `$1/${database}`);
}
