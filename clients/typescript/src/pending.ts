import { isIdentity } from './delta.js';
import type { DocumentKind } from './documentKind.js';
import type { Content, Delta, KindName } from './kinds.js';

/** An operation that was sent and has not come back. */
export interface Outstanding<K extends KindName> {
  /** The session that it was sent under. Usually the present one; after a session was lost, the one before. */
  readonly session: string;
  readonly sequence: number;
  /** As sent, for sending it again byte for byte. */
  readonly base: number;
  readonly delta: Delta<K>;
  /** The same edit, moved over everything received since: it applies to the synchronized content. */
  readonly current: Delta<K>;
}

/**
 * What this client has edited and the log has not: at most one outstanding operation, and a buffer of everything since.
 * The application sees `synchronized · outstanding · buffer`.
 */
export class Pending<K extends KindName> {
  outstanding: Outstanding<K> | null = null;
  buffer: Delta<K> | null = null;

  constructor(readonly kind: DocumentKind<K>) {}

  get isEmpty(): boolean {
    return this.outstanding === null && this.buffer === null;
  }

  /** From the synchronized content to what the application sees, in turn. */
  get deltas(): Delta<K>[] {
    return [this.outstanding?.current, this.buffer].filter((delta) => delta !== undefined && delta !== null);
  }

  edit(delta: Delta<K>): void {
    this.#keep(this.buffer === null ? delta : this.kind.compose(this.buffer, delta));
  }

  /** Takes the buffer as the next operation; null if there is nothing to send, or something is on its way. */
  send(session: string, sequence: number, base: number): Outstanding<K> | null {
    if (this.outstanding !== null || this.buffer === null) return null;
    this.outstanding = { session, sequence, base, delta: this.buffer, current: this.buffer };
    this.buffer = null;
    return this.outstanding;
  }

  /**
   * Others' operation against both pending deltas. It is the earlier one of each pair, the log has it first:
   *
   *     synchronized ──outstanding──▶ · ──buffer──▶ view
   *          │                        │               │
   *       incoming                incoming'       incoming''   ◀── returned, for the editor
   *          ▼                        ▼               ▼
   *          · ─────outstanding'────▶ · ──buffer'───▶ ·
   */
  receive(incoming: Delta<K>): Delta<K> {
    const { kind, outstanding, buffer } = this;
    if (outstanding !== null) {
      this.outstanding = { ...outstanding, current: kind.transform(outstanding.current, incoming, 'overFirst') };
      incoming = kind.transform(incoming, outstanding.current, 'deltaFirst');
    }
    if (buffer !== null) {
      this.#keep(kind.transform(buffer, incoming, 'overFirst'));
      incoming = kind.transform(incoming, buffer, 'deltaFirst');
    }
    return incoming;
  }

  /** The outstanding operation is in the log: it becomes part of the synchronized content, and the view does not change. */
  acknowledge(): Delta<K> {
    const { current } = this.outstanding!;
    this.outstanding = null;
    return current;
  }

  /**
   * The outstanding operation will never be in the log. Its inverse passes under the buffer, as if somebody else had taken it back:
   *
   *     synchronized ──outstanding──▶ · ──buffer──▶ view
   *          ▲                        │               │
   *          └───────inverse──────────┘            inverse'    ◀── returned
   *          │                                        ▼
   *          └──────────────buffer'──────────────────▶ ·
   */
  undoOutstanding(synchronized: Content<K>): Delta<K> {
    const { current } = this.outstanding!;
    this.outstanding = null;
    return this.receive(this.kind.invert(current, synchronized));
  }

  /** The outstanding operation was not sent after all, or will not be found in the log: it goes back to the front of the buffer. */
  unsend(): void {
    const { outstanding, buffer } = this;
    if (outstanding === null) return;
    this.outstanding = null;
    this.#keep(buffer === null ? outstanding.current : this.kind.compose(outstanding.current, buffer));
  }

  clear(): void {
    this.outstanding = null;
    this.buffer = null;
  }

  /** What was typed and taken back again, or deleted by others before it was sent, needs no operation. */
  #keep(buffer: Delta<K>): void {
    this.buffer = isIdentity(buffer) ? null : buffer;
  }
}
