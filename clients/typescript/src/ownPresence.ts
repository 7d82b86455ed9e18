import type { Delta, KindName } from './kinds.js';
import type { PresenceState } from './messages.js';
import { type CaretSide, transformSelection } from './selection.js';

/** Milliseconds; more often is more than others see. */
const interval = 50;

/** What this client shows of itself: the newest, at most every so often, its selection moved along with the document until it is sent. */
export class OwnPresence {
  #state: PresenceState | null = null;
  #isChanged = false;
  #due = 0;

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

  take(now: number): PresenceState | null {
    this.#isChanged = false;
    this.#due = now + interval;
    return this.#state;
  }

  move(delta: Delta<KindName>, side: CaretSide): void {
    const selection = this.#state?.selection;
    if (selection) this.#state = { ...this.#state, selection: transformSelection(delta, selection, side) };
  }
}
