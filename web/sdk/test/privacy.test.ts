// What personal data is, and that it does not leave.
import { createHash, createHmac } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DENIED, denies, pseudonym, scrub } from "@throughline/browser/privacy";
import { begin, FakeServer } from "./server.ts";

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const list = new Set(DENIED);

test.each([
  "password", "PASSWORD", "passWord", "userPassword", "user_password2", "passwords", "new-password", "auth", "Authorization", "Set-Cookie", "cookies",
  "token", "accessToken", "access_tokens", "accesstoken", "x.csrf.token", "api_key", "apiKey", "APIKey", "api-keys", "private_key", "creditCard",
  "credit_card_number", "card_number", "cvc", "iban", "ssn", "email", "E-Mail", "customer.email", "emailAddress", "phone", "phone_number", "social_security_number",
])("%s is denied", (name) => expect(denies(list, name)).toBe(true));

test.each([
  "className", "businessName", "headphones", "discarded", "tokens", "tokens_used", "maxTokens", "session_id", "sessionId", "author", "authority", "secretary",
  "card", "card_type", "key", "api", "keyboard", "emailed", "sku", "cart.add", "", "42", "語",
])("%s is not denied", (name) => expect(denies(list, name)).toBe(false));

test("values are removed by their name at any depth, cards and addresses by their look", async () => {
  const { track, recordMetric, flush } = await begin({ plugins: [scrub()] });
  track("order", {
    props: {
      className: "hero",
      tokens_used: 7,
      // A time in milliseconds and an order number are no cards: their check digit is wrong.
      order: "1700000000123",
      note: "pay 4111 1111 1111 1111 for 2024, or 2024 5500-0000-0000-0004 123; write to ada@example.org",
      nested: [{ apiKey: { id: 1 } }, { userEmail: "ada@example.org", card: { number: "378282246310005" } }],
    },
  });
  recordMetric("m", 1, { tags: { phone: "+49 1", plan: "pro" } });
  await flush();
  expect(server.items("events")[0]!.props).toEqual({
    className: "hero",
    tokens_used: 7,
    order: "1700000000123",
    note: "pay [removed] for 2024, or 2024 [removed] 123; write to [removed]",
    nested: [{ apiKey: "[removed]" }, { userEmail: "[removed]", card: { number: "[removed]" } }],
  });
  expect(server.items("metrics")[0]!.tags).toEqual({ phone: "[removed]", plan: "pro" });
});

test("the list is the host's: names are added in any spelling or as patterns, and taken out", async () => {
  const { track, flush } = await begin({ plugins: [scrub({ deny: ["full_name", /^internal/], allow: ["E-Mail", "cookie_consent"], patterns: [/\bAda\b/g] })] });
  track("e", { fullName: "Ada", the_full_name: "Ada", internalId: 1, email: "ada@example.org", password: "x", text: "Ada said", cookieConsent: true, cookie: "x" });
  await flush();
  expect(server.items("events")[0]!.props).toEqual({
    fullName: "[removed]", the_full_name: "[removed]", internalId: "[removed]", email: "ada@example.org", password: "[removed]", text: "[removed] said",
    cookieConsent: true, cookie: "[removed]",
  });
});

test("a pseudonym is the standard's code of the trimmed text in lower case, as in the Rust client", async () => {
  const ann = await pseudonym("  Ann@Example.com ", "k");
  expect(ann).toBe(createHmac("sha256", "k").update("ann@example.com").digest("hex"));
  expect(ann).toBe("812b5e65283998e47b49528ef531aea6e0a9f94ed9005c6c1cdec12579d7d459");
  expect(await pseudonym("ann@example.com", "another")).not.toBe(ann);
  expect(ann).not.toBe(createHash("sha256").update("ann@example.com").digest("hex"));
  // RFC 4231, test case 2.
  expect(await pseudonym("what do ya want for nothing?", "Jefe")).toBe("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
});
