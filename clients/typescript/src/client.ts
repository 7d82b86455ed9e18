import type { Identity, TokenSource } from './authentication.js';
import { CollabDocument, RefusedError } from './collabDocument.js';
import { Connection, type ConnectionEvents, type ConnectionOptions } from './connection.js';
import type { KindName } from './kinds.js';
import { type KeyValueStorage, type Locks, type PendingSlot, PendingStore } from './pendingStore.js';

export interface CollabClientOptions extends ConnectionOptions {
  /** Shown to others. A server that knows who this is shows the name that it knows. */
  readonly name?: string;
  /** Shown to others, as a CSS colour. */
  readonly color?: string;
  /** Where pending edits survive a reload: by default localStorage where there is one; null keeps them in memory only. */
  readonly storage?: KeyValueStorage | null;
  /** Whose edits are stored: those of one person are not shown to another on the same browser, nor sent in their name. */
  readonly user?: string;
  /** Keeps two tabs from using one session: by default navigator.locks where there is one. */
  readonly locks?: Locks | null;
}

export interface OpenOptions<K extends KindName> {
  /** The kind that the application expects; `open` rejects if the document is of another. */
  readonly kind?: K;
}

/** Stored edits of tabs that crashed, where there are no locks, show themselves to be nobody's only after a while. */
const recoverInterval = 60_000;

/** One connection to a server, for any number of documents. It connects when the first is opened, and again for ever when it breaks. */
export class CollabClient {
  readonly #connection: Connection;
  readonly #options: CollabClientOptions;
  readonly #store: PendingStore | null;
  readonly #documents = new Map<string, CollabDocument | null>();
  #token: TokenSource | undefined;
  #recovery: ReturnType<typeof setInterval> | undefined;

  /** @param url The hub, such as `/collab` or `https://example.org/collab`. */
  constructor(url: string, options: CollabClientOptions = {}) {
    this.#options = options;
    this.#token = options.token;
    const absolute = new URL(url, globalThis.location?.href).href;
    this.#connection = new Connection(absolute, options);
    const storage = options.storage === undefined ? browserStorage() : options.storage;
    const locks = options.locks === undefined ? globalThis.navigator?.locks : options.locks;
    const scope = options.user === undefined ? absolute : `${absolute} ${options.user}`;
    this.#store = storage === null ? null : new PendingStore({ storage, scope, locks: locks ?? null });
  }

  /** Who the server takes this client for; null before it has said. */
  get identity(): Identity | null {
    return this.#connection.identity;
  }

  /** Calls `handler` at each event of that name. Returns a function that stops it. */
  on<E extends keyof ConnectionEvents>(event: E, handler: (value: ConnectionEvents[E]) => void): () => void {
    return this.#connection.events.on(event, handler);
  }

  /** Gets a token now: the person has signed in again. With `token` it takes the place of the option. */
  authenticate(token?: TokenSource): void {
    this.#token = token ?? this.#token;
    this.#connection.authenticate(token);
  }

  /**
   * Enters a document; resolves when its content is known. Rejects with a {@link RefusedError} where the server says no, also to the token. Edits that an earlier tab left
   * behind are in it, or come into it like anybody's when there were several tabs.
   */
  async open<K extends KindName = KindName>(document: string, options: OpenOptions<K> = {}): Promise<CollabDocument<K>> {
    if (this.#documents.has(document)) throw new Error(`Document ${document} is open already.`);
    this.#documents.set(document, null);
    try {
      const [slot = (await this.#store?.create(document)) ?? null, ...others] = (await this.#store?.claim(document)) ?? [];
      const opened = new CollabDocument<K>(this.#connection, document, slot, this.#options);
      this.#documents.set(document, opened as unknown as CollabDocument);
      opened.on('status', (status) => {
        if (status === 'closed') this.#documents.delete(document);
      });
      await opened.opened;
      if (options.kind !== undefined && opened.kind !== options.kind) {
        await opened.close();
        const detail = `Document ${document} is ${opened.kind}, not ${options.kind}.`;
        throw new RefusedError({ verb: 'join', reason: 'kind_mismatch', detail, conflicts: [] });
      }
      for (const other of others) void this.#recover(document, other);
      this.#recovery ??= this.#store === null ? undefined : setInterval(() => void this.#recoverAll(), recoverInterval);
      return opened;
    } catch (error) {
      this.#documents.delete(document);
      throw error;
    }
  }

  /** Closes every document, then the connection. */
  async close(): Promise<void> {
    clearInterval(this.#recovery);
    await Promise.all([...this.#documents.values()].map((document) => document?.close()));
    await this.#connection.stop();
  }

  async #recoverAll(): Promise<void> {
    for (const document of this.#documents.keys()) {
      // Who may not edit can't bring the edits of another tab either. They wait where they are.
      if (this.#documents.get(document)?.canEdit !== true) continue;
      for (const slot of (await this.#store?.claim(document)) ?? []) await this.#recover(document, slot);
    }
  }

  /** Brings the edits of another tab that is gone to the server, under its own session; a connection has one session in each document, so on another one. */
  async #recover(document: string, slot: PendingSlot): Promise<void> {
    const connection = new Connection(this.#connection.url, { ...this.#options, ...(this.#token !== undefined && { token: this.#token }) });
    const orphan = new CollabDocument(connection, document, slot, {});
    const held = new Promise<void>((resolve) => void orphan.on('held', () => resolve()));
    await Promise.race([orphan.whenSaved().catch(() => undefined), held]);
    await orphan.close();
    await connection.stop();
  }
}

/** Access alone may be forbidden, by a person's settings or a sandboxed frame. */
function browserStorage(): KeyValueStorage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
