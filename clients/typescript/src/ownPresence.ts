import type { Delta, KindName } from './kinds.js';
import type { PresenceState } from './messages.js';
import { type CaretSide, transformSelection } from './selection.js';

/** Milliseconds; more often is more than others see. */
const interval = 50;

/** Milliseconds; when many come one after the other, they are all told at once. */
const refreshInterval = 1_000;

/** What this client shows of itself: the newest, at most every so often, its selection moved along with the document until it is sent. */
export class OwnPresence {
  #state: PresenceState | null = null;
  #isChanged = false;
  #due = 0;
  #revision = 0;
  #refreshedAt = -Infinity;

  /** When it wants to be sent; Infinity if the others have it. */
  get due(): number {
    return this.#isChanged ? this.#due : Infinity;
  }

  set(state: PresenceState | null): void {
    this.#state = state;
    this.#isChanged = true;
  }

  /** A session was admitted, and the others know nothing of it yet. */
  announce(): void {
    this.#isChanged = this.#state !== null;
  }

  /** Somebody came who does not have the operations since the selection was sent, and can't tell where it is now. */
  refresh(now: number, revision: number): void {
    if (this.#isChanged || !this.#state?.selection || this.#revision === revision || now < this.#refreshedAt + refreshInterval) return;
    this.#isChanged = true;
    this.#refreshedAt = now;
  }

  /**
   * @param inverse From what is seen here back to what others have; null if they are the same.
   * @param revision What others have.
   */
  take(now: number, inverse: Delta<KindName> | null, revision: number): PresenceState | null {
    this.#isChanged = false;
    this.#revision = revision;
    this.#due = now + interval;
    const selection = this.#state?.selection;
    return selection && inverse !== null ? { ...this.#state, selection: transformSelection(inverse, selection, 'beforeInsert') } : this.#state;
  }

  /** The server took the last one for one too many. */
  postpone(until: number): void {
    this.#isChanged = true;
    this.#due = until;
  }

  move(delta: Delta<KindName>, side: CaretSide): void {
    const selection = this.#state?.selection;
    if (selection) this.#state = { ...this.#state, selection: transformSelection(delta, selection, side) };
  }
}
