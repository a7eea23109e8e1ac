// Chance that repeats: equal seeds make equal shops (mulberry32).
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 to 1. */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.roll() * count);
  }

  /** One of them; those that stand first come up more often. */
  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.roll() ** 1.8 * items.length)] as Item;
  }

  /** Around 1, with a long tail, as durations have it. */
  skewed(): number {
    return Math.exp(0.6 * (this.roll() + this.roll() + this.roll() - 1.5) * 2);
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.below(16).toString(16)).join("");
  }
}
