import { Backoff } from './backoff.js';
import { isIdentity } from './delta.js';
import { type Effect, type Refusal, mergedChanges, needsSnapshot, refusalOf } from './effects.js';
import { kindOf } from './kindOf.js';
import type { Content, Delta, DeltaInput, KindName } from './kinds.js';
import { LazyContent } from './lazyContent.js';
import type { Acknowledged, ClientMessage, Closed, Joined, Measured, Operation, Operations, PresenceMessage, PresenceState, Refused, RoleMessage } from './messages.js';
import { OutgoingEdits, answerTimeout } from './outgoingEdits.js';
import { OwnPresence } from './ownPresence.js';
import { type Presence, RemotePresence } from './presence.js';
import { QualityMeter } from './qualityMeter.js';
import { Replica, type StoredContent, type StoredState } from './replica.js';
import { type Role, mayEdit } from './role.js';

/**
 * `connecting`: first join on its way; `live`; `offline`: no connection, editing goes on; `resuming`: connected again, catching up; `idle`: the server ended
 * a stay in which nothing happened, and the next edit or cursor move, or a look at the page, leads back; `signed_out`: no token can be had that the
 * server takes, editing goes on; `closed`: for good.
 */
export type DocumentStatus = 'connecting' | 'live' | 'offline' | 'resuming' | 'idle' | 'signed_out' | 'closed';

export interface DocumentStateOptions {
  readonly name?: string;
  readonly color?: string;
  /** How much the connection has received, in all. */
  readonly received?: () => number;
  /** From 0 to 1, for the jitter of retries; a test passes a seeded one. */
  readonly random?: () => number;
}

/** Milliseconds. A join that stays unanswered is not repeated, answered twice it would open two sessions: it takes another connection. */
const joinPatience = 15_000;
const backoffStart = 500;
const backoffLimit = 10_000;

/** A content check every so often: whichever comes first. */
const checkInterval = 30_000;
const checkOperations = 200;

/** More operations than this in one message are shown as one change: an editor takes a thousand small ones slowly. */
const changesLimit = 50;

/** A snapshot that has arrived and can't be put in place yet; see `#settleArriving`. */
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
  #phase: 'offline' | 'waiting' | 'joining' | 'live' | 'idle' | 'unauthenticated' | 'closed' = 'offline';
  #isConnected = false;
  /** No token can be had, or none that the server takes. */
  #isSignedOut = false;
  #isRefused = false;
  /** Null until the kind is known, by the first join or from the storage. */
  #replica: Replica<K> | null = null;
  #arriving: Arriving<K> | null = null;
  readonly #presence = new RemotePresence();
  readonly #ownPresence = new OwnPresence();

  #title: string | null = null;
  #token: string | null = null;
  /** The head when this session was admitted: until it is reached, this client is catching up. */
  #head = 0;
  /** The next join asks for a snapshot, because the content here is not to be trusted or can't be brought forward. */
  #isFresh = false;
  #subject: string | null = null;
  readonly #quality = new QualityMeter();
  #isVisible = true;

  readonly #outgoing: OutgoingEdits<K>;
  readonly #backoff: Backoff;
  #joinDue = Infinity;
  #readDue = Infinity;
  #checkDue = Infinity;
  #checkedRevision = 0;

  #effects: Effect<K>[] = [];

  constructor(
    readonly id: string,
    readonly options: DocumentStateOptions = {},
  ) {
    this.#outgoing = new OutgoingEdits(options.random);
    this.#backoff = new Backoff(backoffStart, backoffLimit, options.random);
  }

  /**
   * Goes on where another life of this replica stopped. With content this is an ordinary reconnect: join with resume and revision. Without it (too
   * large to be kept) the pending edits still know the revision that they apply to: they are moved over the operations up to a snapshot.
   */
  restore(stored: StoredState, content: StoredContent | null): void {
    this.#replica = Replica.restore<K>(stored, content);
    this.#outgoing.restore(stored);
    this.#token = stored.token === '' ? null : stored.token;
    this.#head = stored.revision;
  }

  /** What to keep while edits are pending; null while there is nothing to lose. */
  get stored(): StoredState | null {
    const { session, sequence } = this.#outgoing;
    if (this.#replica === null || session === null || !this.hasPending) return null;
    // Without a token the session is given up already, and the stored edits start a new one.
    return { ...this.#replica.stored, session, token: this.#token ?? '', sequence };
  }

  get storedContent(): StoredContent | null {
    return this.#replica?.content?.parts ?? null;
  }

  get hasContent(): boolean {
    return this.#replica !== null && this.#replica.content !== null;
  }

  get kind(): K | null {
    return this.#replica?.kind.name ?? null;
  }

  get title(): string | null {
    return this.#title;
  }

  get session(): string | null {
    return this.#outgoing.session;
  }

  get revision(): number {
    return this.#replica?.revision ?? 0;
  }

  get hasPending(): boolean {
    return this.#replica !== null && !this.#replica.pending.isEmpty;
  }

  get role(): Role | null {
    return this.#outgoing.role;
  }

  get subject(): string | null {
    return this.#subject;
  }

  get canEdit(): boolean {
    return this.#phase !== 'closed' && mayEdit(this.role);
  }

  /** The pending edits, where they are going nowhere: the role does not allow them, or the document is closed. Based on the content without them. */
  get held(): Delta<K> | null {
    return this.isHeld ? this.#replica!.composed : null;
  }

  get isHeld(): boolean {
    const pending = this.#replica?.pending;
    if (pending === undefined || pending.isEmpty) return false;
    return this.#phase === 'closed' || this.#outgoing.isForbidden(pending);
  }

  /** Whether it was the server that closed it. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  get presenceCount(): number {
    return this.#presence.count;
  }

  /** Edits made, and how many of them are durable or undone. */
  get edits(): { readonly made: number; readonly saved: number } {
    const { made, saved } = this.#outgoing;
    return { made, saved: this.hasPending ? saved : made };
  }

  get status(): DocumentStatus {
    if (this.#phase === 'closed') return 'closed';
    if (this.#phase === 'idle') return 'idle';
    if (this.#isSignedOut && this.#phase !== 'live') return 'signed_out';
    if (this.session === null) return 'connecting';
    if (this.#phase === 'offline') return 'offline';
    return this.#phase === 'live' && this.hasContent && this.revision >= this.#head ? 'live' : 'resuming';
  }

  get length(): number {
    return this.#replica?.length ?? 0;
  }

  get content(): Content<K> {
    if (!this.hasContent) throw new Error(`Document ${this.id} has no content before it is joined.`);
    return this.#replica!.view;
  }

  get presence(): ReadonlyMap<string, Presence> {
    return this.#presence.view(this.#replica?.pending.deltas ?? [], this.length);
  }

  /** When `tick` wants to be called, by the clock of the inputs; Infinity for never. */
  get deadline(): number {
    if (this.#phase === 'waiting' || this.#phase === 'joining') return this.#joinDue;
    if (this.#phase !== 'live') return Infinity;
    const submit = this.#canSubmit ? this.#outgoing.due(this.#replica!.pending) : Infinity;
    const check = this.#canCheck ? this.#checkDue : Infinity;
    const presence = this.#canSendPresence ? this.#ownPresence.due : Infinity;
    return Math.min(submit, this.#readDue, check, presence, this.#quality.due);
  }

  // Inputs.

  connected(now: number): Effect<K>[] {
    this.#isConnected = true;
    if (this.#phase !== 'closed' && this.#phase !== 'idle') this.#joinAt(now);
    return this.#settled(now);
  }

  connectionLost(): Effect<K>[] {
    this.#isConnected = false;
    if (this.#phase !== 'closed' && this.#phase !== 'idle') this.#phase = 'offline';
    this.#standBy();
    return this.#taken();
  }

  /** The connection has a token that the server took. */
  authenticated(now: number): Effect<K>[] {
    this.#isSignedOut = false;
    if (this.#phase === 'unauthenticated') this.#joinAt(now);
    return this.#settled(now);
  }

  /**
   * There is no token that the server takes. What was edited is kept; a document of which nothing is here yet is refused, because there is nothing to keep.
   *
   * @param refusal What the server said; null if it was not asked.
   */
  signedOut(refusal: Pick<Refusal, 'verb' | 'reason' | 'detail'> | null): Effect<K>[] {
    this.#isSignedOut = true;
    if (refusal !== null && this.#phase !== 'closed' && !this.hasContent && !this.hasPending) this.#close(refusal);
    return this.#taken();
  }

  /** Somebody is there again: leads back from `idle`. */
  wake(now: number): Effect<K>[] {
    this.#wake(now);
    return this.#settled(now);
  }

  /** Whether the page can be seen. What is hidden is not measured: browsers let it run once a minute. */
  visibility(isVisible: boolean, now: number): Effect<K>[] {
    if (isVisible !== this.#isVisible && this.#phase === 'live') isVisible ? this.#quality.start(now, this.#bytes) : this.#quality.stop();
    this.#isVisible = isVisible;
    if (isVisible) this.#wake(now);
    return this.#settled(now);
  }

  edit(input: DeltaInput<K>, now: number): Effect<K>[] {
    if (!this.hasContent || this.#phase === 'closed') throw new Error(`Document ${this.id} is not open.`);
    const replica = this.#replica!;
    const delta = replica.kind.normalize(input, replica.length);
    if (isIdentity(delta)) return [];
    this.#outgoing.edited(replica.pending);
    replica.edit(delta);
    this.#ownPresence.move(delta, 'afterInsert');
    this.#wake(now);
    return this.#settled(now);
  }

  setPresence(state: PresenceState | null, now: number): Effect<K>[] {
    this.#ownPresence.set(state);
    if (state !== null) this.#wake(now);
    return this.#settled(now);
  }

  /** Takes the held edits out of the view; null if none are held. */
  discard(): { readonly discarded: Delta<K> | null; readonly effects: Effect<K>[] } {
    const discarded = this.held;
    if (discarded !== null) this.#change(this.#replica!.discard());
    return { discarded, effects: this.#taken() };
  }

  joined(message: Joined<K>, now: number): Effect<K>[] {
    if (this.#phase === 'closed') return [];
    const replica = (this.#replica ??= new Replica(kindOf(message.kind)));
    this.#phase = 'live';
    this.#isFresh = false;
    this.#isSignedOut = false;
    this.#standBy();
    if (this.#isVisible) this.#quality.start(now, this.#bytes);
    this.#checkDue = now + checkInterval;
    this.#title = message.title ?? null;
    this.#subject = message.subject ?? null;
    this.#setRole(message.role ?? null);
    this.#token = message.token;
    this.#head = message.revision;
    this.#ownPresence.announce();
    this.#presence.reset(replica.revision, message.presence, message.session, message.count ?? null);
    this.#effects.push({ type: 'presence' });

    if (this.#outgoing.admitted(message.session, message.applied.sequence)) this.#surrender();
    replica.settleRestored();

    if (message.snapshot) {
      const { revision, content } = message.snapshot;
      this.#arriving = { content: new LazyContent(replica.kind, content), revision, applied: message.applied, isForced: false };
      this.#settleArriving(now);
    } else if (replica.content === null) {
      this.#rejoin(now, true);
    } else if (this.#isApplied(message.applied) && message.applied.revision <= replica.revision) {
      // It was applied at a revision that is here already and was not seen there: this replica is not what it believes to be.
      this.#rejoin(now, true);
    }
    if (this.#phase === 'live' && this.#arriving === null && !this.#isApplied(message.applied)) this.#outgoing.repeatAt(now);
    return this.#settled(now);
  }

  operations({ revision: first, operations }: Operations<K>, now: number): Effect<K>[] {
    // Between a join and its answer the old stream may still run; the answer leads on from what was asked for.
    if (this.#phase !== 'live') return [];
    const changesBefore = this.#effects.length;
    const isCaughtUp = this.hasContent && this.revision >= this.#head;
    for (const [i, operation] of operations.entries()) {
      const number = first + i;
      const folding = this.#isFolding ? this.#arriving : null;
      const at = folding?.revision ?? this.revision;
      if (number <= at) continue;
      if (number > at + 1) {
        this.#read(at, now);
        break;
      }
      this.#readDue = Infinity;
      if (isCaughtUp) this.#quality.received(operation.at, operation.session === this.session, now);
      if (folding !== null) {
        folding.content.push(operation.delta);
        folding.revision = number;
      } else {
        this.#receive(operation, number);
      }
      if (this.#arriving !== null) this.#settleArriving(now);
    }
    if (operations.length > changesLimit) this.#effects.push(...mergedChanges(this.#effects.splice(changesBefore), this.#replica!.kind));
    if (!this.#presence.isEmpty) this.#effects.push({ type: 'presence' });
    return this.#settled(now);
  }

  acknowledged({ sequence, revision }: Acknowledged, now: number): Effect<K>[] {
    if (this.#phase !== 'live' || this.#replica === null || this.#outgoing.own(this.#replica.pending)?.sequence !== sequence) return [];
    // It was applied before. The stream has it, if that revision is still to come; else it passed by unrecognised.
    if (revision > this.revision) this.#read(this.revision, now);
    else this.#rejoin(now, true);
    return this.#settled(now);
  }

  presenceChanged({ updates, left, count }: PresenceMessage, now: number): Effect<K>[] {
    if (this.session === null) return [];
    if (this.#presence.update(updates ?? [], this.session, count ?? null)) this.#ownPresence.refresh(now, this.revision);
    this.#presence.leave(left ?? []);
    this.#effects.push({ type: 'presence' });
    return this.#settled(now);
  }

  roleChanged({ role }: RoleMessage, now: number): Effect<K>[] {
    if (this.#phase === 'live' || this.#phase === 'joining') this.#setRole(role);
    return this.#settled(now);
  }

  measured(message: Measured, now: number): Effect<K>[] {
    this.#quality.measured(message, now);
    return this.#settled(now);
  }

  refused(message: Refused, now: number): Effect<K>[] {
    const { verb, action, reason } = message;
    if (action === 'authenticate') {
      if (this.#phase === 'live' || this.#phase === 'joining') this.#awaitToken();
    } else if (verb === 'join') {
      if (this.#phase !== 'joining') return [];
      if (reason === 'token_invalid' && this.#token !== null) this.#renew(now);
      else if (action === 'give_up') this.#close(message);
      else this.#rejoin(now, needsSnapshot(reason), message.retryAfter);
      if (reason === 'server_shutdown') this.#effects.push({ type: 'reconnect' });
    } else if (this.#phase === 'live') {
      if (verb === 'submit') this.#refusedSubmit(message, now);
      else if (verb === 'read' && action === 'retry') this.#readDue = now + (message.retryAfter ?? this.#backoff.next());
      else if (verb === 'read' && this.#arriving !== null && !this.#isFolding) this.#force(this.#arriving, message);
      else if (verb === 'read' && action === 'give_up') this.#rejoin(now, true);
      else if (action === 'resync') this.#rejoin(now, needsSnapshot(reason));
      else if (action === 'retry') this.#postpone(verb, now + (message.retryAfter ?? this.#backoff.next()));
      // A server from before there was this verb calls it so.
      else if (verb === 'quality' || verb === '?') this.#quality.stop();
      else if (action === 'give_up') this.#effects.push({ type: 'refused', refusal: refusalOf(message) });
      if (this.#arriving !== null) this.#settleArriving(now);
    }
    return this.#settled(now);
  }

  /** The server ended this session's stay. Superseded means that the session has another owner now: this replica goes on as a new one. */
  closed({ reason, action }: Closed, now: number): Effect<K>[] {
    if (this.#phase === 'closed' || this.#phase === 'idle') return [];
    if (reason === 'superseded') this.#renew(now);
    else if (action === 'authenticate') this.#awaitToken();
    else if (action === 'give_up') this.#close({ verb: 'join', reason, detail: `The server closed the session: ${reason}.` });
    // At once it would only be idle again; but what was edited meanwhile is on its way.
    else if (reason === 'inactive_timeout' && (!this.hasPending || this.isHeld)) this.#sleep();
    else this.#rejoin(now, false);
    if (reason === 'server_shutdown') this.#effects.push({ type: 'reconnect' });
    return this.#settled(now);
  }

  tick(now: number): Effect<K>[] {
    return this.#settled(now);
  }

  /** Takes every pending edit out of the view, because somebody else has them now: the tab that adopted what this one had stored. */
  surrender(): Effect<K>[] {
    if (this.hasPending) this.#surrender();
    return this.#taken();
  }

  /** Leaves for good. */
  leave(): Effect<K>[] {
    if (this.#phase === 'live' || this.#phase === 'joining') this.#send({ target: 'leave', body: { document: this.id } });
    this.#phase = 'closed';
    return this.#taken();
  }

  // What follows from the inputs.

  get #bytes(): number {
    return this.options.received?.() ?? 0;
  }

  #joinAt(now: number): void {
    this.#phase = 'waiting';
    this.#joinDue = now;
  }

  /** Nothing is expected on this stay any more. */
  #standBy(): void {
    this.#arriving = null;
    this.#readDue = Infinity;
    this.#outgoing.stop();
    this.#quality.stop();
  }

  /** Whoever knows the token sends it, and says when it was taken. */
  #awaitToken(): void {
    this.#phase = 'unauthenticated';
    this.#standBy();
  }

  #sleep(): void {
    this.#phase = 'idle';
    this.#standBy();
    this.#presence.clear();
    this.#effects.push({ type: 'presence' });
  }

  #wake(now: number): void {
    if (this.#phase !== 'idle') return;
    if (this.#isConnected) this.#joinAt(now);
    else this.#phase = 'offline';
  }

  #setRole(role: Role | null): void {
    if (this.#outgoing.setRole(role)) this.#effects.push({ type: 'role' });
  }

  /** A verb that matters to nobody else was too much for the server: later, then. */
  #postpone(verb: string, until: number): void {
    if (verb === 'presence') this.#ownPresence.postpone(until);
    else if (verb === 'quality') this.#quality.postpone(until);
    else if (verb === 'check') {
      this.#checkedRevision = Math.min(this.#checkedRevision, this.revision - 1);
      this.#checkDue = until;
    }
  }

  #taken(): Effect<K>[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Does everything that is due. */
  #settled(now: number): Effect<K>[] {
    if (this.#phase === 'waiting' && now >= this.#joinDue) this.#join(now);
    if (this.#phase === 'joining' && now >= this.#joinDue) {
      this.#joinDue = Infinity;
      this.#effects.push({ type: 'reconnect' });
    }
    if (this.#phase === 'live') {
      this.#submitNext(now);
      if (now >= this.#readDue) this.#read(this.#isFolding ? this.#arriving!.revision : this.revision, now, true);
      this.#check(now);
      this.#sendPresence(now);
      this.#report(now);
    }
    return this.#taken();
  }

  #join(now: number): void {
    const { name, color } = this.options;
    const resume = this.session !== null && this.#token !== null ? { session: this.session, token: this.#token } : undefined;
    this.#phase = 'joining';
    this.#joinDue = now + joinPatience;
    this.#send({
      target: 'join',
      body: {
        document: this.id,
        version: 1,
        ...(name !== undefined && { name }),
        ...(color !== undefined && { color }),
        ...(resume !== undefined && { resume }),
        ...(this.hasContent && !this.#isFresh && { revision: this.revision }),
      },
    });
  }

  /** The first time at once, then with backoff until something is applied: a server that refuses again and again is not to be hammered. */
  #rejoin(now: number, isFresh: boolean, delay?: number | null): void {
    this.#isFresh ||= isFresh;
    this.#standBy();
    const isFirst = this.#backoff.isFresh;
    const wait = this.#backoff.next();
    if (this.#phase === 'offline') return;
    this.#phase = 'waiting';
    this.#joinDue = now + (delay ?? (isFirst ? 0 : wait));
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

  get #canSubmit(): boolean {
    return this.hasContent && this.#arriving === null;
  }

  #submitNext(now: number): void {
    if (!this.#canSubmit) return;
    const due = this.#outgoing.take(this.#replica!, this.revision >= this.#head, now);
    if (due === null) return;
    const { sequence, base, delta } = due.operation;
    this.#quality.submitted(due.isAgain);
    this.#send({ target: 'submit', body: { document: this.id, sequence, base, delta } });
  }

  #read(from: number, now: number, isRepeated = false): void {
    // One is on its way; what arrives until it is answered shows the same gap.
    if (this.#readDue !== Infinity && !isRepeated) return;
    this.#readDue = now + answerTimeout;
    this.#send({ target: 'read', body: { document: this.id, from } });
  }

  get #canCheck(): boolean {
    return this.#canSubmit && this.#checkedRevision !== this.revision && this.revision >= this.#head;
  }

  #check(now: number): void {
    if (!this.#canCheck || (now < this.#checkDue && this.revision - this.#checkedRevision < checkOperations)) return;
    const { kind, content, revision } = this.#replica!;
    this.#checkDue = now + checkInterval;
    this.#checkedRevision = revision;
    this.#backoff.reset();
    this.#send({ target: 'check', body: { document: this.id, revision, hash: kind.hash(content!.value) } });
  }

  /** Positions are said at a revision that others have too: while an edit is on its way there is none. One that is held has to be thought away. */
  get #canSendPresence(): boolean {
    return this.hasContent && (!this.hasPending || this.isHeld) && this.revision >= this.#head;
  }

  #sendPresence(now: number): void {
    if (!this.#canSendPresence || now < this.#ownPresence.due) return;
    const state = this.#ownPresence.take(now, this.hasPending ? this.#replica!.inverse : null, this.revision);
    this.#send({ target: 'presence', body: { document: this.id, revision: this.revision, state } });
  }

  #report(now: number): void {
    const report = this.#quality.take(now, this.#bytes);
    if (report !== null) this.#send({ target: 'quality', body: { document: this.id, ...report } });
  }

  #send(message: ClientMessage): void {
    this.#effects.push({ type: 'send', message });
  }

  #isApplied(applied: Joined['applied']): boolean {
    const outstanding = this.#outgoing.own(this.#replica!.pending);
    return outstanding !== null && applied.sequence >= outstanding.sequence;
  }

  #receive(operation: Operation<K>, number: number): void {
    const replica = this.#replica!;
    const { session, author, at } = operation;
    const { outstanding } = replica.pending;
    const isOwn = outstanding !== null && session === outstanding.session && operation.sequence === outstanding.sequence;
    if (isOwn) {
      this.#presence.operation(number, session, replica.acknowledge(number));
      this.#outgoing.acknowledged();
      this.#backoff.reset();
      const conflicts = replica.shown(operation.conflicts);
      if (conflicts.length > 0) this.#effects.push({ type: 'conflicts', conflicts });
      return;
    }
    const delta = replica.receive(operation.delta, number);
    this.#presence.operation(number, session, operation.delta);
    if (replica.content === null) return;
    this.#ownPresence.move(delta, 'beforeInsert');
    const origin = { session, ...(author != null && { author }), at };
    this.#effects.push({ type: 'change', change: { delta, origin, conflicts: replica.shown(operation.conflicts) } });
  }

  /** A change of the view that is nobody's operation. */
  #change(delta: Delta<K> | null): void {
    if (delta === null || isIdentity(delta)) return;
    this.#ownPresence.move(delta, 'beforeInsert');
    this.#effects.push({ type: 'change', change: { delta, origin: null, conflicts: [] } });
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
    const replica = this.#replica!;
    const { pending } = replica;
    const isForeign = pending.outstanding !== null && this.#outgoing.own(pending) === null;
    if (!arriving.isForced && this.hasPending && (replica.content === null || isForeign)) {
      if (replica.revision < arriving.revision) {
        this.#read(replica.revision, now);
      } else if (replica.revision > arriving.revision && replica.content === null) {
        const detail = `Pending edits are at revision ${replica.revision}, after the snapshot at ${arriving.revision}.`;
        this.#force(arriving, { verb: 'join', reason: 'revision_ahead', detail });
        this.#settleArriving(now);
      } else {
        this.#arriving = null;
        replica.content ??= arriving.content;
        if (!this.#isApplied(arriving.applied)) this.#outgoing.repeatAt(now);
      }
    } else if (!this.#isFolding || arriving.revision >= arriving.applied.revision) {
      this.#arriving = null;
      this.#replaceContent(arriving);
    }
  }

  /** Whether operations are for the arriving snapshot, and not for the content that is here. */
  get #isFolding(): boolean {
    return this.#arriving !== null && this.hasContent && this.#isApplied(this.#arriving.applied);
  }

  /** The operations that lead to the snapshot can't be had. Edits whose content is not known either have no place any more. */
  #force(arriving: Arriving<K>, refusal: Pick<Refusal, 'verb' | 'reason' | 'detail'>): void {
    arriving.isForced = true;
    this.#readDue = Infinity;
    const { pending, composed } = this.#replica!;
    if (this.hasContent || composed === null) return;
    pending.clear();
    this.#lose(refusal, composed);
  }

  /** Edits that can't be placed are handed to the application, not dropped in silence. */
  #lose({ verb, reason, detail }: Pick<Refusal, 'verb' | 'reason' | 'detail'>, delta: Delta<K> | null): void {
    this.#effects.push({ type: 'refused', refusal: { verb, reason, detail, conflicts: [], ...(delta !== null && { delta }) } });
  }

  #replaceContent({ content, revision, applied }: Arriving<K>): void {
    const hasOutstanding = this.#isApplied(applied);
    if (hasOutstanding) this.#outgoing.acknowledged();
    const delta = this.#replica!.replace(content, revision, hasOutstanding);
    this.#checkedRevision = revision;
    this.#presence.restart(revision);
    this.#change(delta);
  }

  #surrender(): void {
    const { change, lost } = this.#replica!.surrender();
    this.#change(change);
    if (lost !== null) this.#lose({ verb: 'join', reason: 'revision_unavailable', detail: 'The log is ahead of what was stored, and its content was not.' }, lost);
  }

  #refusedSubmit(message: Refused, now: number): void {
    const { action, reason } = message;
    const { pending, content } = this.#replica!;
    const outstanding = this.#outgoing.own(pending);
    if (content === null || outstanding === null) return;
    if (message.sequence != null && message.sequence !== outstanding.sequence) return;
    if (action === 'retry') {
      this.#outgoing.repeatAt(now + (message.retryAfter ?? this.#backoff.next()));
    } else if (action === 'resync') {
      if (reason === 'revision_unavailable') this.#outgoing.sendFromHead();
      this.#rejoin(now, needsSnapshot(reason));
    } else if (reason === 'forbidden') {
      if (!this.#outgoing.hold(pending, now)) this.#rejoin(now, false);
    } else if (reason === 'sequence_reused' || reason === 'sequence_stale') {
      // The edit is fine, its number is not: this session's memory of itself is wrong. A new session has none.
      pending.unsend();
      this.#renew(now);
    } else {
      this.#outgoing.undone();
      this.#change(this.#replica!.undoOutstanding());
      this.#effects.push({ type: 'refused', refusal: { ...refusalOf(message), delta: outstanding.delta } });
    }
  }

  #close(refusal: Pick<Refusal, 'verb' | 'reason' | 'detail'>): void {
    this.#phase = 'closed';
    this.#isRefused = true;
    this.#standBy();
    this.#presence.clear();
    this.#effects.push({ type: 'role' });
    this.#lose(refusal, this.#replica?.composed ?? null);
  }
}
