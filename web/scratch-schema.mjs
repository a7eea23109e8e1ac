// Applies the migrations to the scratch database that DATABASE_URL names, so that statements can be checked against it.
// Node does this, since the crate that knows the migrator cannot be built before its statements are checked.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";

const folder = process.argv[2];
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
for (const file of readdirSync(folder).filter((name) => name.endsWith(".sql")).sort()) {
  await client.query(readFileSync(join(folder, file), "utf8"));
}
await client.end();
