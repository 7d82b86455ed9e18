import type { Delta, KindName } from './kinds.js';
import type { PresenceState, PresenceUpdate } from './messages.js';
import { type Selection, endOfChange, transformSelection } from './selection.js';

/** Somebody else in the document. */
export interface Presence {
  readonly session: string;
  readonly name: string | null;
  readonly color: string | null;
  /** Whose session it is, as the server knows them; null for somebody anonymous. */
  readonly subject: string | null;
  readonly state: PresenceState | null;
  /** `state.selection`, moved along with every change since; null if none is shown. */
  readonly selection: Selection | null;
}

// Operations remembered for presence that was written before them: it travels beside the operations and may be overtaken.
const recentLimit = 128;

// In code units inserted. Of large pastes a hundred would be megabytes in each document.
const recentTextLimit = 256 * 1024;

interface Recent {
  readonly revision: number;
  readonly session: string;
  readonly delta: Delta<KindName>;
  /** Code units inserted. */
  readonly text: number;
}

/**
 * The others of one document and where their selections are, at the revision that this client has. What is said of a revision still
 * to come waits for it; what is said of an earlier one is moved over the operations since.
 */
export class RemotePresence {
  #count: number | null = null;
  #present = new Map<string, PresenceUpdate>();
  #selections = new Map<string, Selection>();
  #recent: Recent[] = [];
  #recentText = 0;
  #revision = 0;

  /** How many are here, this session included: as the server counts, which may not name them all. */
  get count(): number {
    return this.#count ?? this.#present.size + 1;
  }

  get isEmpty(): boolean {
    return this.#present.size === 0;
  }

  /** Starts over: everybody who is here when a session is admitted, itself excepted. */
  reset(revision: number, present: readonly PresenceUpdate[], own: string, count: number | null): void {
    this.#revision = revision;
    this.#present.clear();
    this.#selections.clear();
    this.#count = null;
    const recent = this.#recent.filter((recent) => recent.revision <= revision);
    this.#remember(recent.at(-1)?.revision === revision ? recent : []);
    this.update(present, own, count);
  }

  /** Nobody is seen from outside. */
  clear(): void {
    this.#present.clear();
    this.#selections.clear();
    this.#count = null;
  }

  /** The content was replaced; places in the old one mean nothing any more. */
  restart(revision: number): void {
    this.#revision = revision;
    this.#remember([]);
    this.#selections.clear();
    for (const update of this.#present.values()) this.#place(update);
  }

  /** @returns Whether somebody came. */
  update(updates: readonly PresenceUpdate[], own: string, count: number | null): boolean {
    let hasNew = false;
    this.#count = count ?? this.#count;
    for (const update of updates) {
      if (update.session === own) continue;
      hasNew ||= !this.#present.has(update.session);
      this.#present.set(update.session, update);
      this.#selections.delete(update.session);
      this.#place(update);
    }
    this.#settleCount();
    return hasNew;
  }

  leave(sessions: readonly string[]): void {
    for (const session of sessions) {
      this.#present.delete(session);
      this.#selections.delete(session);
    }
    this.#settleCount();
  }

  /** The number is told while more are here than are named, and once when that ends. */
  #settleCount(): void {
    if (this.#count !== null && this.#count <= this.#present.size + 1) this.#count = null;
  }

  /** An operation arrived. Its author's caret goes where the author left off; carets of others stay left of what is inserted at them. */
  operation(revision: number, session: string, delta: Delta<KindName>): void {
    const recent = { revision, session, delta, text: insertedText(delta) };
    this.#revision = revision;
    this.#recent.push(recent);
    this.#recentText += recent.text;
    // The newest stays, whatever its size.
    while (this.#recent.length > recentLimit || (this.#recentText > recentTextLimit && this.#recent.length > 1)) this.#recentText -= this.#recent.shift()!.text;
    for (const [owner, selection] of this.#selections) this.#selections.set(owner, moved(selection, owner, recent));
    for (const update of this.#present.values()) if (update.revision === revision) this.#place(update);
  }

  /** Everybody, with selections moved over the pending edits of this client, and inside the document whatever others claim. */
  view(pending: readonly Delta<KindName>[], length: number): ReadonlyMap<string, Presence> {
    const view = new Map<string, Presence>();
    for (const [session, { name, color, subject, state }] of this.#present) {
      let selection = this.#selections.get(session) ?? null;
      for (const delta of pending) if (selection !== null) selection = transformSelection(delta, selection, 'beforeInsert');
      if (selection !== null) selection = { anchor: within(selection.anchor, length), head: within(selection.head, length) };
      view.set(session, { session, name: name ?? null, color: color ?? null, subject: subject ?? null, state: state ?? null, selection });
    }
    return view;
  }

  #remember(recent: Recent[]): void {
    this.#recent = recent;
    this.#recentText = recent.reduce((sum, { text }) => sum + text, 0);
  }

  #place(update: PresenceUpdate): void {
    const said = update.state?.selection;
    if (!said || !Number.isSafeInteger(said.anchor) || !Number.isSafeInteger(said.head) || update.revision > this.#revision) return;
    // Over operations that are not here it can't be moved; at a guess it would stand somewhere else.
    if (update.revision + 1 < (this.#recent[0]?.revision ?? this.#revision + 1)) return;
    let selection: Selection = { anchor: said.anchor, head: said.head };
    for (const recent of this.#recent) if (recent.revision > update.revision) selection = moved(selection, update.session, recent);
    this.#selections.set(update.session, selection);
  }
}

function moved(selection: Selection, owner: string, { session, delta }: Recent): Selection {
  const end = session === owner ? endOfChange(delta) : null;
  return end === null ? transformSelection(delta, selection, 'beforeInsert') : { anchor: end, head: end };
}

function insertedText(delta: Delta<KindName>): number {
  let text = 0;
  for (const component of delta) {
    const inserted = typeof component === 'object' && 'insert' in component ? component.insert : component;
    if (typeof inserted === 'string') text += inserted.length;
  }
  return text;
}

function within(position: number, length: number): number {
  return Math.max(0, Math.min(position, length));
}
