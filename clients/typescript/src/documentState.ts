import { composeAll } from './compose.js';
import { isIdentity, lengthsOf } from './delta.js';
import type { DocumentKind } from './documentKind.js';
import type { Effect, Refusal } from './effects.js';
import { kindOf } from './kindOf.js';
import type { Content, Delta, DeltaInput, KindName } from './kinds.js';
import { LazyContent } from './lazyContent.js';
import type { Acknowledged, ClientMessage, Closed, Conflict, Joined, Operation, Operations, PresenceMessage, PresenceState, Refused } from './messages.js';
import { type Outstanding, Pending } from './pending.js';
import { type Presence, RemotePresence } from './presence.js';
import { transformPosition, transformSelection } from './selection.js';

/** `connecting`: first join on its way; `live`; `offline`: no connection, editing goes on; `resuming`: connected again, catching up; `closed`: for good. */
export type DocumentStatus = 'connecting' | 'live' | 'offline' | 'resuming' | 'closed';

/** Everything that is needed to go on after a reload, apart from the content. Plain JSON. */
export interface StoredState {
  readonly kind: KindName;
  readonly session: string;
  readonly token: string;
  readonly sequence: number;
  readonly revision: number;
  readonly outstanding: Outstanding<KindName> | null;
  readonly buffer: Delta<KindName> | null;
}

export interface DocumentStateOptions {
  readonly name?: string;
  readonly color?: string;
  /** From 0 to 1, for the jitter of retries; a test passes a seeded one. */
  readonly random?: () => number;
}

/** Milliseconds. A submit or read that stays unanswered is repeated; a join may have to wait for a silo to take over. */
const repeatAfter = 5_000;
const joinRepeatAfter = 10_000;
const presenceInterval = 50;
const backoffStart = 250;
const backoffLimit = 10_000;

/** A content check every so often: whichever comes first. */
const checkInterval = 30_000;
const checkOperations = 200;

/** More operations than this in one message are shown as one change: an editor takes a thousand small ones slowly. */
const changesLimit = 50;

/** A snapshot that has arrived and can't be put in place yet; see `#settle`. */
interface Arriving<K extends KindName> {
  readonly content: LazyContent<K>;
  revision: number;
  readonly applied: Joined['applied'];
  /** The operations up to it can't be had: it is put in place without them. */
  isForced: boolean;
}

/**
 * The client's side of one document, as a pure machine: it is told what happened and when, and answers with effects. It knows no
 * network, clock or storage, so that a simulation can run it.
 *
 * See "The client's state machine" in docs/protocol.md. Synchronized is `pending.isEmpty`; outstanding, and outstanding with buffer, are the two
 * parts of `Pending`. A buffer without an outstanding operation is what was typed while not live: it is sent as one operation.
 */
export class DocumentState<K extends KindName = KindName> {
  #phase: 'offline' | 'waiting' | 'joining' | 'live' | 'closed' = 'offline';
  #kind: DocumentKind<K> | null = null;
  #content: LazyContent<K> | null = null;
  #pending: Pending<K> | null = null;
  #arriving: Arriving<K> | null = null;
  readonly #presence = new RemotePresence();

  #title: string | null = null;
  #session: string | null = null;
  #token: string | null = null;
  #sequence = 0;
  #revision = 0;
  /** The head when this session was admitted: until it is reached, this client is catching up. */
  #head = 0;
  /** The next join asks for a snapshot, because the content here is not to be trusted or can't be brought forward. */
  #isFresh = false;
  /**
   * A base was too old to be rebased. Until something is acknowledged, edits are sent from the head only: based on a snapshot that is itself as old
   * as that, they would be refused again and again.
   */
  #sendsFromHead = false;

  #attempts = 0;
  #joinDue = Infinity;
  #submitDue = Infinity;
  #readDue = Infinity;
  #checkDue = Infinity;
  #checkedRevision = 0;
  #presenceDue = 0;
  #isPresenceDirty = false;
  #ownPresence: PresenceState | null = null;

  #editsMade = 0;
  #editsSent = 0;
  #editsSaved = 0;
  #effects: Effect<K>[] = [];

  constructor(
    readonly id: string,
    readonly options: DocumentStateOptions = {},
  ) {}

  /**
   * Goes on where another life of this replica stopped. With content this is an ordinary reconnect: join with resume and revision. Without it (too
   * large to be kept) the pending edits still know the revision that they apply to: they are moved over the operations up to a snapshot.
   */
  restore(stored: StoredState, content: { readonly base: unknown; readonly since: readonly unknown[] } | null): void {
    this.#kind = kindOf(stored.kind as K);
    this.#session = stored.session;
    this.#token = stored.token === '' ? null : stored.token;
    this.#sequence = stored.sequence;
    this.#revision = this.#head = stored.revision;
    this.#pending = new Pending(this.#kind);
    this.#pending.outstanding = stored.outstanding as Outstanding<K> | null;
    this.#pending.buffer = stored.buffer as Delta<K> | null;
    this.#editsMade = 1;
    if (content === null) return;
    this.#content = new LazyContent(this.#kind, content.base as Content<K>);
    for (const delta of content.since) this.#content.push(delta as Delta<K>);
  }

  /** What to keep while edits are pending; null while there is nothing to lose. */
  get stored(): StoredState | null {
    if (this.#kind === null || this.#pending === null || this.#pending.isEmpty || this.#session === null) return null;
    const { outstanding, buffer } = this.#pending;
    const { name: kind } = this.#kind;
    // Without a token the session is given up already, and the stored edits start a new one.
    return { kind, session: this.#session, token: this.#token ?? '', sequence: this.#sequence, revision: this.#revision, outstanding, buffer };
  }

  get storedContent(): LazyContent<K>['parts'] | null {
    return this.#content?.parts ?? null;
  }

  get hasContent(): boolean {
    return this.#content !== null;
  }

  get kind(): K | null {
    return this.#kind?.name ?? null;
  }

  get title(): string | null {
    return this.#title;
  }

  get session(): string | null {
    return this.#session;
  }

  get revision(): number {
    return this.#revision;
  }

  get hasPending(): boolean {
    return this.#pending !== null && !this.#pending.isEmpty;
  }

  /** Edits made, and how many of them are durable or undone. */
  get edits(): { readonly made: number; readonly saved: number } {
    return { made: this.#editsMade, saved: this.hasPending ? this.#editsSaved : this.#editsMade };
  }

  get status(): DocumentStatus {
    if (this.#phase === 'closed') return 'closed';
    if (this.#session === null) return 'connecting';
    if (this.#phase === 'offline') return 'offline';
    return this.#phase === 'live' && this.#content !== null && this.#revision >= this.#head ? 'live' : 'resuming';
  }

  get length(): number {
    const last = this.#pending?.deltas.at(-1);
    return last !== undefined ? lengthsOf(last).target : (this.#content?.length ?? 0);
  }

  get content(): Content<K> {
    if (this.#content === null) throw new Error(`Document ${this.id} has no content before it is joined.`);
    return this.#deltas.reduce((content, delta) => this.#kind!.apply(content, delta), this.#content.value);
  }

  get presence(): ReadonlyMap<string, Presence> {
    return this.#presence.view(this.#deltas, this.length);
  }

  /** When `tick` wants to be called, by the clock of the inputs; Infinity for never. */
  get deadline(): number {
    if (this.#phase === 'waiting' || this.#phase === 'joining') return this.#joinDue;
    if (this.#phase !== 'live') return Infinity;
    const submit = this.#canSubmit && this.#isOwn(this.#pending!.outstanding) ? this.#submitDue : Infinity;
    const check = this.#canCheck ? this.#checkDue : Infinity;
    const presence = this.#canSendPresence ? this.#presenceDue : Infinity;
    return Math.min(submit, this.#readDue, check, presence);
  }

  // Inputs.

  connected(now: number): Effect<K>[] {
    if (this.#phase !== 'closed') {
      this.#phase = 'waiting';
      this.#joinDue = now;
    }
    return this.#settled(now);
  }

  connectionLost(): Effect<K>[] {
    if (this.#phase !== 'closed') this.#phase = 'offline';
    this.#arriving = null;
    this.#readDue = this.#submitDue = Infinity;
    return this.#taken();
  }

  edit(input: DeltaInput<K>, now: number): Effect<K>[] {
    if (this.#content === null || this.#phase === 'closed') throw new Error(`Document ${this.id} is not open.`);
    const delta = this.#kind!.normalize(input, this.length);
    if (isIdentity(delta)) return [];
    this.#editsMade++;
    this.#pending!.edit(delta);
    this.#moveOwnSelection(delta, 'afterInsert');
    return this.#settled(now);
  }

  setPresence(state: PresenceState | null, now: number): Effect<K>[] {
    this.#ownPresence = state;
    this.#isPresenceDirty = true;
    return this.#settled(now);
  }

  joined(message: Joined<K>, now: number): Effect<K>[] {
    if (this.#phase === 'closed') return [];
    if (this.#kind === null) {
      this.#kind = kindOf(message.kind);
      this.#pending = new Pending(this.#kind);
    }
    const isSameSession = message.session === this.#session;
    this.#phase = 'live';
    this.#isFresh = false;
    this.#arriving = null;
    this.#readDue = this.#submitDue = Infinity;
    this.#checkDue = now + checkInterval;
    this.#title = message.title ?? null;
    this.#session = message.session;
    this.#token = message.token;
    this.#head = message.revision;
    this.#isPresenceDirty = this.#ownPresence !== null;
    this.#presence.reset(this.#revision, message.presence, message.session);
    this.#effects.push({ type: 'presence' });

    if (!isSameSession) this.#sequence = message.applied.sequence;
    else if (message.applied.sequence > this.#sequence) this.#surrenderTo(message.applied.sequence);

    if (message.snapshot) {
      const { revision, content } = message.snapshot;
      this.#arriving = { content: new LazyContent(this.#kind, content), revision, applied: message.applied, isForced: false };
      this.#settleArriving(now);
    } else if (this.#content === null) {
      this.#rejoin(now, true);
    } else if (this.#isApplied(message.applied) && message.applied.revision <= this.#revision) {
      // It was applied at a revision that is here already and was not seen there: this replica is not what it believes to be.
      this.#rejoin(now, true);
    }
    if (this.#phase === 'live' && this.#arriving === null && !this.#isApplied(message.applied)) this.#submitDue = now;
    return this.#settled(now);
  }

  operations({ revision: first, operations }: Operations<K>, now: number): Effect<K>[] {
    // Between a join and its answer the old stream may still run; the answer leads on from what was asked for.
    if (this.#phase !== 'live') return [];
    const changesBefore = this.#effects.length;
    for (const [i, operation] of operations.entries()) {
      const number = first + i;
      const folding = this.#isFolding ? this.#arriving : null;
      const at = folding?.revision ?? this.#revision;
      if (number <= at) continue;
      if (number > at + 1) {
        this.#read(at, now);
        break;
      }
      this.#readDue = Infinity;
      if (folding !== null) {
        folding.content.push(operation.delta);
        folding.revision = number;
      } else {
        this.#receive(operation, number);
      }
      if (this.#arriving !== null) this.#settleArriving(now);
    }
    if (operations.length > changesLimit) this.#mergeChanges(changesBefore);
    if (!this.#presence.isEmpty) this.#effects.push({ type: 'presence' });
    return this.#settled(now);
  }

  acknowledged({ sequence, revision }: Acknowledged, now: number): Effect<K>[] {
    const outstanding = this.#pending?.outstanding;
    if (this.#phase !== 'live' || !this.#isOwn(outstanding) || outstanding.sequence !== sequence) return [];
    // It was applied before. The stream has it, if that revision is still to come; else it passed by unrecognised.
    if (revision > this.#revision) this.#read(this.#revision, now);
    else this.#rejoin(now, true);
    return this.#settled(now);
  }

  presenceChanged({ updates, left }: PresenceMessage): Effect<K>[] {
    if (this.#session === null) return [];
    this.#presence.update(updates ?? [], this.#session);
    this.#presence.leave(left ?? []);
    this.#effects.push({ type: 'presence' });
    return this.#taken();
  }

  refused(message: Refused, now: number): Effect<K>[] {
    const { verb, action, reason } = message;
    if (verb === 'join') {
      if (this.#phase !== 'joining') return [];
      if (reason === 'token_invalid' && this.#token !== null) this.#renew(now);
      else if (action === 'give_up') this.#close(message);
      else this.#rejoin(now, needsSnapshot(reason), message.retryAfter);
    } else if (this.#phase === 'live') {
      if (verb === 'submit') this.#refusedSubmit(message, now);
      else if (verb === 'read' && action === 'retry') this.#readDue = now + (message.retryAfter ?? this.#backoff());
      else if (verb === 'read' && this.#arriving !== null && !this.#isFolding) this.#force(this.#arriving, message);
      else if (verb === 'read' && action === 'give_up') this.#rejoin(now, true);
      else if (action === 'resync') this.#rejoin(now, needsSnapshot(reason));
      else if (action === 'give_up') this.#effects.push({ type: 'refused', refusal: refusalOf(message) });
      if (this.#arriving !== null) this.#settleArriving(now);
    }
    return this.#settled(now);
  }

  /** The server ended this session's stay. Superseded means that the session has another owner now: this replica goes on as a new one. */
  closed({ reason, action }: Closed, now: number): Effect<K>[] {
    if (this.#phase === 'closed') return [];
    if (reason === 'superseded') this.#renew(now);
    else if (action === 'give_up') this.#close({ verb: 'join', reason, detail: `The server closed the session: ${reason}.` });
    else this.#rejoin(now, false);
    if (reason === 'server_shutdown') this.#effects.push({ type: 'reconnect' });
    return this.#settled(now);
  }

  tick(now: number): Effect<K>[] {
    return this.#settled(now);
  }

  /** Takes every pending edit out of the view, because somebody else has them now: the tab that adopted what this one had stored. */
  surrender(): Effect<K>[] {
    if (this.hasPending) this.#surrenderTo(this.#sequence);
    return this.#taken();
  }

  /** Leaves for good. */
  leave(): Effect<K>[] {
    if (this.#phase === 'live') this.#send({ target: 'leave', body: { document: this.id } });
    this.#phase = 'closed';
    return this.#taken();
  }

  // What follows from the inputs.

  get #deltas(): Delta<K>[] {
    return this.#pending?.deltas ?? [];
  }

  #taken(): Effect<K>[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Does everything that is due. */
  #settled(now: number): Effect<K>[] {
    if ((this.#phase === 'waiting' || this.#phase === 'joining') && now >= this.#joinDue) this.#join(now);
    if (this.#phase === 'live') {
      this.#submitNext(now);
      if (now >= this.#readDue) this.#read(this.#isFolding ? this.#arriving!.revision : this.#revision, now, true);
      this.#check(now);
      this.#sendPresence(now);
    }
    return this.#taken();
  }

  #join(now: number): void {
    const { name, color } = this.options;
    const resume = this.#session !== null && this.#token !== null ? { session: this.#session, token: this.#token } : undefined;
    this.#phase = 'joining';
    this.#joinDue = now + joinRepeatAfter;
    this.#send({
      target: 'join',
      body: {
        document: this.id,
        version: 1,
        ...(name !== undefined && { name }),
        ...(color !== undefined && { color }),
        ...(resume !== undefined && { resume }),
        ...(this.#content !== null && !this.#isFresh && { revision: this.#revision }),
      },
    });
  }

  /** The first time at once, then with backoff until something is applied: a server that refuses again and again is not to be hammered. */
  #rejoin(now: number, isFresh: boolean, delay?: number | null): void {
    this.#isFresh ||= isFresh;
    this.#arriving = null;
    this.#readDue = this.#submitDue = Infinity;
    const backoff = this.#attempts++ === 0 ? 0 : this.#backoff();
    if (this.#phase === 'offline') return;
    this.#phase = 'waiting';
    this.#joinDue = now + (delay ?? backoff);
  }

  /**
   * Joins as a new session, with the pending edits. Whether an outstanding operation was applied under the old session is seen in the
   * operations up to the head, where it is recognised by its old name; if it isn't there, it is sent again under the new one. (Only if the server
   * answers with a snapshot, being too far ahead, can that not be seen. Then the edit is kept: what stands there twice can be deleted.)
   */
  #renew(now: number): void {
    this.#token = null;
    this.#rejoin(now, false);
  }

  /** Full jitter: clients that were refused together do not come back together. */
  #backoff(): number {
    const limit = Math.min(backoffLimit, backoffStart * 2 ** Math.min(this.#attempts, 10));
    return Math.max(20, limit * (this.options.random ?? Math.random)());
  }

  get #canSubmit(): boolean {
    return this.#content !== null && this.#arriving === null;
  }

  #submitNext(now: number): void {
    if (!this.#canSubmit) return;
    const pending = this.#pending!;
    const isCaughtUp = this.#revision >= this.#head;
    // Sent under a session that is gone, and not in the log up to the head: it never arrived.
    if (isCaughtUp && pending.outstanding !== null && pending.outstanding.session !== this.#session) pending.unsend();
    // Also while catching up: what was typed while away is based on the revision that its author saw. Moved to the head here, the server would never
    // learn that it met what others did meanwhile: no conflict would be detected, and a strict document would take anything that was typed offline.
    const mustWait = this.#sendsFromHead && !isCaughtUp;
    if (pending.outstanding === null && !mustWait && pending.send(this.#session!, this.#sequence + 1, this.#revision) !== null) {
      this.#sequence++;
      this.#editsSent = this.#editsMade;
      this.#submitDue = now;
    }
    const { outstanding } = pending;
    if (!this.#isOwn(outstanding) || now < this.#submitDue) return;
    const { sequence, base, delta } = outstanding;
    this.#submitDue = now + repeatAfter;
    this.#send({ target: 'submit', body: { document: this.id, sequence, base, delta } });
  }

  #read(from: number, now: number, isRepeated = false): void {
    // One is on its way; what arrives until it is answered shows the same gap.
    if (this.#readDue !== Infinity && !isRepeated) return;
    this.#readDue = now + repeatAfter;
    this.#send({ target: 'read', body: { document: this.id, from } });
  }

  get #canCheck(): boolean {
    return this.#content !== null && this.#arriving === null && this.#checkedRevision !== this.#revision && this.#revision >= this.#head;
  }

  #check(now: number): void {
    if (!this.#canCheck || (now < this.#checkDue && this.#revision - this.#checkedRevision < checkOperations)) return;
    this.#checkDue = now + checkInterval;
    this.#checkedRevision = this.#revision;
    this.#attempts = 0;
    this.#send({ target: 'check', body: { document: this.id, revision: this.#revision, hash: this.#kind!.hash(this.#content!.value) } });
  }

  /** Positions are said at a revision that others have too: while an edit is pending there is none. */
  get #canSendPresence(): boolean {
    return this.#isPresenceDirty && !this.hasPending && this.#content !== null && this.#revision >= this.#head;
  }

  #sendPresence(now: number): void {
    if (!this.#canSendPresence || now < this.#presenceDue) return;
    this.#isPresenceDirty = false;
    this.#presenceDue = now + presenceInterval;
    this.#send({ target: 'presence', body: { document: this.id, revision: this.#revision, state: this.#ownPresence } });
  }

  #send(message: ClientMessage): void {
    this.#effects.push({ type: 'send', message });
  }

  #isApplied(applied: Joined['applied']): boolean {
    const outstanding = this.#pending!.outstanding;
    return this.#isOwn(outstanding) && applied.sequence >= outstanding.sequence;
  }

  /** Whether there is an outstanding operation, and it was sent under the present session. */
  #isOwn(outstanding: Outstanding<K> | null | undefined): outstanding is Outstanding<K> {
    return outstanding != null && outstanding.session === this.#session;
  }

  #receive(operation: Operation<K>, number: number): void {
    const pending = this.#pending!;
    const { outstanding } = pending;
    const isOwn = outstanding !== null && operation.session === outstanding.session && operation.sequence === outstanding.sequence;
    this.#revision = number;
    if (isOwn) {
      const delta = pending.acknowledge();
      this.#sendsFromHead = false;
      this.#content?.push(delta);
      this.#presence.operation(number, operation.session, delta);
      this.#editsSaved = this.#editsSent;
      this.#submitDue = Infinity;
      this.#attempts = 0;
      const conflicts = this.#shown(operation.conflicts);
      if (conflicts.length > 0) this.#effects.push({ type: 'conflicts', conflicts });
      return;
    }
    const { session, author, at } = operation;
    const delta = pending.receive(operation.delta);
    this.#content?.push(operation.delta);
    this.#presence.operation(number, session, operation.delta);
    if (this.#content === null) return;
    this.#moveOwnSelection(delta, 'beforeInsert');
    const origin = { session, ...(author != null && { author }), at };
    this.#effects.push({ type: 'change', change: { delta, origin, conflicts: this.#shown(operation.conflicts) } });
  }

  /** Conflicts at places of the synchronized content, moved to where the application sees them. */
  #shown(conflicts: readonly Conflict[] | null | undefined): readonly Conflict[] {
    const deltas = this.#deltas;
    return (conflicts ?? []).map((conflict) => {
      let { start, length } = conflict;
      for (const delta of deltas) {
        const end = transformPosition(delta, start + length, 'beforeInsert');
        start = transformPosition(delta, start, 'beforeInsert');
        length = end - start;
      }
      return { ...conflict, start, length };
    });
  }

  /**
   * Puts an arriving snapshot in place as soon as that is possible. Normally at once, but three cases wait for operations:
   *
   * - The outstanding edit was applied after the snapshot's revision. The snapshot is brought forward first, so that it has the edit and nothing is
   *   there twice.
   * - Pending edits were restored without content. They are brought forward to the snapshot's revision, where it becomes their content.
   * - The outstanding edit was sent under a session that is gone. Only the operations can tell whether it was applied, so they are read, if
   *   they can be had, and the snapshot is not needed.
   */
  #settleArriving(now: number): void {
    const arriving = this.#arriving!;
    const isForeign = this.#pending!.outstanding !== null && !this.#isOwn(this.#pending!.outstanding);
    if (!arriving.isForced && this.hasPending && (this.#content === null || isForeign)) {
      if (this.#revision < arriving.revision) {
        this.#read(this.#revision, now);
      } else if (this.#revision > arriving.revision && this.#content === null) {
        const detail = `Pending edits are at revision ${this.#revision}, after the snapshot at ${arriving.revision}.`;
        this.#force(arriving, { verb: 'join', reason: 'revision_ahead', detail });
        this.#settleArriving(now);
      } else {
        this.#arriving = null;
        this.#content ??= arriving.content;
        this.#submitDue = now;
      }
    } else if (!this.#isFolding || arriving.revision >= arriving.applied.revision) {
      this.#arriving = null;
      this.#replaceContent(arriving);
      this.#submitDue = now;
    }
  }

  /** Whether operations are for the arriving snapshot, and not for the content that is here. */
  get #isFolding(): boolean {
    return this.#arriving !== null && this.#content !== null && this.#isApplied(this.#arriving.applied);
  }

  /** The operations that lead to the snapshot can't be had. Edits whose content is not known either have no place any more. */
  #force(arriving: Arriving<K>, { verb, reason, detail }: Pick<Refusal, 'verb' | 'reason' | 'detail'>): void {
    arriving.isForced = true;
    this.#readDue = Infinity;
    if (this.#content !== null || !this.hasPending) return;
    // They are handed to the application, not dropped in silence.
    const delta = composeAll(this.#deltas, this.#kind!.compose);
    this.#pending!.clear();
    this.#effects.push({ type: 'refused', refusal: { verb, reason, detail, conflicts: [], delta } });
  }

  /**
   * A snapshot in place of the synchronized content. What it changes is found by comparison and stands for an incoming operation:
   *
   *     before ──pending──▶ view          before: the synchronized content, with the outstanding edit if the snapshot has it
   *       │                   │
   *    between             change
   *       ▼                   ▼
   *    snapshot ─pending'──▶ ·            pending': the next operation, under the same sequence if the outstanding one was not applied
   */
  #replaceContent({ content, revision, applied }: Arriving<K>): void {
    const pending = this.#pending!;
    const { outstanding } = pending;
    if (this.#isApplied(applied)) {
      this.#content!.push(pending.acknowledge());
      this.#sendsFromHead = false;
      this.#editsSaved = this.#editsSent;
    } else if (outstanding !== null) {
      if (outstanding.session === this.#session) this.#sequence = outstanding.sequence - 1;
      pending.unsend();
    }
    const before = this.#content;
    this.#content = content;
    this.#revision = revision;
    this.#checkedRevision = revision;
    this.#presence.restart(revision);
    if (before === null) return;
    const delta = pending.receive(this.#kind!.between(before.value, content.value));
    if (isIdentity(delta)) return;
    this.#moveOwnSelection(delta, 'beforeInsert');
    this.#effects.push({ type: 'change', change: { delta, origin: null, conflicts: [] } });
  }

  /**
   * The log has operations of this session that are newer than what is pending here, so what is pending here is in them: a buffer is sent whole. That
   * happens when a stored state is older than the last life of its replica, and when another tab adopted it. They arrive like everybody's.
   */
  #surrenderTo(sequence: number): void {
    this.#sequence = sequence;
    const undone = this.#undoPending();
    this.#pending!.clear();
    if (undone === null) return;
    this.#moveOwnSelection(undone, 'beforeInsert');
    this.#effects.push({ type: 'change', change: { delta: undone, origin: null, conflicts: [] } });
  }

  /** From the view back to the synchronized content; null without either. */
  #undoPending(): Delta<K> | null {
    const kind = this.#kind!;
    if (this.#content === null || !this.hasPending) return null;
    const inverses: Delta<K>[] = [];
    let content = this.#content.value;
    for (const delta of this.#deltas) {
      inverses.unshift(kind.invert(delta, content));
      content = kind.apply(content, delta);
    }
    return composeAll(inverses, kind.compose);
  }

  #refusedSubmit(message: Refused, now: number): void {
    const { action, reason } = message;
    const outstanding = this.#pending?.outstanding;
    if (this.#content === null || !this.#isOwn(outstanding)) return;
    if (message.sequence != null && message.sequence !== outstanding.sequence) return;
    if (action === 'retry') {
      this.#attempts++;
      this.#submitDue = now + (message.retryAfter ?? this.#backoff());
    } else if (action === 'resync') {
      this.#sendsFromHead ||= reason === 'revision_unavailable';
      this.#rejoin(now, needsSnapshot(reason));
    } else if (reason === 'sequence_reused' || reason === 'sequence_stale') {
      // The edit is fine, its number is not: this session's memory of itself is wrong. A new session has none.
      this.#pending!.unsend();
      this.#renew(now);
    } else {
      this.#undoOutstanding(message, outstanding.delta, this.#content);
    }
  }

  #undoOutstanding(message: Refused, refused: Delta<K>, content: LazyContent<K>): void {
    const delta = this.#pending!.undoOutstanding(content.value);
    this.#submitDue = Infinity;
    this.#editsSaved = this.#editsSent;
    this.#moveOwnSelection(delta, 'beforeInsert');
    if (!isIdentity(delta)) this.#effects.push({ type: 'change', change: { delta, origin: null, conflicts: [] } });
    this.#effects.push({ type: 'refused', refusal: { ...refusalOf(message), delta: refused } });
  }

  #close({ verb, reason, detail }: Pick<Refusal, 'verb' | 'reason' | 'detail'>): void {
    this.#phase = 'closed';
    const deltas = this.#deltas;
    const delta = deltas.length > 0 ? composeAll(deltas, this.#kind!.compose) : null;
    this.#effects.push({ type: 'refused', refusal: { verb, reason, detail, conflicts: [], ...(delta !== null && { delta }) } });
  }

  /** Many changes in a row as one; what else came with them stays. */
  #mergeChanges(start: number): void {
    const effects = this.#effects.splice(start);
    const changes = effects.filter((effect) => effect.type === 'change').map(({ change }) => change);
    if (changes.length > 0) {
      const delta = composeAll(changes.map((change) => change.delta), this.#kind!.compose);
      this.#effects.push({ type: 'change', change: { delta, origin: null, conflicts: [] } });
    }
    this.#effects.push(...effects.filter((effect) => effect.type !== 'change'));
  }

  #moveOwnSelection(delta: Delta<K>, side: 'beforeInsert' | 'afterInsert'): void {
    const selection = this.#ownPresence?.selection;
    if (selection) this.#ownPresence = { ...this.#ownPresence, selection: transformSelection(delta, selection, side) };
  }
}

function refusalOf({ verb, reason, detail, conflicts }: Refused): Refusal {
  return { verb, reason, detail, conflicts: conflicts ?? [] };
}

/** Refusals that say: what this client has can't be brought forward. */
function needsSnapshot(reason: string): boolean {
  return reason === 'revision_unavailable' || reason === 'content_mismatch' || reason === 'length_mismatch' || reason === 'revision_ahead';
}
