import type { StoredContent, StoredState } from './replica.js';

/** The part of `Storage` that is used; localStorage is one. */
export interface KeyValueStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** The part of `LockManager` that is used; navigator.locks is one. */
export interface Locks {
  request(name: string, options: { signal?: AbortSignal }, held: () => Promise<void>): Promise<unknown>;
}

export interface PendingStoreOptions {
  readonly storage: KeyValueStorage;
  /** Names the server (and, where tokens differ, the person): stored edits of one are not for another. */
  readonly scope: string;
  readonly locks?: Locks | null;
  readonly now?: () => number;
}

/** Content above this many code units of JSON is not stored with the edits; browsers give an origin about 5 million in all. */
const contentLimit = 2_000_000;

/** A page that is reloaded lets its locks go a moment after the next one starts. */
const lockWait = 1_000;

/**
 * Without locks, a tab shows that it lives by a stamp. Browsers wake a hidden tab's timers once a minute, so only a stamp much older
 * than that is a tab that is gone. A tab that closes in the ordinary way takes its stamp along.
 */
const beatInterval = 20_000;
const goneAfter = 150_000;

/** What `save` found. `stolen`: another tab took the slot over, and these edits are its own now. */
export type Saved = 'kept' | 'without_content' | 'failed' | 'stolen';

interface Owner {
  readonly tab: string;
  readonly stamp: number;
}

/**
 * Keeps pending edits in the browser's storage until they are acknowledged.
 *
 * A slot is the storage of one replica, and exactly one tab may use it: two that resume one session would send two edits under one sequence. A slot's
 * name is drawn at random, so a duplicated tab, which inherits everything else, draws another. Who uses a slot holds the lock of its name; a slot with
 * edits whose lock is free belongs to a tab that is gone, and is claimed by the next that opens the document.
 */
export class PendingStore {
  readonly #tab = randomName();

  constructor(readonly options: PendingStoreOptions) {}

  /** A new slot, held by this tab. */
  async create(document: string): Promise<PendingSlot> {
    return (await this.#claim(document, randomName()))!;
  }

  /** The slots with pending edits in this document that nobody holds, the newest first; they are held by this tab now. */
  async claim(document: string): Promise<PendingSlot[]> {
    const slots: PendingSlot[] = [];
    for (const name of this.#names(document)) {
      const slot = await this.#claim(document, name);
      if (slot?.load() != null) slots.push(slot);
      else await slot?.release();
    }
    return slots.sort((a, b) => b.savedAt - a.savedAt);
  }

  #names(document: string): string[] {
    const prefix = this.#prefix(document);
    const names = new Set<string>();
    const { storage } = this.options;
    for (let i = 0; i < storage.length; i++) {
      const key = storage.key(i);
      if (key?.startsWith(prefix)) names.add(key.slice(prefix.length).split('/')[0]!);
    }
    return [...names];
  }

  #prefix(document: string): string {
    return `collab/${encodeURIComponent(this.options.scope)}/${document}/`;
  }

  async #claim(document: string, name: string): Promise<PendingSlot | null> {
    const key = this.#prefix(document) + name;
    const { storage, locks, now = Date.now } = this.options;
    const slot = (unlock: () => void): PendingSlot => new PendingSlot(storage, key, this.#tab, now, unlock);
    if (locks) {
      const unlock = await hold(locks, key);
      if (unlock === null) return null;
      const held = slot(unlock);
      if (readOwner(storage, key) !== null) held.beat();
      return held;
    }
    const owner = readOwner(storage, key);
    if (owner !== null && owner.tab !== this.#tab && now() - owner.stamp < goneAfter) return null;
    const claimed = slot(() => undefined);
    if (owner === null) return claimed;
    // Two tabs may see the same stamp; whoever wrote last has it, and both look again after both have written.
    if (!claimed.beat()) return null;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return claimed.isOwn ? claimed : null;
  }
}

/** Where one replica keeps its pending edits: `…/state`, `…/content-N` and, for tabs without locks, `…/owner`. */
export class PendingSlot {
  #key: string;
  /** Where the content is stored, and what it is; a key of null with a content is one that can't be stored. */
  #contentKey: string | null = null;
  #oldContentKey: string | null = null;
  #content: unknown;
  #written: string | null = null;
  #isWritten = false;
  #lastBeat = 0;

  constructor(
    readonly storage: KeyValueStorage,
    key: string,
    readonly tab: string,
    readonly now: () => number,
    readonly unlock: () => void,
  ) {
    this.#key = key;
  }

  /** Whether there is something stored that a later life would go on from. */
  get isWritten(): boolean {
    return this.#isWritten;
  }

  get savedAt(): number {
    return this.#read()?.savedAt ?? 0;
  }

  /** Whether this tab may still use the slot. */
  get isOwn(): boolean {
    const owner = readOwner(this.storage, this.#key);
    return owner === null ? !this.#isWritten || this.#read() !== null : owner.tab === this.tab;
  }

  load(): { readonly state: StoredState; readonly content: StoredContent | null } | null {
    const record = this.#read();
    if (record === null) return null;
    this.#isWritten = true;
    const { state, since } = record;
    const contentKey = record.contentKey === null ? null : `${this.#key}/${record.contentKey}`;
    const content = contentKey === null ? null : this.storage.getItem(contentKey);
    if (content === null) return { state, content: null };
    this.#contentKey = contentKey;
    const base: unknown = JSON.parse(content);
    this.#content = base;
    return { state, content: { base, since } };
  }

  /** Writes the state, and the content it applies to if that changed. Never throws: what can't be kept is said, and the edits stay in memory. */
  save(state: StoredState, content: StoredContent | null): Saved {
    if (!this.isOwn) return 'stolen';
    const hasContent = content !== null && this.#saveContent(content.base);
    if (this.#write(state, hasContent ? content.since : [], hasContent)) return hasContent ? 'kept' : 'without_content';
    if (hasContent) {
      this.#dropContent(content.base);
      if (this.#write(state, [], false)) return 'without_content';
    }
    // An old state is worse than none: it would be resumed.
    this.clear();
    return 'failed';
  }

  /** Says that this tab lives. False where the storage refuses. */
  beat(): boolean {
    this.#lastBeat = this.now();
    return this.#set(`${this.#key}/owner`, JSON.stringify({ tab: this.tab, stamp: this.#lastBeat } satisfies Owner));
  }

  beatIfDue(): void {
    if (this.#isWritten && this.now() - this.#lastBeat >= beatInterval && this.isOwn) this.beat();
  }

  /** Everything is acknowledged; nothing is to be resumed. */
  clear(): void {
    this.#dropContent(undefined);
    this.storage.removeItem(`${this.#key}/state`);
    this.storage.removeItem(`${this.#key}/owner`);
    this.#isWritten = false;
    this.#written = null;
  }

  /** What is stored may be claimed by others from now on, without waiting for the stamp to grow old; unless this tab writes again before. */
  retire(): void {
    if (this.#isWritten && this.isOwn) this.#set(`${this.#key}/owner`, JSON.stringify({ tab: this.tab, stamp: 0 } satisfies Owner));
  }

  /** This tab is done with the slot. What is stored waits for the next that opens the document. */
  release(): void {
    this.retire();
    this.unlock();
  }

  /** What is stored is another tab's. What this one stores from here on goes elsewhere. */
  forget(): void {
    this.#key = this.#key.slice(0, this.#key.lastIndexOf('/') + 1) + randomName();
    this.#isWritten = false;
    this.#written = null;
    this.#contentKey = this.#oldContentKey = null;
    this.#content = undefined;
  }

  #saveContent(base: unknown): boolean {
    if (this.#content === base) return this.#contentKey !== null;
    this.#content = base;
    const json = JSON.stringify(base);
    if (json.length > contentLimit) return this.#dropContent(base);
    // Under a new name, so that at every moment the state names content that is there and belongs to it.
    const key = `${this.#key}/content-${randomName()}`;
    if (!this.#set(key, json)) return this.#dropContent(base);
    this.#oldContentKey = this.#contentKey;
    this.#contentKey = key;
    return true;
  }

  #write(state: StoredState, since: readonly unknown[], hasContent: boolean): boolean {
    const contentKey = hasContent ? this.#contentKey!.slice(this.#key.length + 1) : null;
    const written = JSON.stringify({ state, since, contentKey });
    if (written === this.#written) return true;
    const record = `{"savedAt":${this.now()},${written.slice(1)}`;
    if (!this.#set(`${this.#key}/state`, record) || !this.beat()) return false;
    this.#written = written;
    this.#isWritten = true;
    if (this.#oldContentKey !== null) this.storage.removeItem(this.#oldContentKey);
    this.#oldContentKey = null;
    return true;
  }

  /** Without content; `unstorable` is one that need not be tried again. */
  #dropContent(unstorable: unknown): false {
    for (const key of [this.#contentKey, this.#oldContentKey]) if (key !== null) this.storage.removeItem(key);
    this.#contentKey = this.#oldContentKey = null;
    this.#content = unstorable;
    return false;
  }

  #read(): { savedAt: number; state: StoredState; since: unknown[]; contentKey: string | null } | null {
    try {
      return JSON.parse(this.storage.getItem(`${this.#key}/state`) ?? 'null');
    } catch {
      return null;
    }
  }

  #set(key: string, value: string): boolean {
    try {
      this.storage.setItem(key, value);
      return true;
    } catch {
      return false;
    }
  }
}

function readOwner(storage: KeyValueStorage, key: string): Owner | null {
  try {
    return JSON.parse(storage.getItem(`${key}/owner`) ?? 'null') as Owner | null;
  } catch {
    return null;
  }
}

/** Waits for the lock a moment; the function returned lets it go. */
function hold(locks: Locks, name: string): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), lockWait);
    const held = (): Promise<void> => {
      clearTimeout(timer);
      return new Promise((unlock) => resolve(unlock));
    };
    locks.request(name, { signal: patience.signal }, held).catch(() => resolve(null));
  });
}

function randomName(): string {
  return Math.random().toString(36).slice(2, 12).padEnd(10, '0');
}
