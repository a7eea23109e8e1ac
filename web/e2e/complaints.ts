// What a browser holds against a page: errors in the console, exceptions, answers that failed, broken policy.
import type { Page } from "playwright-core";

/** Listens from now on; the list grows. */
export async function complaintsOf(page: Page): Promise<string[]> {
  const complaints: string[] = [];
  page.on("console", (message) => {
    // The browser logs the status of the page itself, too, and that may well be 404.
    const isPage = message.location().url === page.url() && message.text().startsWith("Failed to load resource");
    if (["error", "warning"].includes(message.type()) && !isPage) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => complaints.push(`no answer: ${request.url()} ${request.failure()?.errorText}`));
  await page.exposeFunction("reportViolation", (violation: string) => complaints.push(`policy: ${violation}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const report = (window as unknown as { reportViolation(violation: string): void }).reportViolation;
      report(`${event.violatedDirective} refused ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
    });
  });
  return complaints;
}
