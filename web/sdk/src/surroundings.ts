// What all items of a moment share, as JSON that is made once and appended to each.
import { ROUTE_MAX } from "./limits.ts";
import { options } from "./options.ts";
import { person, version } from "./person.ts";
import { tell } from "./plugin.ts";
import type { Signal } from "./lane.ts";

let seen: unknown;
let brief: string;
let full: string;

/** From a comma to the brace. There is always an environment. */
const ending = (fields: object): string => JSON.stringify(fields).replace("{", ",");

/** The rest of the JSON of an item that is captured now. */
export function surroundings(signal: Signal): string {
  const here: unknown = (PAGE && document.URL) + (version as never);
  if (here != seen) {
    const { user, session, anonymous } = person;
    const { release, environment = "prod" } = options;
    const shared = { user_id: user, session_id: session, release, environment };
    const place = { anonymous_id: anonymous, route: PAGE ? location.pathname.slice(0, ROUTE_MAX) : undefined };
    tell("shared", shared, place);
    brief = ending(shared);
    full = ending({ ...place, ...shared });
    seen = here;
  }
  return signal[0] == "e" ? full : brief;
}
