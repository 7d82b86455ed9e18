/** How long to wait before trying again: exponential, with full jitter, so that clients that were refused together do not come back together. */
export class Backoff {
  #attempts = 0;

  /** @param start Longest first wait, in milliseconds; it doubles up to `limit`. */
  constructor(
    readonly start: number,
    readonly limit: number,
    readonly random: () => number = Math.random,
  ) {}

  /** Whether nothing failed since the last success. */
  get isFresh(): boolean {
    return this.#attempts === 0;
  }

  /** The wait after one more failure. */
  next(): number {
    return Math.min(this.limit, this.start * 2 ** Math.min(this.#attempts++, 20)) * this.random();
  }

  reset(): void {
    this.#attempts = 0;
  }
}
