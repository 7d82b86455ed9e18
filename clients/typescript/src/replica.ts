import { composeAll } from './compose.js';
import { lengthsOf } from './delta.js';
import type { DocumentKind } from './documentKind.js';
import { kindOf } from './kindOf.js';
import type { Content, Delta, KindName } from './kinds.js';
import { LazyContent } from './lazyContent.js';
import type { Conflict } from './messages.js';
import { type Outstanding, Pending } from './pending.js';
import { transformPosition } from './selection.js';

/** Everything that is needed to go on after a reload, apart from the content. Plain JSON. */
export interface StoredState {
  readonly kind: KindName;
  readonly session: string;
  readonly token: string;
  readonly sequence: number;
  readonly revision: number;
  readonly outstanding: Outstanding<KindName> | null;
  readonly buffer: Delta<KindName> | null;
  /** Edits made since these were restored and before the session was resumed; see `Replica.surrender`. */
  readonly early: Delta<KindName> | null;
}

/** Content as it is stored: a base that rarely changes, and the small deltas since. */
export interface StoredContent {
  readonly base: unknown;
  readonly since: readonly unknown[];
}

/** What was restored, until the server has said how much of it was applied. */
interface Restored<K extends KindName> {
  readonly outstanding: Outstanding<K> | null;
  readonly buffer: Delta<K> | null;
  early: Delta<K> | null;
}

/** One document as this client has it: the synchronized content at a revision, and what is pending on top. Methods that change the view return its delta. */
export class Replica<K extends KindName> {
  readonly pending: Pending<K>;
  /** The synchronized content. Null before the first snapshot, and after a reload that had no room for it. */
  content: LazyContent<K> | null = null;
  revision = 0;
  #restored: Restored<K> | null = null;

  constructor(readonly kind: DocumentKind<K>) {
    this.pending = new Pending(kind);
  }

  static restore<K extends KindName>(stored: StoredState, content: StoredContent | null): Replica<K> {
    const replica = new Replica(kindOf(stored.kind as K));
    const { pending } = replica;
    replica.revision = stored.revision;
    pending.outstanding = stored.outstanding as Outstanding<K> | null;
    pending.buffer = stored.buffer as Delta<K> | null;
    replica.#restored = { outstanding: pending.outstanding, buffer: pending.buffer, early: stored.early as Delta<K> | null };
    if (stored.early !== null) pending.edit(stored.early as Delta<K>);
    if (content === null) return replica;
    replica.content = new LazyContent(replica.kind, content.base as Content<K>);
    for (const delta of content.since) replica.content.push(delta as Delta<K>);
    return replica;
  }

  get stored(): Pick<StoredState, 'kind' | 'revision' | 'outstanding' | 'buffer' | 'early'> {
    const { outstanding, buffer, early } = this.#restored ?? { ...this.pending, early: null };
    return { kind: this.kind.name, revision: this.revision, outstanding, buffer, early };
  }

  /** Length of the view, without computing it. */
  get length(): number {
    const last = this.pending.deltas.at(-1);
    return last !== undefined ? lengthsOf(last).target : (this.content?.length ?? 0);
  }

  /** What the application sees. */
  get view(): Content<K> {
    return this.pending.deltas.reduce((content, delta) => this.kind.apply(content, delta), this.content!.value);
  }

  /** Everything pending as one delta, for handing it to a person. */
  get composed(): Delta<K> | null {
    return this.pending.isEmpty ? null : composeAll(this.pending.deltas, this.kind.compose);
  }

  /** From the view back to the synchronized content; null if they are the same. */
  get inverse(): Delta<K> | null {
    const { composed, content } = this;
    return composed === null || content === null ? null : this.kind.invert(composed, content.value);
  }

  edit(delta: Delta<K>): void {
    this.pending.edit(delta);
    if (this.#restored === null) return;
    const { early } = this.#restored;
    this.#restored.early = early === null ? delta : this.kind.compose(early, delta);
  }

  /** The server has said how much of what was restored it has. */
  settleRestored(): void {
    this.#restored = null;
  }

  /** Others' operation. */
  receive(delta: Delta<K>, revision: number): Delta<K> {
    this.revision = revision;
    this.content?.push(delta);
    return this.pending.receive(delta);
  }

  /** The outstanding operation is in the log: the view stays. */
  acknowledge(revision: number): Delta<K> {
    const delta = this.pending.acknowledge();
    this.revision = revision;
    this.content?.push(delta);
    return delta;
  }

  /** Takes everything pending back: the person gave it up. Null where there is no content to take it out of. */
  discard(): Delta<K> | null {
    const { inverse } = this;
    this.pending.clear();
    this.#restored = null;
    return inverse;
  }

  /** The outstanding operation will never be in the log. */
  undoOutstanding(): Delta<K> {
    return this.pending.undoOutstanding(this.content!.value);
  }

  /**
   * A snapshot in place of the synchronized content. What it changes is found by comparison and stands for an incoming operation:
   *
   *     before ──pending──▶ view          before: the synchronized content, with the outstanding edit if the snapshot has it
   *       │                   │
   *    between             change
   *       ▼                   ▼
   *    snapshot ─pending'──▶ ·            pending': the next operation
   *
   * It gets a new sequence: should the old submission still arrive, it is stale, and one sequence never stands for two edits.
   *
   * @returns Null if there was no content before.
   */
  replace(content: LazyContent<K>, revision: number, hasOutstanding: boolean): Delta<K> | null {
    if (hasOutstanding) this.acknowledge(revision);
    else this.pending.unsend();
    const before = this.content;
    this.content = content;
    this.revision = revision;
    return before && this.pending.receive(this.kind.between(before.value, content.value));
  }

  /**
   * What is pending is in the log, or in other hands. A stored state that is older than the last life of its replica (the power failed before the browser had
   * written) sees that by a newer sequence of its session: a buffer is sent whole, so the log has all of it. It comes back like everybody's
   * operations. What was edited since the state was restored is new, and stays:
   *
   *     synchronized ──restored──▶ · ──early──▶ view
   *          ▲                     │              │
   *          └───────inverse───────┘           inverse'    ◀── returned
   *          │                                    ▼
   *          └──────────────early'───────────────▶ ·
   *
   * Without content there is no inverse, and what stays has no place any more: it is `lost`, for handing it to the person.
   */
  surrender(): { readonly change: Delta<K> | null; readonly lost: Delta<K> | null } {
    const restored = this.#restored;
    const given = restored === null ? this.pending.deltas : [restored.outstanding?.current, restored.buffer].filter((delta) => delta != null);
    this.#restored = null;
    this.pending.clear();
    const early = restored?.early ?? null;
    if (this.content === null && given.length > 0) return { change: null, lost: early };
    if (early !== null) this.pending.edit(early);
    if (this.content === null || given.length === 0) return { change: null, lost: null };
    return { change: this.pending.receive(this.kind.invert(composeAll(given, this.kind.compose), this.content.value)), lost: null };
  }

  /** Conflicts at places of the synchronized content, moved to where the application sees them. */
  shown(conflicts: readonly Conflict[] | null | undefined): readonly Conflict[] {
    return (conflicts ?? []).map((conflict) => {
      let { start, length } = conflict;
      for (const delta of this.pending.deltas) {
        const end = transformPosition(delta, start + length, 'beforeInsert');
        start = transformPosition(delta, start, 'beforeInsert');
        length = end - start;
      }
      return { ...conflict, start, length };
    });
  }
}
