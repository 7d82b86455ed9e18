import type { Content, Delta, KindName } from './kinds.js';

// The objects of docs/protocol.md, member by member.

/** A conflict that the server found while ordering an operation. `start` and `length` are in the document as the application sees it. */
export interface Conflict {
  /** What met, such as `concurrent_insert` or `format_against_format`. */
  readonly kind: string;
  /** What became of it: `ordered`, `merged`, `kept`, `overwritten`, `dropped`, `refused`. */
  readonly resolution: string;
  readonly start: number;
  readonly length: number;
  /** The other operation. */
  readonly revision: number;
  readonly session: string;
  readonly author?: string;
}

export interface Joined<K extends KindName = KindName> {
  readonly document: string;
  readonly session: string;
  readonly token: string;
  readonly epoch: number;
  readonly kind: K;
  readonly policy: string;
  readonly title?: string | null;
  readonly revision: number;
  readonly applied: { readonly sequence: number; readonly revision: number };
  readonly snapshot?: { readonly revision: number; readonly content: Content<K> } | null;
  readonly presence: readonly PresenceUpdate[];
}

export interface Operation<K extends KindName = KindName> {
  readonly session: string;
  readonly sequence: number;
  readonly author?: string | null;
  readonly at: number;
  readonly delta: Delta<K>;
  readonly conflicts?: readonly Conflict[] | null;
}

export interface Operations<K extends KindName = KindName> {
  readonly document: string;
  /** Number of the first. */
  readonly revision: number;
  readonly operations: readonly Operation<K>[];
}

export interface Acknowledged {
  readonly document: string;
  readonly sequence: number;
  readonly revision: number;
}

export interface Refused {
  readonly document?: string | null;
  readonly verb: string;
  readonly sequence?: number | null;
  readonly reason: string;
  readonly action: 'retry' | 'resync' | 'give_up';
  readonly detail: string;
  readonly retryAfter?: number | null;
  readonly conflicts?: readonly Conflict[] | null;
}

/** What a person shows of themselves. Free members are allowed; these are understood by every client. */
export interface PresenceState {
  readonly selection?: { readonly anchor: number; readonly head: number } | null;
  readonly typing?: boolean;
  readonly [member: string]: unknown;
}

export interface PresenceUpdate {
  readonly session: string;
  readonly name?: string | null;
  readonly color?: string | null;
  readonly revision: number;
  readonly state?: PresenceState | null;
}

export interface PresenceMessage {
  readonly document: string;
  readonly updates?: readonly PresenceUpdate[] | null;
  readonly left?: readonly string[] | null;
}

export interface Closed {
  readonly document: string;
  readonly reason: string;
  readonly action: 'retry' | 'resync' | 'give_up';
}

/** What a client receives, by the message's target. */
export interface ServerMessages {
  joined: Joined;
  operations: Operations;
  acknowledged: Acknowledged;
  refused: Refused;
  presence: PresenceMessage;
  closed: Closed;
}

/** What a client sends, by the message's target. */
export interface ClientMessages {
  join: {
    readonly document: string;
    readonly version: 1;
    readonly name?: string;
    readonly color?: string;
    readonly resume?: { readonly session: string; readonly token: string };
    readonly revision?: number;
  };
  submit: { readonly document: string; readonly sequence: number; readonly base: number; readonly delta: Delta<KindName> };
  read: { readonly document: string; readonly from: number };
  presence: { readonly document: string; readonly revision: number; readonly state: PresenceState | null };
  check: { readonly document: string; readonly revision: number; readonly hash: number };
  leave: { readonly document: string };
}

export type ClientMessage = { [T in keyof ClientMessages]: { readonly target: T; readonly body: ClientMessages[T] } }[keyof ClientMessages];
