// Who somebody is.
import { capture } from "./capture.ts";
import { become, person, remember, type Person } from "./person.ts";
import { sequence } from "./track.ts";
import type { IdentityKind } from "./wire.ts";

/** Says it, and becomes them. */
const say = (kind: IdentityKind, user_id: unknown, other?: unknown, traits?: object): void =>
  capture("identities", (ts) => {
    // Nobody.
    if (!user_id && kind != "reset") throw 0;
    const item = { kind, user_id, anonymous_id: other || person.anonymous, ts, seq: sequence(ts), traits };
    const { consent, install } = person;
    if (kind == "reset") become({ consent, install } as Person, 0);
    // Objects are the server's to refuse.
    if (kind == "identify" && typeof user_id != "object") become({ user: `${user_id as string}` });
    remember();
    return item;
  });

/** From now on this is `id`; what they did before becomes theirs. */
export const identify = (id: string | number, traits?: object): void => say("identify", id, 0, traits);

/** `id` and `other`, or who this was so far, are one person. */
export const alias = (id: string | number, other?: string | number): void => say("alias", id, other);

/** From now on somebody else may use the device: new anonymous id, new session. */
export const reset = (): void => say("reset", person.user);
