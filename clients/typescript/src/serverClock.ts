/** Measurements remembered; the best of them is believed. */
const measurementsLimit = 8;

/**
 * How far the server's clock is ahead of this one's. An answer that took `rtt` was written somewhere between the two ends, taken to be the middle: so it
 * is wrong by half of `rtt` at most, and the quickest of the last few answers says it best (as NTP's clock filter does).
 */
export class ServerClock {
  #measurements: { readonly rtt: number; readonly offset: number }[] = [];

  /** Milliseconds to add to this clock; null before the first measurement. */
  get offset(): number | null {
    if (this.#measurements.length === 0) return null;
    return this.#measurements.reduce((best, next) => (next.rtt < best.rtt ? next : best)).offset;
  }

  /**
   * @param sent When the question was sent, by this clock.
   * @param at When it was answered, by the server's.
   * @param now When the answer came, by this clock.
   */
  measure(sent: number, at: number, now: number): void {
    const rtt = now - sent;
    this.#measurements = [...this.#measurements, { rtt, offset: at - (sent + rtt / 2) }].slice(-measurementsLimit);
  }
}
