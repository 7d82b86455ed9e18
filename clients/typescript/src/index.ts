import type { Content, Delta, DeltaInput, Json, KindName } from './kinds.js';

export type * from './kinds.js';

/** `connecting`: first join on its way; `live`; `offline`: no connection, editing goes on; `resuming`: connected again, catching up; `closed`: for good. */
export type DocumentStatus = 'connecting' | 'live' | 'offline' | 'resuming' | 'closed';

/** Positions in the document as the application sees it, pending edits included. `anchor` is where the selection began, `head` where the caret is. */
export interface Selection {
  readonly anchor: number;
  readonly head: number;
}

/** What a person shows of themselves. Free members are allowed; these are understood by every client. */
export interface PresenceState {
  readonly selection?: Selection | null;
  readonly typing?: boolean;
  readonly [member: string]: unknown;
}

/** Somebody else in the document. */
export interface Presence {
  readonly session: string;
  readonly name: string | null;
  readonly color: string | null;
  readonly state: PresenceState | null;
  /** `state.selection`, moved along with every change since; null if none is shown. */
  readonly selection: Selection | null;
}

/** A conflict that the server found while ordering an operation. `start` and `length` are in the document as the application sees it. */
export interface Conflict {
  readonly kind: string;
  readonly resolution: string;
  readonly start: number;
  readonly length: number;
  readonly revision: number;
  readonly session: string;
  readonly author?: string;
}

/** Who made an operation, and when, by the server's clock in milliseconds. */
export interface Origin {
  readonly session: string;
  readonly author?: string;
  readonly at: number;
}

/** A change that did not come from `edit`: apply it to the editor. */
export interface Change<K extends KindName> {
  readonly delta: Delta<K>;
  /** Null where it stands for many operations, or for none: catching up, a snapshot, an edit undone because it was refused. */
  readonly origin: Origin | null;
  readonly conflicts: readonly Conflict[];
}

/** An edit that the server refused for good (it is undone in the document), or a document that it refused or closed. */
export interface Refusal {
  readonly verb: string;
  /** An error code of the protocol, such as `conflict` or `operation_too_large`. */
  readonly reason: string;
  /** A sentence for developers. */
  readonly detail: string;
  readonly conflicts: readonly Conflict[];
  /** What had been edited and is not in the document: for showing it, or a button that copies it. */
  readonly delta?: Delta<KindName>;
}

export interface DocumentEvents<K extends KindName> {
  /** The document changed by others: apply `delta` to the editor. */
  change: Change<K>;
  /** Conflicts of an own edit; those of others come with their `change`. */
  conflicts: readonly Conflict[];
  /** `presence` has changed. */
  presence: ReadonlyMap<string, Presence>;
  status: DocumentStatus;
  /** `hasPending` has changed. */
  pending: boolean;
  refused: Refusal;
  /** Pending edits can't be kept in the browser's storage (it is full or forbidden): a closed tab would lose them. Once per document. */
  storage: { readonly detail: string };
}

/** A document that is open. Edits show at once, and reach the others when they can. */
export interface CollabDocument<K extends KindName = KindName> {
  readonly id: string;
  readonly kind: K;
  readonly title: string | null;
  /** This replica's name in the document; null before the first join. It can change, when a session could not be resumed. */
  readonly session: string | null;
  /** The newest revision received. */
  readonly revision: number;
  readonly status: DocumentStatus;
  /** Whether there are edits that the server has not yet made durable. */
  readonly hasPending: boolean;
  /** The content as edited, pending edits included. Computed when asked for; an editor that applies every change needs it once. */
  readonly content: Content<K>;
  /** Length of `content` in UTF-16 code units, always at hand. */
  readonly length: number;
  /** The others who are here, by session. */
  readonly presence: ReadonlyMap<string, Presence>;

  /** Changes the document. The last retain may be left out. Throws a RangeError if the delta is longer than the document. */
  edit(delta: DeltaInput<K>): void;
  /** Shows others a selection or more (at most 4 KiB); null shows nothing. Positions are those of the document now. */
  setPresence(state: PresenceState | null): void;
  /** Resolves once every edit made so far is durable; rejects if one was refused or the document is closed before. */
  whenSaved(): Promise<void>;
  /** Calls `handler` for each change that did not come from `edit`. Returns a function that stops it. */
  onChange(handler: (change: Change<K>) => void): () => void;
  on<E extends keyof DocumentEvents<K>>(event: E, handler: (value: DocumentEvents<K>[E]) => void): () => void;
  /** Leaves. Edits that are still pending are sent first if there is a connection, and stay stored until a later visit if there is none. */
  close(): Promise<void>;
}

export interface CollabClientOptions {
  /** Shown to others. */
  readonly name?: string;
  /** Shown to others, as a CSS colour. */
  readonly color?: string;
  /** Asked for a token at each connection. */
  readonly accessToken?: () => string | Promise<string>;
  /** Where pending edits survive a reload: by default localStorage where there is one; null keeps them in memory only. */
  readonly storage?: Storage | null;
  /** Longest wait between two attempts to connect, milliseconds. Default 10,000. */
  readonly retryDelayLimit?: number;
}

export interface OpenOptions<K extends KindName> {
  /** The kind that the application expects; `open` rejects if the document is of another. */
  readonly kind?: K;
}

/** One connection to a server, for any number of documents. It connects when the first is opened, and again for ever when it breaks. */
export declare class CollabClient {
  /** @param url The hub, such as `/collab` or `https://example.org/collab`. */
  constructor(url: string, options?: CollabClientOptions);
  /** Enters a document; resolves when its content is known. Rejects with a `RefusedError` where the server says no. */
  open<K extends KindName = KindName>(document: string, options?: OpenOptions<K>): Promise<CollabDocument<K>>;
  /** Closes every document, then the connection. */
  close(): Promise<void>;
}

/** The server said no for good; `reason` is the protocol's error code. */
export declare class RefusedError extends Error {
  readonly reason: string;
}

export type { Json };
