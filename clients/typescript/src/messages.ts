import type { Content, Delta, KindName } from './kinds.js';
import type { Role } from './role.js';

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
  /** How many sessions are here, this one included, where `presence` does not name them all. */
  readonly count?: number | null;
  /** What this person may do here; missing from a server that names no roles. */
  readonly role?: Role | null;
  /** Who this person is to the server; missing for somebody anonymous. */
  readonly subject?: string | null;
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

/** What to do about a refusal, or about a stay that was ended. `authenticate`: get a token, authenticate with it, then join with resume. */
export type Action = 'retry' | 'resync' | 'give_up' | 'authenticate';

export interface Refused {
  readonly document?: string | null;
  readonly verb: string;
  readonly sequence?: number | null;
  readonly reason: string;
  readonly action: Action;
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
  /** Whose session it is; missing for somebody anonymous. */
  readonly subject?: string | null;
}

export interface PresenceMessage {
  readonly document: string;
  readonly updates?: readonly PresenceUpdate[] | null;
  readonly left?: readonly string[] | null;
  /** How many sessions are here, this one included. */
  readonly count?: number | null;
}

export interface Closed {
  readonly document: string;
  readonly reason: string;
  readonly action: Action;
}

/** What this person may do in a document has changed. */
export interface RoleMessage {
  readonly document: string;
  readonly role: Role;
}

/** The answer to `quality`: `sent` as it was, and the server's clock. */
export interface Measured {
  readonly document: string;
  readonly sent: number;
  readonly at: number;
}

/** The connection's token is good; `expiresAt` by the server's clock, missing for one that does not expire. */
export interface Authenticated {
  readonly subject?: string | null;
  readonly name?: string | null;
  readonly expiresAt?: number | null;
}

/** What a client receives about a document, by the message's target. */
export interface DocumentMessages {
  joined: Joined;
  operations: Operations;
  acknowledged: Acknowledged;
  refused: Refused;
  presence: PresenceMessage;
  closed: Closed;
  role: RoleMessage;
  measured: Measured;
}

/** What a client receives, by the message's target. */
export interface ServerMessages extends DocumentMessages {
  authenticated: Authenticated;
}

/** What a client sends, by the message's target. */
export interface ClientMessages {
  authenticate: { readonly token: string };
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
  /** `sent` by this client's clock; `rtt`, `jitter` and `propagation` in milliseconds, `resent` from 0 to 1, rates per second. All since the last. */
  quality: {
    readonly document: string;
    readonly sent: number;
    readonly rtt?: number;
    readonly jitter?: number;
    readonly propagation?: number;
    readonly resent?: number;
    readonly updateRate?: number;
    readonly bytesRate?: number;
  };
}

export type ClientMessage = { [T in keyof ClientMessages]: { readonly target: T; readonly body: ClientMessages[T] } }[keyof ClientMessages];
