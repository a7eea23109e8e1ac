// Builds the SDK: ESM entries for bundlers, classic scripts for pages without one, and the types.
//
//     node sdk/build.mjs        (in web/)
//
// The classic scripts are also laid into web/dist/sdk, from where the server serves them.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";

const here = import.meta.dirname;
const dist = join(here, "dist");
const served = join(here, "../dist/sdk");
const { version } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));

/** Entries that add to the core; each is also a classic script that adds itself to `window.throughline`. */
const PLUGINS = ["auto", "offline", "privacy", "sampling", "errors", "tracing", "vitals", "debug"];
/** Names that only the core reads. */
const INTERNAL = /^(ring|chars|untold)$/;

async function bundled(entry, format, contents) {
  const result = await build({
    ...(contents ? { stdin: { contents, resolveDir: join(here, "src"), loader: "ts" } } : { entryPoints: [join(here, "src", entry)] }),
    bundle: true,
    format,
    target: "es2022",
    jsx: "automatic",
    external: ["react", "react/jsx-runtime", "@throughline/browser", "@throughline/browser/errors"],
    define: { VERSION: JSON.stringify(version), PAGE: format === "iife" ? "true" : "globalThis.document" },
    write: false,
  });
  return result.outputFiles[0].text;
}

/** A script's functions become the client's, and what was called while it loaded is made up for. */
const ADDED = "declare const throughline: any; Object.assign(throughline, rest);";
/** What the core's script may have beyond that: it sends no booleans. */
const CORE_ONLY = { booleans_as_integers: true, unsafe: true, unsafe_comps: true, hoist_funs: true, loops: false, comparisons: false };

async function small(code, isModule, more = {}) {
  const options = { passes: 3, unsafe_arrows: true, hoist_props: true, ...more };
  const result = await minify(code, { ecma: 2020, module: true, toplevel: true, compress: options, mangle: { properties: { regex: INTERNAL } }, format: { comments: false } });
  // A module keeps its line for readers of a stack trace; a script is one line.
  return isModule ? `${result.code}\n` : result.code;
}

async function lay(name, contents) {
  writeFileSync(join(dist, "script", `${name}.js`), await small(await bundled(name, "iife", contents), false));
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "script"), { recursive: true });

writeFileSync(join(dist, "throughline.min.js"), await small(await bundled("script.ts", "iife"), false, CORE_ONLY));
for (const entry of ["index.ts", ...PLUGINS.map((name) => `${name}.ts`), "react.tsx"]) {
  // To a framework that renders on servers, React's part belongs to the page.
  const banner = entry === "react.tsx" ? '"use client";\n' : "";
  writeFileSync(join(dist, entry.replace(/\.tsx?$/, ".js")), banner + (await small(await bundled(entry, "esm"), true)));
}
for (const name of PLUGINS) {
  // Without options a plugin is added as it is; its other functions become the client's.
  const adds = ["privacy", "sampling"].includes(name) ? "" : `throughline.use(rest.${name}());`;
  await lay(name, `import * as rest from "./${name}.ts"; ${ADDED} ${adds} throughline.replay(rest);`);
}
await lay("shorthands", `import { shorthands } from "./shorthands.ts"; const rest = shorthands(throughline); ${ADDED} throughline.replay(rest);`);
execFileSync(join(here, "../node_modules/.bin/tsc"), ["-p", join(here, "tsconfig.build.json")], { stdio: "inherit" });

rmSync(served, { recursive: true, force: true });
mkdirSync(served, { recursive: true });
for (const path of [join(dist, "throughline.min.js"), ...readdirSync(join(dist, "script")).map((name) => join(dist, "script", name))]) {
  const script = readFileSync(path);
  writeFileSync(join(served, basename(path)), script);
  writeFileSync(join(served, `${basename(path)}.br`), brotliCompressSync(script));
}
