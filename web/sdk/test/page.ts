// What the build knows: whether a test's environment is a page.
Object.assign(globalThis, { PAGE: typeof document == "object" });
