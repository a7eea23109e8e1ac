// Whose items these are: the installation, the anonymous id, the signed-in user and their session, and what they agreed to.
import { now } from "./clock.ts";
import { SESSION_REST_MAX } from "./limits.ts";
import { options, type Consent } from "./options.ts";
import { uuid } from "./uuid.ts";

export interface Person {
  consent?: Consent;
  install?: string;
  /** Before sign-in. Not on servers, where one process stands for many people. */
  anonymous?: string;
  user?: string;
  session?: string;
  /** When the session was last used. */
  used?: number;
}

export let person: Person = {};
/** Changes with every change of the person. */
export let version = 0;

const place = (): string => `throughline.${options.key}`;

/** Becomes somebody who differs from who this was: with new ids for what is missing. */
export function become(who?: Person, was: Person | 0 = person): void {
  version++;
  person = { ...(PAGE && { install: uuid(), anonymous: uuid() }), ...was, ...who };
}

/** Who the device remembers. */
export function remembered(): Person | undefined {
  try {
    return JSON.parse(localStorage[place()]);
  } catch {
    // Nothing is remembered, or nothing may be.
    return;
  }
}

/** Ids stay on the device of those who agreed; of others only what they said. A full or forbidden storage keeps nothing. */
export function remember(): void {
  const { consent } = person;
  try {
    if (options.persistence != "memory") localStorage[place()] = JSON.stringify(consent == "granted" ? person : { consent });
  } catch {
    // The person is known for this page load then.
  }
}

/** The session goes on, or a new one begins after a rest. */
export function useSession(): void {
  const time = now();
  if (PAGE && !(time - person.used! < SESSION_REST_MAX)) become({ session: uuid() });
  person.used = time;
}
