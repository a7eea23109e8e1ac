// A running program whose words are read.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { vi } from "vitest";

/** Time to migrate an empty database on a slow machine. */
const START_MS_MAX = 30_000;
const STOP_MS_MAX = 15_000;

export class Program {
  readonly #child: ChildProcess;
  readonly #name: string;
  #said = "";
  #complained = "";

  constructor(path: string, args: string[], environment: NodeJS.ProcessEnv) {
    this.#name = [path, ...args].slice(0, 2).join(" ");
    this.#child = spawn(path, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stdout?.on("data", (chunk) => (this.#said += chunk));
    this.#child.stderr?.on("data", (chunk) => (this.#complained += chunk));
    this.#child.on("error", (error) => (this.#complained += `${error.message}\n`));
    // A test run that is cut short leaves nothing running.
    process.once("exit", () => this.#child.kill());
  }

  /** Waits until the program has printed what `pattern` looks for. */
  async printed(pattern: RegExp): Promise<RegExpMatchArray> {
    const look = () => {
      const found = this.#said.match(pattern);
      if (!found && this.#isOver()) return null;
      if (!found) throw new Error(`${this.#name} did not print ${pattern}`);
      return found;
    };
    const found = await vi.waitFor(look, { timeout: START_MS_MAX, interval: 20 });
    if (!found) throw new Error(`${this.#name} ended:\n${this.#complained.slice(-2_000)}`);
    return found;
  }

  /** Asks the program to stop, as Ctrl-C or a supervisor would, and waits until it has. */
  async stop(): Promise<void> {
    if (this.#isOver()) return;
    const exited = once(this.#child, "exit", { signal: AbortSignal.timeout(STOP_MS_MAX) });
    this.#child.kill("SIGTERM");
    const [code] = await exited.catch(() => {
      this.#child.kill("SIGKILL");
      throw new Error(`${this.#name} did not stop within ${STOP_MS_MAX} ms of SIGTERM`);
    });
    if (code !== 0) throw new Error(`${this.#name} stopped with ${code}:\n${this.#complained.slice(-2_000)}`);
  }

  #isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined;
  }
}
