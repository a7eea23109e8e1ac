// @vitest-environment happy-dom
// React: nothing on the server, nothing twice under StrictMode, nothing lost before the provider has begun.
import { StrictMode, act, useEffect, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeServer, KEY } from "./server.ts";

const options = { endpoint: "http://t.example", key: KEY };
let server: FakeServer;
let sdk: typeof import("@throughline/browser");
let bindings: typeof import("@throughline/browser/react");

beforeEach(async () => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  localStorage.clear();
  server = new FakeServer();
  vi.resetModules();
  sdk = await import("@throughline/browser");
  bindings = await import("@throughline/browser/react");
});
afterEach(async () => {
  await sdk.shutdown();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function shown(content: ReactNode): Promise<{ place: HTMLElement; again(content: ReactNode): Promise<void> }> {
  const place = document.createElement("div");
  const root = createRoot(place);
  const again = (content: ReactNode): Promise<void> => act(async () => root.render(content));
  await again(content);
  return { place, again };
}

function ProductCard({ product }: { product: { id: string; price: number } }): ReactNode {
  const track = bindings.useTrack();
  bindings.usePageView("products");
  useEffect(() => track("card.shown", { product_id: product.id }), [track, product.id]);
  return <button onClick={() => track("product_click", { product_id: product.id, price: product.price })}>Buy</button>;
}

test("views, effects and clicks under StrictMode are tracked as often as they happen", async () => {
  const App = (): ReactNode => (
    <StrictMode>
      <bindings.TrackProvider options={options}>
        <ProductCard product={{ id: "sku-1", price: 9.5 }} />
      </bindings.TrackProvider>
    </StrictMode>
  );
  const { place, again } = await shown(<App />);
  await again(<App />);
  await act(async () => place.querySelector("button")!.click());
  await sdk.flush();
  const names = server.items("events").map(({ name }) => name);
  expect(names.filter((name) => name === "$pageview")).toHaveLength(1);
  expect(names.filter((name) => name === "product_click")).toHaveLength(1);
  expect(server.items("events").find(({ name }) => name === "$pageview")).toMatchObject({ props: { page_name: "products" }, session_id: expect.any(String) });
});

test("the function that tracks stays the same", async () => {
  const seen = new Set<unknown>();
  const Probe = (): ReactNode => {
    seen.add(bindings.useTrack());
    return null;
  };
  const { again } = await shown(<Probe />);
  await again(<Probe />);
  expect(seen.size).toBe(1);
});

test("on a server it renders and sends nothing", () => {
  const html = renderToString(
    <bindings.TrackProvider options={options}>
      <ProductCard product={{ id: "sku-1", price: 9.5 }} />
    </bindings.TrackProvider>,
  );
  expect(html).toBe("<button>Buy</button>");
  expect(server.sent).toEqual([]);
  expect(sdk.report().events.made).toBe(0);
});

test("an error boundary shows something else, and reports the exception once", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { errors } = await import("@throughline/browser/errors");
  sdk.init({ ...options, plugins: [errors({ uncaught: false })] });
  const told: unknown[] = [];
  const Broken = (): ReactNode => {
    throw new RangeError("no stock");
  };
  const { place } = await shown(
    <bindings.ErrorBoundary fallback={(error) => <p>{(error as Error).message}</p>} onError={(error) => told.push(error)}>
      <Broken />
    </bindings.ErrorBoundary>,
  );
  expect(place.innerHTML).toBe("<p>no stock</p>");
  await sdk.flush();
  expect(server.items("errors")).toMatchObject([{ type: "RangeError", message: "no stock", handled: true }]);
  expect(told).toHaveLength(1);
});
