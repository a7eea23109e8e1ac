// @vitest-environment happy-dom
// React: nothing on the server, nothing twice under StrictMode, nothing lost before the provider has begun.
import { StrictMode, act, useEffect, type ReactNode } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
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

const product = { id: "sku-1", name: "Lamp", category: "light", price: 9.5 };

function ProductCard({ product }: { product: { id: string; name: string; category: string; price: number } }): ReactNode {
  const track = bindings.useTrack();
  bindings.usePageView("products");
  useEffect(() => track("card.shown", { product_id: product.id }), [track, product.id]);
  return <button onClick={() => track("product_click", { product_id: product.id, product_name: product.name, category: product.category, price: product.price })}>Buy</button>;
}

test("views, effects and clicks under StrictMode are tracked as often as they happen", async () => {
  const App = (): ReactNode => (
    <StrictMode>
      <bindings.TrackProvider options={options}>
        <ProductCard product={product} />
      </bindings.TrackProvider>
    </StrictMode>
  );
  const { place, again } = await shown(<App />);
  await again(<App />);
  await act(async () => place.querySelector("button")!.click());
  await sdk.flush();
  const names = server.items("events").map(({ name }) => name);
  expect(names.filter((name) => name === "$pageview")).toHaveLength(1);
  expect(server.items("events").filter(({ name }) => name === "product_click")).toMatchObject([
    { props: { product_id: "sku-1", product_name: "Lamp", category: "light", price: 9.5 } },
  ]);
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
      <ProductCard product={product} />
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

test("what throws at the first render is reported, though the provider begins after it", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { errors } = await import("@throughline/browser/errors");
  const Broken = (): ReactNode => {
    throw new RangeError("at once");
  };
  const { place } = await shown(
    <bindings.TrackProvider options={{ ...options, plugins: [errors({ uncaught: false })] }}>
      <bindings.ErrorBoundary fallback={<p>Sorry</p>}>
        <Broken />
      </bindings.ErrorBoundary>
    </bindings.TrackProvider>,
  );
  expect(place.innerHTML).toBe("<p>Sorry</p>");
  await sdk.flush();
  expect(server.items("errors")).toMatchObject([{ type: "RangeError", message: "at once", handled: true, tags: { component_stack: expect.stringContaining("Broken") } }]);
  expect(sdk.report()).toMatchObject({ failures: 0, errors: { made: 1, delivered: 1 } });
});

test("a button tells of a click and goes on with its work", async () => {
  const cart = { total: 59.98, items: ["a", "b"] };
  const gone: string[] = [];
  const CheckoutButton = (): ReactNode => {
    const track = bindings.useTrack();
    const handleClick = (): void => {
      track("checkout_button_clicked", { button_location: "cart_page", cart_value: cart.total, items_count: cart.items.length });
      gone.push("/checkout");
    };
    return <button onClick={handleClick}>Checkout</button>;
  };
  const { place } = await shown(
    <bindings.TrackProvider options={options}>
      <CheckoutButton />
    </bindings.TrackProvider>,
  );
  await act(async () => place.querySelector("button")!.click());
  await sdk.flush();
  expect(gone).toEqual(["/checkout"]);
  expect(server.items("events").map(({ name, props }) => [name, props])).toEqual([
    ["checkout_button_clicked", { button_location: "cart_page", cart_value: 59.98, items_count: 2 }],
  ]);
});

test("marked elements below the provider are tracked by /auto, without an import of their own", async () => {
  const { auto } = await import("@throughline/browser/auto");
  const { place } = await shown(
    <bindings.TrackProvider options={{ ...options, plugins: [auto({ pageViews: false })] }}>
      <button data-track="cta_click" data-track-props='{"position":"hero","variant":"primary"}'>
        <b>Get Started</b>
      </button>
    </bindings.TrackProvider>,
  );
  document.body.append(place);
  await act(async () => place.querySelector("b")!.click());
  place.remove();
  await sdk.flush();
  expect(server.items("events")).toMatchObject([{ name: "cta_click", props: { position: "hero", variant: "primary" } }]);
});

test("what a server rendered is taken over without a complaint, and tracked from then on", async () => {
  const complaints = vi.spyOn(console, "error");
  const App = (): ReactNode => (
    <bindings.TrackProvider options={options}>
      <ProductCard product={product} />
    </bindings.TrackProvider>
  );
  const place = document.createElement("div");
  place.innerHTML = renderToString(<App />);
  const button = place.querySelector("button");
  await act(async () => void hydrateRoot(place, <App />));
  await act(async () => button!.click());
  await sdk.flush();
  expect(place.querySelector("button")).toBe(button);
  expect(complaints).not.toHaveBeenCalled();
  expect(server.items("events").map(({ name }) => name).toSorted()).toEqual(["$pageview", "card.shown", "product_click"]);
});
