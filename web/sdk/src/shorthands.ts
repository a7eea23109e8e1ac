// What can be said in one word, beside the core: part of the package, and a script of its own.
import type { Client } from "./client.ts";
import type { Props } from "./track.ts";

/** The shorthands of a client. */
export const shorthands = (client: Pick<Client, "consent" | "track">) => ({
  /** Somebody saw a variant of an experiment. */
  exposure: (experiment: string, variant: string, props?: Props): void => {
    try {
      client.track("$exposure", { props: { ...props, experiment, variant } });
    } catch {
      // They cannot be read, which the client counts.
      client.track("$exposure", { props });
    }
  },
  /** Somebody agrees. */
  optIn: (): void => client.consent("granted"),
  /** Somebody does not. */
  optOut: (): void => client.consent("denied"),
});
