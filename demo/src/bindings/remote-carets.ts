import type { CollabDocument, Presence, PresenceState } from '@collab/client';
import { paletteIndex } from '../shell/person';

/** Somebody else's caret as an editor draws it; positions are those of the document now. */
export interface RemoteCaret {
  readonly session: string;
  readonly name: string;
  /** Which `person-N` class has their colour. */
  readonly person: number;
  readonly anchor: number;
  readonly head: number;
  /** Milliseconds since they last moved; the name fades with it. */
  readonly rested: number;
}

/** What is needed of a document, whichever its kind. */
type Shown = Pick<CollabDocument, 'presence' | 'length'>;

/** The carets of everybody else in a document. */
export class RemoteCarets {
  readonly #document: Shown;
  readonly #moved = new Map<string, { state: PresenceState | null; at: number }>();

  constructor(document: Shown) {
    this.#document = document;
  }

  current(): RemoteCaret[] {
    const now = performance.now();
    const carets: RemoteCaret[] = [];
    for (const [session, presence] of this.#document.presence) {
      const { color, state, selection } = presence;
      let moved = this.#moved.get(session);
      // A new state is a move of theirs; positions that move with the text are none.
      if (!moved || moved.state !== state) this.#moved.set(session, (moved = { state, at: now }));
      if (!selection) continue;
      const limit = this.#document.length;
      carets.push({
        session,
        name: displayName(presence),
        person: paletteIndex(color, session),
        anchor: Math.min(selection.anchor, limit),
        head: Math.min(selection.head, limit),
        rested: now - moved.at,
      });
    }
    for (const session of this.#moved.keys()) if (!this.#document.presence.has(session)) this.#moved.delete(session);
    return carets;
  }

  /** Shows the name again, as if they had just moved. */
  freshen(session: string): void {
    const moved = this.#moved.get(session);
    if (moved) moved.at = performance.now();
  }
}

/** Somebody whom the server knows has the name that it knows. Others call themselves what they like, and a name changed since joining is in the presence's state. */
export function displayName({ name, subject, state }: Pick<Presence, 'name' | 'subject' | 'state'>): string {
  const changed = subject === null ? state?.['name'] : null;
  return (typeof changed === 'string' && changed) || name || 'Somebody';
}
