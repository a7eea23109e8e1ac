import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const sdk = join(import.meta.dirname, "sdk");
const { version } = JSON.parse(readFileSync(join(sdk, "package.json"), "utf8")) as { version: string };

export default defineConfig({
  define: { VERSION: JSON.stringify(version) },
  resolve: {
    alias: [
      { find: /^@throughline\/browser$/, replacement: join(sdk, "src/index.ts") },
      { find: "@throughline/browser/react", replacement: join(sdk, "src/react.tsx") },
      { find: /^@throughline\/browser\/(.*)$/, replacement: join(sdk, "src/$1.ts") },
    ],
  },
  test: {
    include: ["e2e/**/*.test.ts", "sdk/test/**/*.test.{ts,tsx}"],
    setupFiles: [join(sdk, "test/page.ts")],
    // One after another: some tests promise a figure within seconds, and two servers at once would share the machine.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
