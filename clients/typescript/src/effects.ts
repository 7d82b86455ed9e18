import { composeAll } from './compose.js';
import type { DocumentKind } from './documentKind.js';
import type { Delta, KindName } from './kinds.js';
import type { ClientMessage, Conflict, Refused } from './messages.js';

/** Who made an operation, and when, by the server's clock in milliseconds. */
export interface Origin {
  readonly session: string;
  readonly author?: string;
  readonly at: number;
}

/** A change that did not come from `edit`: apply it to the editor. */
export interface Change<K extends KindName = KindName> {
  readonly delta: Delta<K>;
  /** Null where it stands for many operations, or for none: catching up, a snapshot, an edit undone because it was refused. */
  readonly origin: Origin | null;
  readonly conflicts: readonly Conflict[];
}

/** An edit that the server refused for good (it is undone in the document), or a document that it refused or closed. */
export interface Refusal {
  readonly verb: string;
  /** An error code of the protocol, such as `conflict` or `operation_too_large`, or why the document was closed. */
  readonly reason: string;
  /** A sentence for developers. */
  readonly detail: string;
  readonly conflicts: readonly Conflict[];
  /** What had been edited and is not in the document: for showing it, or a button that copies it. */
  readonly delta?: Delta<KindName>;
}

/** What an input of the state machine leads to, in order. The shell carries it out. */
export type Effect<K extends KindName = KindName> =
  | { readonly type: 'send'; readonly message: ClientMessage }
  | { readonly type: 'change'; readonly change: Change<K> }
  /** Conflicts of an own operation. */
  | { readonly type: 'conflicts'; readonly conflicts: readonly Conflict[] }
  | { readonly type: 'presence' }
  /** What this person may do has changed. */
  | { readonly type: 'role' }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** Connect again: this host goes away, or does not answer. */
  | { readonly type: 'reconnect' };

/** The same effects with all changes as one; what else came with them stays. */
export function mergedChanges<K extends KindName>(effects: readonly Effect<K>[], kind: DocumentKind<K>): Effect<K>[] {
  const deltas = effects.flatMap((effect) => (effect.type === 'change' ? [effect.change.delta] : []));
  const others = effects.filter((effect) => effect.type !== 'change');
  if (deltas.length === 0) return others;
  return [{ type: 'change', change: { delta: composeAll(deltas, kind.compose), origin: null, conflicts: [] } }, ...others];
}

export function refusalOf({ verb, reason, detail, conflicts }: Refused): Refusal {
  return { verb, reason, detail, conflicts: conflicts ?? [] };
}

/** Refusals that say: what this client has can't be brought forward. */
export function needsSnapshot(reason: string): boolean {
  return reason === 'revision_unavailable' || reason === 'content_mismatch' || reason === 'length_mismatch' || reason === 'revision_ahead';
}
