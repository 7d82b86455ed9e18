import { Backoff } from './backoff.js';
import type { KindName } from './kinds.js';
import type { Outstanding, Pending } from './pending.js';
import type { Replica, StoredState } from './replica.js';
import { type Role, maySubmit } from './role.js';

/** Milliseconds. A submit or read that stays unanswered is repeated. */
export const answerTimeout = 5_000;

/** An edit that is refused as forbidden to somebody whose role allows it is tried again: the news of the role and the refusal may cross. */
const forbiddenStart = 1_000;
const forbiddenLimit = 60_000;

/**
 * The person's own edits on their way into the log: in which session and under which sequence they are sent, when, when again, and how many of them are
 * settled. What they are is in `Pending`. Pure: it is told the time.
 */
export class OutgoingEdits<K extends KindName> {
  #session: string | null = null;
  #sequence = 0;
  /** Null from a server that names no roles. */
  #role: Role | null = null;
  #due = Infinity;
  /** Submits of the outstanding operation since this stay began. The answer to a single one settles it; one of several does not. */
  #timesSent = 0;
  #isResent = false;
  #barredUntil = -Infinity;
  readonly #forbiddenBackoff: Backoff;
  /**
   * A base was too old to be rebased. Until something is acknowledged, edits are sent from the head only: based on a snapshot that is itself as old
   * as that, they would be refused again and again.
   */
  #sendsFromHead = false;

  #made = 0;
  #sent = 0;
  #saved = 0;

  constructor(random?: () => number) {
    this.#forbiddenBackoff = new Backoff(forbiddenStart, forbiddenLimit, random);
  }

  /** Goes on where another life of this replica stopped. */
  restore({ session, sequence }: StoredState): void {
    this.#session = session;
    this.#sequence = sequence;
    this.#made = 1;
  }

  get session(): string | null {
    return this.#session;
  }

  /** The newest that was given to an operation of this session. */
  get sequence(): number {
    return this.#sequence;
  }

  get role(): Role | null {
    return this.#role;
  }

  /** How many edits were made here. */
  get made(): number {
    return this.#made;
  }

  /** How many of them were settled when an operation last was; while nothing is pending, all are. */
  get saved(): number {
    return this.#saved;
  }

  /** The outstanding operation, if it was sent in the present session; null if there is none, or it was sent in one that is gone. */
  own({ outstanding }: Pending<K>): Outstanding<K> | null {
    return outstanding !== null && outstanding.session === this.#session ? outstanding : null;
  }

  /** Whether what is pending waits for a role that allows it. */
  isForbidden({ outstanding, buffer }: Pending<K>): boolean {
    return outstanding === null && buffer !== null && !maySubmit(this.#role, buffer);
  }

  /** When `take` has something to send, if nothing else happens; Infinity for never. */
  due(pending: Pending<K>): number {
    const repeat = this.own(pending) === null ? Infinity : this.#due;
    const isBarred = !pending.isEmpty && !this.isForbidden(pending) && Number.isFinite(this.#barredUntil);
    return Math.min(repeat, isBarred ? this.#barredUntil : Infinity);
  }

  /**
   * An edit is made.
   *
   * @param pending Before it.
   */
  edited(pending: Pending<K>): void {
    // What was taken back or came to nothing stays settled.
    if (pending.isEmpty) this.#saved = this.#made;
    this.#made++;
  }

  /**
   * The server admitted a session.
   *
   * @param sequence The newest that it has applied of it.
   * @returns Whether this is the session from before, and more of it is applied than is known of here.
   */
  admitted(session: string, sequence: number): boolean {
    const isSameSession = session === this.#session;
    const isAhead = isSameSession && sequence > this.#sequence;
    if (!isSameSession || isAhead) this.#sequence = sequence;
    this.#session = session;
    this.#timesSent = 0;
    return isAhead;
  }

  /** @returns Whether it is another one than before. */
  setRole(role: Role | null): boolean {
    this.#barredUntil = -Infinity;
    if (role === this.#role) return false;
    this.#role = role;
    this.#forbiddenBackoff.reset();
    return true;
  }

  /** Nothing is to be sent on this stay any more. */
  stop(): void {
    this.#due = Infinity;
    this.#barredUntil = -Infinity;
  }

  /** What is outstanding is to be sent again at `time`: at once, or when the server wants it. */
  repeatAt(time: number): void {
    this.#due = time;
  }

  /** The base was too old. */
  sendFromHead(): void {
    this.#sendsFromHead = true;
  }

  /**
   * Takes the buffer as the next operation, where that is allowed.
   *
   * @param isCaughtUp Whether everything up to the head of the admission has arrived.
   * @returns What to send now, and whether it was sent before; null if nothing is due.
   */
  take({ pending, revision }: Replica<K>, isCaughtUp: boolean, now: number): { readonly operation: Outstanding<K>; readonly isAgain: boolean } | null {
    // Sent under a session that is gone, and not in the log up to the head: it never arrived.
    if (isCaughtUp && this.own(pending) === null) pending.unsend();
    // Also while catching up: what was typed while away is based on the revision that its author saw. Moved to the head here, the server would never
    // learn that it met what others did meanwhile: no conflict would be detected, and a strict document would take anything that was typed offline.
    const mustWait = (this.#sendsFromHead && !isCaughtUp) || now < this.#barredUntil || this.isForbidden(pending);
    if (!mustWait && pending.send(this.#session!, this.#sequence + 1, revision) !== null) {
      this.#sequence++;
      this.#sent = this.#made;
      this.#due = now;
      this.#timesSent = 0;
      this.#barredUntil = -Infinity;
      this.#isResent = false;
    }
    const operation = this.own(pending);
    if (operation === null || now < this.#due) return null;
    const isAgain = this.#isResent;
    this.#due = now + answerTimeout;
    this.#timesSent++;
    this.#isResent = true;
    return { operation, isAgain };
  }

  /** What was outstanding is in the log. */
  acknowledged(): void {
    this.#sendsFromHead = false;
    this.#settle();
  }

  /** What was outstanding will never be in the log, and is taken out of the view. */
  undone(): void {
    this.#settle();
  }

  /**
   * What was outstanding was refused as forbidden. The edit stays, and waits for a role that allows it.
   *
   * @returns False if it was sent several times, and an earlier one may still be under way: the next admission fences those, and says what was applied.
   *     Sent once, it is certain that it was not.
   */
  hold(pending: Pending<K>, now: number): boolean {
    if (this.#timesSent !== 1) return false;
    pending.unsend();
    this.#due = Infinity;
    this.#barredUntil = now + this.#forbiddenBackoff.next();
    return true;
  }

  #settle(): void {
    this.#due = Infinity;
    this.#saved = this.#sent;
  }
}
