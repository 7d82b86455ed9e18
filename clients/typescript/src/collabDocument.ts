import type { SignedOut } from './authentication.js';
import type { Connection, ConnectionListener } from './connection.js';
import { lengthsOf } from './delta.js';
import { DocumentState, type DocumentStateOptions, type DocumentStatus } from './documentState.js';
import type { Change, Effect, Refusal } from './effects.js';
import { Emitter } from './emitter.js';
import { kindOf } from './kindOf.js';
import type { Content, Delta, DeltaInput, KindName } from './kinds.js';
import type { Conflict, DocumentMessages, PresenceState } from './messages.js';
import type { PendingSlot } from './pendingStore.js';
import type { Presence } from './presence.js';
import type { Role } from './role.js';

export interface DocumentEvents<K extends KindName> {
  /** The document changed by others: apply `delta` to the editor. */
  change: Change<K>;
  /** Conflicts of an own edit; those of others come with their `change`. */
  conflicts: readonly Conflict[];
  /** `presence` has changed. */
  presence: ReadonlyMap<string, Presence>;
  status: DocumentStatus;
  /** `role`, and with it perhaps `canEdit`, has changed. */
  role: Role | null;
  /** Whether there are edits that are going nowhere; see `held`. */
  held: boolean;
  /** `hasPending` has changed. */
  pending: boolean;
  refused: Refusal;
  /** Pending edits can't be kept in the browser's storage (it is full or forbidden): a closed tab would lose them. Once per document. */
  storage: { readonly detail: string };
}

/** The server said no for good; `reason` is the protocol's error code. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(readonly refusal: Refusal) {
    super(`${refusal.reason}: ${refusal.detail}`);
  }

  get reason(): string {
    return this.refusal.reason;
  }
}

/** Edits that wait this long for the server are stored; while all goes well none does, and typing costs no storage. */
const storeAfter = 250;

/** A document closed by its application gives the server this long to take the last edits. */
const closeWait = 2_000;

interface Waiter {
  readonly edits: number;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * A document that is open. Edits show at once, and reach the others when they can.
 *
 * The shell around {@link DocumentState}: it brings messages, time and storage to the machine and carries its effects out.
 */
export class CollabDocument<K extends KindName = KindName> {
  readonly #connection: Connection;
  readonly #state: DocumentState<K>;
  readonly #slot: PendingSlot | null;
  readonly #events = new Emitter<DocumentEvents<K>>();
  #open!: () => void;
  #refuseOpen!: (error: Error) => void;
  readonly #opened = new Promise<void>((resolve, reject) => {
    this.#open = resolve;
    this.#refuseOpen = reject;
  });
  readonly #listener: ConnectionListener = {
    connected: () => this.#perform(this.#state.connected(Date.now())),
    lost: () => {
      this.#perform(this.#state.connectionLost());
      this.#store();
    },
    authenticated: () => this.#perform(this.#state.authenticated(Date.now())),
    signedOut: ({ refusal }: SignedOut) => this.#perform(this.#state.signedOut(refusal)),
    message: (target, message) => {
      // A refusal of something unreadable names no document; there is nothing to be done about it that a repetition would not do.
      if (message.document === this.id) this.#perform(this.#input({ target, message } as Received, Date.now()));
    },
  };
  #effects: Effect<K>[] = [];
  #isPerforming = false;
  #waiters: Waiter[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #storeTimer: ReturnType<typeof setTimeout> | undefined;
  #isStorageLost = false;
  #status: DocumentStatus;
  #hasPending: boolean;
  #isHeld = false;
  #isClosed = false;

  /** @internal Applications call `CollabClient.open`. */
  constructor(connection: Connection, id: string, slot: PendingSlot | null, options: DocumentStateOptions) {
    this.#connection = connection;
    this.#slot = slot;
    this.#state = new DocumentState<K>(id, { ...options, received: () => connection.received });
    const stored = slot?.load();
    if (stored) this.#state.restore(stored.state, stored.content);
    this.#status = this.#state.status;
    this.#hasPending = this.#state.hasPending;
    for (const [event, listener] of this.#lifecycle()) globalThis.addEventListener?.(event, listener);
    this.#perform(this.#state.visibility(isVisible(), Date.now()));
    this.#opened.catch(() => undefined);
    connection.add(this.#listener);
    this.#settle();
  }

  get id(): string {
    return this.#state.id;
  }

  get kind(): K {
    return this.#state.kind!;
  }

  get title(): string | null {
    return this.#state.title;
  }

  /** This replica's name in the document. It can change, when a session could not be resumed. */
  get session(): string | null {
    return this.#state.session;
  }

  /** The newest revision received. */
  get revision(): number {
    return this.#state.revision;
  }

  get status(): DocumentStatus {
    return this.#isClosed ? 'closed' : this.#state.status;
  }

  /** What this person may do here; null before the server has said, and from one that names no roles. */
  get role(): Role | null {
    return this.#state.role;
  }

  /** Whether edits reach the document. What is edited while they don't is `held`: an editor should be read-only then. */
  get canEdit(): boolean {
    return !this.#isClosed && this.#state.canEdit;
  }

  /** Who this person is to the server; null for somebody anonymous. */
  get subject(): string | null {
    return this.#state.subject;
  }

  /**
   * Pending edits that are going nowhere, as one delta over the content without them: the role does not allow them, or the document is closed. They are shown and kept, and sent when the role is back
   * (or, where there is a storage, at the next visit). Null while there are none. See `discard`.
   */
  get held(): Delta<K> | null {
    return this.#state.held;
  }

  /** How many edits made here are not durable. */
  get unsaved(): number {
    const { made, saved } = this.#state.edits;
    return made - saved;
  }

  /** Whether there are edits that the server has not yet made durable. */
  get hasPending(): boolean {
    return this.#state.hasPending;
  }

  /** The content as edited, pending edits included. Computed when asked for; an editor that applies every change needs it once. */
  get content(): Content<K> {
    return this.#state.content;
  }

  /** Length of `content` in UTF-16 code units, always at hand. */
  get length(): number {
    return this.#state.length;
  }

  /** The others who are here, by session; of very many, those that the server names. */
  get presence(): ReadonlyMap<string, Presence> {
    return this.#state.presence;
  }

  /** How many are here, this session included. */
  get presenceCount(): number {
    return this.#state.presenceCount;
  }

  /** Changes the document. The last retain may be left out. Throws a RangeError if the delta is longer than the document. */
  edit(delta: DeltaInput<K>): void {
    this.#requireOpen();
    this.#perform(this.#state.edit(this.#overUndelivered(delta), Date.now()));
  }

  /** Shows others a selection or more (at most 4 KiB); null shows nothing. Positions are those of the document now. */
  setPresence(state: PresenceState | null): void {
    if (!this.#isClosed) this.#perform(this.#state.setPresence(state, Date.now()));
  }

  /** Comes back from `idle`. An edit, a cursor move and a look at the page do so by themselves. */
  wake(): void {
    if (!this.#isClosed) this.#perform(this.#state.wake(Date.now()));
  }

  /** Gives the held edits up: takes them out of the document, by a `change`, and out of the storage. Returns what they were; null if none are held. */
  discard(): Delta<K> | null {
    const { discarded, effects } = this.#state.discard();
    if (discarded === null) return null;
    this.#rejectWaiters(new Error(`Edits of document ${this.id} were discarded.`));
    this.#perform(effects);
    if (this.#isClosed) this.#slot?.release();
    return discarded;
  }

  /** Resolves once every edit made so far is durable; rejects if one was refused or the document is closed before. */
  whenSaved(): Promise<void> {
    const { made, saved } = this.#state.edits;
    if (saved >= made) return Promise.resolve();
    if (this.status === 'closed') return Promise.reject(new Error(`Document ${this.id} is closed; ${made - saved} edits are not saved.`));
    return new Promise((resolve, reject) => this.#waiters.push({ edits: made, resolve, reject }));
  }

  /** Calls `handler` for each change that did not come from `edit`. Returns a function that stops it. */
  onChange(handler: (change: Change<K>) => void): () => void {
    return this.on('change', handler);
  }

  /** Calls `handler` at each event of that name. Returns a function that stops it. */
  on<E extends keyof DocumentEvents<K>>(event: E, handler: (value: DocumentEvents<K>[E]) => void): () => void {
    return this.#events.on(event, handler);
  }

  /** Leaves. Edits that are still pending are sent first if there is a connection, and stay stored until a later visit if there is none. */
  async close(): Promise<void> {
    if (this.#isClosed) {
      this.#slot?.release();
      return;
    }
    if (this.hasPending && this.held === null && this.status === 'live') {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const waited = new Promise<void>((resolve) => (timer = setTimeout(resolve, closeWait)));
      await Promise.race([this.whenSaved().catch(() => undefined), waited]);
      clearTimeout(timer);
    }
    if (this.#isClosed) return;
    this.#store();
    this.#isClosed = true;
    const left = this.#state.leave().map((effect) => (effect.type === 'send' ? this.#connection.send(effect.message) : undefined));
    this.#dispose(new Error(`Document ${this.id} was closed before its edits were saved.`));
    await Promise.all(left);
  }

  /** @internal Resolves when there is content; rejects with the refusal. */
  get opened(): Promise<void> {
    return this.#opened;
  }

  #input({ target, message }: Received, now: number): Effect<K>[] {
    const state = this.#state as DocumentState;
    switch (target) {
      case 'joined':
        return state.joined(message, now) as Effect<K>[];
      case 'operations':
        return state.operations(message, now) as Effect<K>[];
      case 'acknowledged':
        return this.#state.acknowledged(message, now);
      case 'refused':
        return this.#state.refused(message, now);
      case 'presence':
        return this.#state.presenceChanged(message, now);
      case 'role':
        return this.#state.roleChanged(message, now);
      case 'measured':
        return this.#state.measured(message, now);
      case 'closed':
        // Another tab holds what this one had stored: the edits are in good hands, and would be there twice.
        if (message.reason === 'superseded' && this.#slot?.isOwn === false) this.#perform(this.#state.surrender());
        return this.#state.closed(message, now);
    }
  }

  /** Effects in order, also those that a handler causes by editing while they are performed. */
  #perform(effects: readonly Effect<K>[]): void {
    this.#effects.push(...effects);
    if (this.#isPerforming) return;
    this.#isPerforming = true;
    for (let effect = this.#effects.shift(); effect !== undefined; effect = this.#effects.shift()) this.#performOne(effect);
    this.#isPerforming = false;
    this.#settle();
  }

  #performOne(effect: Effect<K>): void {
    switch (effect.type) {
      case 'send':
        // Once a state is stored, it is never older than what was sent: a later life must not send the same edit under another number.
        if (effect.message.target === 'submit' && this.#slot?.isWritten && !this.#store()) return;
        void this.#connection.send(effect.message);
        break;
      case 'change':
        this.#events.emit('change', effect.change);
        break;
      case 'conflicts':
        this.#events.emit('conflicts', effect.conflicts);
        break;
      case 'presence':
        this.#events.emit('presence', this.presence);
        break;
      case 'role':
        this.#events.emit('role', this.role);
        break;
      case 'refused':
        this.#refused(effect.refusal);
        break;
      case 'reconnect':
        this.#connection.reconnect();
        break;
    }
  }

  /**
   * An edit made by a change handler, while later changes of the same batch are not delivered yet. The machine is past them, the editor is not: the edit is
   * moved over them, and they over the edit.
   */
  #overUndelivered(input: DeltaInput<K>): DeltaInput<K> {
    const first = this.#effects.find((effect) => effect.type === 'change');
    if (first === undefined) return input;
    const kind = kindOf(this.kind);
    let delta = kind.normalize(input, lengthsOf(first.change.delta).base);
    this.#effects = this.#effects.map((effect) => {
      if (effect.type !== 'change') return effect;
      const incoming = effect.change.delta;
      const moved = kind.transform(incoming, delta, 'deltaFirst');
      delta = kind.transform(delta, incoming, 'overFirst');
      return { type: 'change', change: { ...effect.change, delta: moved } };
    });
    return delta as DeltaInput<K>;
  }

  #refused(refusal: Refusal): void {
    const error = new RefusedError(refusal);
    const isOver = this.#state.status === 'closed';
    this.#rejectWaiters(error);
    this.#events.emit('refused', refusal);
    if (!isOver) return;
    // Kept as well as told: who is let in again at the next visit finds them.
    this.#store();
    this.#isClosed = true;
    this.#dispose(error);
  }

  /** What follows from every input: events about facts that changed, promises, timers. */
  #settle(): void {
    if (this.#state.hasContent) this.#open();
    const { status, hasPending } = this;
    const { saved } = this.#state.edits;
    const done = this.#waiters.filter((waiter) => waiter.edits <= saved);
    this.#waiters = this.#waiters.filter((waiter) => waiter.edits > saved);
    for (const waiter of done) waiter.resolve();
    if (!hasPending && this.#slot?.isWritten) this.#slot.clear();
    if (hasPending && !this.#isClosed) this.#storeTimer ??= this.#storeSoon(saved);
    if (status !== this.#status) {
      this.#status = status;
      this.#events.emit('status', status);
    }
    if (hasPending !== this.#hasPending) {
      this.#hasPending = hasPending;
      this.#events.emit('pending', hasPending);
    }
    const { isHeld } = this.#state;
    if (isHeld !== this.#isHeld) {
      this.#isHeld = isHeld;
      this.#events.emit('held', isHeld);
    }
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const due = this.#state.deadline;
    if (this.#isClosed || due === Infinity) return;
    this.#timer = setTimeout(() => this.#perform(this.#state.tick(Date.now())), Math.max(1, due - Date.now()));
  }

  #storeSoon(savedBefore: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#storeTimer = undefined;
      if (!this.hasPending || this.#isClosed) return;
      // Acknowledgements keep coming: nothing waits for long, except under a state that is stored already and has to follow.
      if (this.#state.edits.saved === savedBefore || this.#slot?.isWritten) this.#store();
      this.#slot?.beatIfDue();
      this.#storeTimer ??= this.#storeSoon(this.#state.edits.saved);
    }, storeAfter);
  }

  /** False if the edits are another tab's now, and are gone from this one. */
  #store(): boolean {
    const { stored } = this.#state;
    if (this.#slot === null || stored === null || this.#isClosed) return true;
    const saved = this.#slot.save(stored, this.#state.storedContent);
    if (saved === 'stolen') {
      this.#slot.forget();
      this.#perform([...this.#state.surrender(), ...this.#state.closed({ document: this.id, reason: 'superseded', action: 'resync' }, Date.now())]);
      return false;
    }
    if (saved === 'failed' && !this.#isStorageLost) {
      this.#isStorageLost = true;
      this.#events.emit('storage', { detail: 'The browser refuses to store pending edits; they are kept in memory only.' });
    }
    return true;
  }

  #lifecycle(): readonly [string, () => void][] {
    return [
      ['pagehide', this.#hide],
      ['freeze', this.#hide],
      ['visibilitychange', this.#turn],
      ['focus', this.#look],
      ['pageshow', this.#show],
    ];
  }

  readonly #turn = (): void => {
    if (isVisible()) this.#show();
    else this.#store();
    this.#look();
  };

  readonly #look = (): void => this.#perform(this.#state.visibility(isVisible(), Date.now()));

  /** The last moment before a page may be gone without another word. */
  readonly #hide = (): void => {
    this.#store();
    if (this.#slot?.isWritten) this.#slot.retire();
  };

  readonly #show = (): void => {
    if (this.#slot?.isWritten) this.#store();
  };

  #requireOpen(): void {
    if (this.status === 'closed') throw new Error(`Document ${this.id} is closed.`);
  }

  #rejectWaiters(error: Error): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(error);
  }

  #dispose(error: Error): void {
    this.#connection.remove(this.#listener);
    clearTimeout(this.#timer);
    clearTimeout(this.#storeTimer);
    for (const [event, listener] of this.#lifecycle()) globalThis.removeEventListener?.(event, listener);
    // Closed by the server with edits in hand, they stay this tab's: it may yet discard them.
    if (!this.hasPending || !this.#state.isRefused) this.#slot?.release();
    this.#rejectWaiters(error);
    this.#refuseOpen(error);
    if (this.#status !== 'closed') {
      this.#status = 'closed';
      this.#events.emit('status', 'closed');
    }
  }
}

type Received = { [T in keyof DocumentMessages]: { readonly target: T; readonly message: DocumentMessages[T] } }[keyof DocumentMessages];

function isVisible(): boolean {
  return globalThis.document?.visibilityState !== 'hidden';
}
