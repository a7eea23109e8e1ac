// A page that waits for a first signal asks for itself until it has come, and shows what has changed. Without this script it
// loads itself again.
(() => {
  const EVERY_MS = 2_000;
  const parts = () => [...document.querySelectorAll("[data-fresh]")];
  const waits = () => parts().some((part) => part.querySelector("[data-waits]"));
  const look = async () => {
    try {
      const answer = document.hidden ? null : await fetch(location.href);
      if (answer?.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of parts()) {
          const fresh = page.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
          // Whoever stands on a link keeps it until something is new.
          if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
        }
      }
    } catch {
      // The next look may be answered.
    }
    if (waits()) setTimeout(look, EVERY_MS);
  };
  if (waits()) setTimeout(look, EVERY_MS);
})();
