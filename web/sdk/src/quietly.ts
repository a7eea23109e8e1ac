// The NEVER rule: whatever goes wrong in here, the host does not notice.

export let failures = 0;

/** Does something; what it throws is counted and stays here. */
export function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    failures++;
    return;
  }
}
