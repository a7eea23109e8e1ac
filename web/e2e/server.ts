// The real server, beside a database of its own.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Program } from "./program.ts";
import { createScratchDatabase, type ScratchDatabase } from "./scratch-database.ts";

const BINARY = process.env.SERVER_BINARY ?? join(import.meta.dirname, "../../target/debug/throughline");
/** Who `throughline dev` signs in. */
const LOCAL_ACCOUNT = "you@localhost";

/** What `throughline dev` prints. */
export interface Keys {
  readonly THROUGHLINE_ENDPOINT: string;
  readonly THROUGHLINE_KEY: string;
  readonly THROUGHLINE_SECRET: string;
}

export class Server {
  readonly url: string;
  /** The link that was printed: it signs in, or creates the owner. */
  readonly link: string;
  readonly #program: Program;
  readonly #database: ScratchDatabase;
  readonly #folder: string;

  protected constructor(started: Started) {
    this.url = new URL(started.link).origin;
    this.link = started.link;
    this.#program = started.program;
    this.#database = started.database;
    this.#folder = started.folder;
  }

  /** A server as operators start it, with an empty database. */
  static async serve(): Promise<Server> {
    return new Server(await start(["serve"], /http:\S+\/setup\?token=\S+/));
  }

  /** Runs a command of the binary to its end; what it printed. */
  async run(...words: string[]): Promise<string> {
    return (await promisify(execFile)(BINARY, words, { env: environment(this.#database.url) })).stdout;
  }

  /** Asks the database itself. */
  async rows(question: string): Promise<unknown[][]> {
    return this.#database.rows(question);
  }

  /** A new link of the same kind as the printed one. */
  async newLink(): Promise<string> {
    const words = ["accounts", "--url", this.url, ...(this.link.includes("/enter") ? ["--email", LOCAL_ACCOUNT] : [])];
    return (await this.run(...words)).trim();
  }

  async stop(): Promise<void> {
    try {
      await this.#program.stop();
    } finally {
      await this.#database.drop();
      await rm(this.#folder, { recursive: true, force: true });
    }
  }
}

/** A server as developers start it, with the demo's project but without its traffic. */
export class DevServer extends Server {
  readonly keys: Keys;

  private constructor(started: Started, keys: Keys) {
    super(started);
    this.keys = keys;
  }

  static async start(): Promise<DevServer> {
    const started = await start(["dev", "--quiet-shop"], /http:\S+\/enter\?token=\S+/);
    const key = async (name: string) => (await started.program.printed(new RegExp(`export ${name}=(\\S+)`)))[1] ?? "";
    return new DevServer(started, {
      THROUGHLINE_ENDPOINT: await key("THROUGHLINE_ENDPOINT"),
      THROUGHLINE_KEY: await key("THROUGHLINE_KEY"),
      THROUGHLINE_SECRET: await key("THROUGHLINE_SECRET"),
    });
  }
}

interface Started {
  readonly program: Program;
  readonly link: string;
  readonly database: ScratchDatabase;
  readonly folder: string;
}

async function start(words: string[], link: RegExp): Promise<Started> {
  if (!existsSync(BINARY)) throw new Error("The server is not built: run `make build islands`.");
  const database = await createScratchDatabase();
  const folder = await mkdtemp(join(tmpdir(), "throughline-browser-"));
  const place = words[0] === "dev" ? ["--data-dir", folder] : [];
  const program = new Program(BINARY, [...words, ...place, "--listen", "127.0.0.1:0"], environment(database.url));
  try {
    const [found] = await program.printed(link);
    return { program, link: found, database, folder };
  } catch (error) {
    await program.stop().finally(() => database.drop());
    throw error;
  }
}

/** Ours, without whatever the shell says to a server that somebody else runs. */
function environment(databaseUrl: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("THROUGHLINE_"));
  return { ...Object.fromEntries(kept), DATABASE_URL: databaseUrl, THROUGHLINE_LOG: "warn" };
}
