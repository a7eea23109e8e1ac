// Whether somebody may be known. `pending` keeps items in memory, stores nothing and sends nothing.
import { flush, giveUp } from "./delivery.ts";
import { options, type Consent } from "./options.ts";
import { become, person, remember, remembered } from "./person.ts";
import { tell } from "./plugin.ts";

/** Global Privacy Control or Do Not Track. */
const objects = (): unknown =>
  PAGE && ((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl || (navigator as { doNotTrack?: string }).doNotTrack == "1");

function follow(): void {
  if (person.consent == "denied") giveUp("consent");
  tell("consent", person.consent!);
}

/** Becomes who this device remembers, perhaps from another tab, with what they said; who said nothing goes by the host's
 * options, else by the device's. */
export function recall(): void {
  become(remembered() || person, { consent: options.consent || (objects() ? "denied" : "granted") });
  follow();
}

/** What somebody says now; kept on the device. Nothing but `granted` lets anything be sent, `denied` also forgets. */
export function consent(said: Consent): void {
  become({ consent: said }, said == "denied" ? 0 : person);
  remember();
  follow();
  void flush();
}
