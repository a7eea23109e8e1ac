// Sealing: what is in the rings becomes batches that a beacon can carry.
import type { Batch } from "./batch.ts";
import { now } from "./clock.ts";
import { lanes, lose, none, type Signal } from "./lane.ts";
import { ITEMS_BYTES_MAX } from "./limits.ts";
import { uuid } from "./uuid.ts";

const encoder = new TextEncoder();

/** A batch without items yet, with what the server has not been told of its signal. */
function open(signal: Signal): Batch {
  const { untold } = lanes[signal];
  lanes[signal].untold = none();
  return { signal, id: uuid(), items: [], ...untold, sealed: now() };
}

/** Everything that waits; a signal of which only counts are to be told gets a batch without items. */
export function seal(): Batch[] {
  const batches: Batch[] = [];
  for (const name in lanes) {
    const signal = name as Signal;
    let size = ITEMS_BYTES_MAX;
    let batch: Batch | undefined;
    for (const [own, shared, ms] of lanes[signal].ring.splice(0)) {
      let json = own.slice(0, -1) + shared;
      // Events and errors have ids of their own.
      if (signal[0] == "e") json = json.replace("{", `{"event_id":"${uuid(ms)}",`);
      const bytes = encoder.encode(json).length;
      if (bytes > ITEMS_BYTES_MAX) lose(signal, "item_too_large");
      else {
        size += bytes + 1;
        if (size > ITEMS_BYTES_MAX) {
          size = bytes;
          batches.push((batch = open(signal)));
        }
        batch!.items.push(json);
      }
    }
    lanes[signal].chars = 0;
    // What is lost was also made, here or in a batch that was given up.
    if (!batch && lanes[signal].untold.made) batches.push(open(signal));
  }
  return batches;
}
