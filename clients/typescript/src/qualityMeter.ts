import type { ClientMessages, Measured } from './messages.js';
import { ServerClock } from './serverClock.js';

/** Milliseconds between two reports of a session, and until its first. */
const interval = 10_000;
const firstAfter = 1_000;

/** A report that comes this much late, or an answer that takes this long: the device slept. What was counted meanwhile says nothing about the connection. */
const asleepAfter = 5_000;
const answerLimit = 60_000;

/** The server's limits, see `quality` in docs/protocol.md. */
const timeLimit = 600_000;
const updateRateLimit = 1_000_000;
const bytesRateLimit = 1_000_000_000;

type Report = Omit<ClientMessages['quality'], 'document'>;

/** How well the connection serves one session, from here. Pure: it is told the time. */
export class QualityMeter {
  readonly #clock = new ServerClock();
  #due = Infinity;
  #sent: number | null = null;
  #rtt: number | null = null;
  #jitter = 0;

  /** The window since the last report. */
  #since = 0;
  #bytesBefore = 0;
  #received = 0;
  #delays = 0;
  #delayed = 0;
  #submitted = 0;
  #resent = 0;

  /** When the next report is due; Infinity while none is. */
  get due(): number {
    return this.#due;
  }

  /** A stay begins, or somebody looks again. What was measured in another network, or before a sleep, stays behind. */
  start(now: number, bytes: number): void {
    this.#begin(now, bytes);
    this.#due = now + firstAfter;
    this.#sent = null;
  }

  stop(): void {
    this.#due = Infinity;
    this.#sent = null;
  }

  /** The server wants none before `until`. */
  postpone(until: number): void {
    if (this.#due !== Infinity) this.#due = Math.max(this.#due, until);
  }

  /** An operation of somebody, live: not one that was missed and is brought up. */
  received(at: number, isOwn: boolean, now: number): void {
    this.#received++;
    const { offset } = this.#clock;
    if (isOwn || offset === null) return;
    // The two clocks are known to half a round trip; a negative delay is that error.
    this.#delays += Math.max(0, now + offset - at);
    this.#delayed++;
  }

  submitted(isAgain: boolean): void {
    this.#submitted++;
    if (isAgain) this.#resent++;
  }

  /** The report to send now; null if none is due. */
  take(now: number, bytes: number): Report | null {
    if (now < this.#due) return null;
    if (now - this.#due > asleepAfter) {
      this.start(now, bytes);
      return null;
    }
    const seconds = (now - this.#since) / 1_000;
    const report: Report = {
      sent: now,
      ...(this.#rtt !== null && { rtt: within(this.#rtt, timeLimit), jitter: within(this.#jitter, timeLimit) }),
      ...(this.#delayed > 0 && { propagation: within(this.#delays / this.#delayed, timeLimit) }),
      ...(this.#submitted > 0 && { resent: within(this.#resent / this.#submitted, 1) }),
      updateRate: within(this.#received / seconds, updateRateLimit),
      bytesRate: within((bytes - this.#bytesBefore) / seconds, bytesRateLimit),
    };
    this.#begin(now, bytes);
    this.#due = now + interval;
    this.#sent = now;
    return report;
  }

  measured({ sent, at }: Pick<Measured, 'sent' | 'at'>, now: number): void {
    const rtt = now - sent;
    if (sent !== this.#sent || rtt < 0 || rtt > answerLimit) return;
    this.#sent = null;
    // RFC 3550, 6.4.1: the mean deviation of the difference in transit, one sixteenth of the news at a time.
    if (this.#rtt !== null) this.#jitter += (Math.abs(rtt - this.#rtt) - this.#jitter) / 16;
    this.#rtt = rtt;
    this.#clock.measure(sent, at, now);
  }

  #begin(now: number, bytes: number): void {
    this.#since = now;
    this.#bytesBefore = bytes;
    this.#received = this.#delays = this.#delayed = this.#submitted = this.#resent = 0;
  }
}

/** Three digits behind the point are more than can be measured. */
function within(value: number, limit: number): number {
  return Math.round(Math.min(Math.max(value, 0), limit) * 1_000) / 1_000;
}
