import assert from 'node:assert/strict';
import { canonicalJson } from '../src/canonicalJson.js';
import { lengthsOf } from '../src/delta.js';
import type { DocumentKind } from '../src/documentKind.js';
import { DocumentState } from '../src/documentState.js';
import type { StoredContent, StoredState } from '../src/replica.js';
import type { Effect } from '../src/effects.js';
import { type Content, type Delta, type KindName, type Role, kindOf } from '../src/index.js';
import type { Action, ClientMessage, ClientMessages, DocumentMessages, Joined, Operation } from '../src/messages.js';
import { UnansweredJoins } from '../src/unansweredJoins.js';
import { Random } from './random.js';

type ServerMessage = { [T in keyof DocumentMessages]: { target: T; body: DocumentMessages[T] } }[keyof DocumentMessages];

/** One life of a WebSocket: both directions keep their order, and what is under way when it is cut is lost. */
class Wire {
  readonly joins = new UnansweredJoins();
  isOpen = true;
  lastUp = 0;
  lastDown = 0;
  session: string | null = null;
  /** The revision up to which this connection has been sent everything. */
  sent = 0;
  /** What its person may do, as this host knows it. */
  role: Role = 'editor';
  isAuthenticated = true;

  constructor(readonly client: Client) {}
}

/** What the real authority does, in a hundred lines and without durability: it orders, rebases one by one, applies each (session, sequence) once, and fences. */
class Authority<K extends KindName> {
  readonly log: (Operation<K> & { submitted: string })[] = [];
  readonly contents: Content<K>[];
  readonly wires = new Set<Wire>();
  isReliable = false;
  readonly #sessions = new Map<string, { token: string; wire: Wire | null }>();

  constructor(
    readonly kind: DocumentKind<K>,
    readonly random: Random,
    readonly send: (wire: Wire, message: ServerMessage) => void,
  ) {
    this.contents = [(kind.name === 'text' ? '' : [{ insert: '\n' }]) as Content<K>];
  }

  get head(): number {
    return this.log.length;
  }

  receive(wire: Wire, { target, body }: ClientMessage): void {
    if (!wire.isAuthenticated) this.#refuse(wire, target, 'unauthenticated', 'authenticate');
    else if (target === 'join') this.#join(wire, body);
    else if (target === 'submit') this.#submit(wire, body);
    else if (target === 'read') this.#read(wire, body.from);
    else if (target === 'check') assert.equal(body.hash, this.kind.hash(this.contents[body.revision]!), `content at revision ${body.revision} differs`);
    else if (target === 'presence') this.#presence(wire, body);
    else if (target === 'leave') this.#leave(wire);
  }

  isResumable(session: string): boolean {
    return this.#sessions.get(session)?.token !== 'expired';
  }

  /** Resume tokens stop being good: a key was lost, or they expired. */
  forgetTokens(): void {
    for (const session of this.#sessions.values()) session.token = 'expired';
  }

  /** What somebody may do has changed: said at once, though what they sent before may be refused later. */
  grant(wire: Wire, role: Role): void {
    if (wire.role === role) return;
    wire.role = role;
    if (this.wires.has(wire)) this.send(wire, { target: 'role', body: { document: 'd', role } });
  }

  /** The token of a connection ends, and with it every stay. */
  expire(wire: Wire): void {
    wire.isAuthenticated = false;
    this.#end(wire, 'token_expired', 'authenticate');
  }

  /** Nothing happened on a stay for a while, as far as this host can tell. */
  idle(wire: Wire): void {
    this.#end(wire, 'inactive_timeout', 'resync');
  }

  #end(wire: Wire, reason: string, action: 'resync' | 'authenticate'): void {
    if (this.#leave(wire)) this.send(wire, { target: 'closed', body: { document: 'd', reason, action } });
  }

  #leave(wire: Wire): boolean {
    if (!this.wires.delete(wire)) return false;
    for (const session of this.#sessions.values()) if (session.wire === wire) session.wire = null;
    wire.session = null;
    return true;
  }

  /** An edit through REST that changes nothing: whoever missed a push sees the gap now. */
  touch(): void {
    const delta = this.kind.identity(this.kind.lengthOf(this.contents.at(-1)!));
    this.contents.push(this.contents.at(-1)!);
    this.log.push({ session: 'api-touch', sequence: this.head + 1, at: 0, delta, submitted: '{"delta":[]}' });
    this.isReliable = true;
    for (const wire of this.wires) this.#push(wire);
  }

  #join(wire: Wire, { resume, revision }: ClientMessages['join']): void {
    const { random } = this;
    if (random.chance(0.05)) return this.#refuse(wire, 'join', 'overloaded', 'retry');
    const known = resume && this.#sessions.get(resume.session);
    if (resume && known?.token !== resume.token) {
      // A session that can't be resumed is over: what is still under way from its last connection comes too late.
      if (known) known.wire = null;
      return this.#refuse(wire, 'join', 'token_invalid', 'give_up');
    }
    const session = resume?.session ?? `s${this.#sessions.size + 1}`;
    const token = known?.token ?? `t${random.int(1e9)}`;
    if (known?.wire && known.wire !== wire) {
      this.send(known.wire, { target: 'closed', body: { document: 'd', reason: 'superseded', action: 'resync' } });
      this.wires.delete(known.wire);
    }
    this.#sessions.set(session, { token, wire });
    wire.session = session;
    const isNear = revision !== undefined && revision <= this.head && this.head - revision <= 15 && !random.chance(0.3);
    const from = isNear ? revision : Math.max(0, this.head - random.int(4));
    const applied = this.log.findLastIndex((operation) => operation.session === session);
    const joined: Joined<K> = {
      document: 'd',
      session,
      token,
      epoch: 1,
      kind: this.kind.name,
      policy: 'merge',
      revision: this.head,
      applied: applied < 0 ? { sequence: 0, revision: 0 } : { sequence: this.log[applied]!.sequence, revision: applied + 1 },
      ...(!isNear && { snapshot: { revision: from, content: this.contents[from]! } }),
      presence: [],
      role: wire.role,
    };
    this.send(wire, { target: 'joined', body: joined as Joined });
    this.wires.add(wire);
    wire.sent = from;
    this.#push(wire);
  }

  #submit(wire: Wire, { sequence, base, delta }: ClientMessages['submit']): void {
    const { random } = this;
    const session = wire.session;
    const refuse = (reason: string, action: 'retry' | 'resync' | 'give_up'): void => this.#refuse(wire, 'submit', reason, action, sequence);
    if (session === null || this.#sessions.get(session)!.wire !== wire) return refuse('not_admitted', 'resync');
    if (wire.role === 'viewer') return refuse('forbidden', 'give_up');
    const submitted = canonicalJson({ base, delta });
    const earlier = this.log.findIndex((operation) => operation.session === session && operation.sequence === sequence);
    if (earlier >= 0 && this.log[earlier]!.submitted !== submitted) return refuse('sequence_reused', 'give_up');
    if (earlier >= 0) return this.send(wire, { target: 'acknowledged', body: { document: 'd', sequence, revision: earlier + 1 } });
    if (this.log.some((operation) => operation.session === session && operation.sequence > sequence)) return refuse('sequence_stale', 'give_up');
    if (base > this.head) return refuse('revision_ahead', 'resync');
    if (this.head - base > 25) return refuse('revision_unavailable', 'resync');
    if (random.chance(0.05)) return refuse('storage_unavailable', 'retry');
    if (random.chance(0.02)) return refuse('conflict', 'give_up');
    const rebased = this.log.slice(base).reduce((moved, over) => this.kind.transform(moved, over.delta, 'overFirst'), delta as Delta<K>);
    this.contents.push(this.kind.apply(this.contents.at(-1)!, rebased));
    this.log.push({ session, sequence, at: 0, delta: rebased, submitted });
    for (const other of this.wires) this.#push(other);
  }

  #read(wire: Wire, from: number): void {
    if (this.head - from > 200) return this.#refuse(wire, 'read', 'revision_unavailable', 'resync');
    wire.sent = from;
    this.#push(wire);
  }

  #presence(wire: Wire, { revision, state }: ClientMessages['presence']): void {
    const length = this.kind.lengthOf(this.contents[revision]!);
    const { anchor, head } = state!.selection!;
    assert.ok(anchor <= length && head <= length, `selection ${anchor}–${head} is outside the ${length} code units of revision ${revision}`);
    const updates = [{ session: wire.session!, revision, state }];
    for (const other of this.wires) this.send(other, { target: 'presence', body: { document: 'd', updates } });
  }

  /** Sometimes a push is lost on the way from another host: a gap, for the client to notice. */
  #push(wire: Wire): void {
    if (!wire.isOpen || wire.sent >= this.head) return;
    const first = wire.sent + 1;
    wire.sent = this.head;
    if (!this.isReliable && this.random.chance(0.03)) return;
    const operations = this.log.slice(first - 1).map(({ submitted: _, ...operation }) => operation as Operation);
    this.send(wire, { target: 'operations', body: { document: 'd', revision: first, operations } });
  }

  #refuse(wire: Wire, verb: string, reason: string, action: Action, sequence?: number): void {
    this.send(wire, { target: 'refused', body: { document: 'd', verb, reason, action, detail: '', ...(sequence !== undefined && { sequence }) } });
  }
}

interface Slot {
  readonly state: StoredState;
  readonly content: StoredContent | null;
}

/** A person at a page: an editor that knows only changes, the state machine, and the browser's storage. */
class Client {
  state!: DocumentState;
  wire: Wire | null = null;
  /** What the person sees; null until there is content. */
  editor: Content<KindName> | null = null;
  slot: Slot | null = null;
  tickAt = Infinity;
  /** Marks in edits that a crash may take, because they were not stored. */
  unstored = new Set<string>();
  /** What the storage held before its last write, and the marks typed since: what is left when the power fails before the browser has written. */
  olderSlot: Slot | null = null;
  unstoredSinceOlder = new Set<string>();
  /** What the storage had kept when the power failed, until its session is resumed. */
  outdated: StoredState | null = null;
}

/** Everything that one seed decides. Throws with the seed if at rest the replicas differ, or a mark is lost or there twice. */
export function simulate(name: KindName, seed: number, isReopening = false): { operations: number } {
  return new Simulation(name, seed, isReopening).run(300);
}

class Simulation {
  readonly #random: Random;
  readonly #kind: DocumentKind<KindName>;
  readonly #authority: Authority<KindName>;
  readonly #clients: Client[] = [];
  readonly #events: { at: number; order: number; run: () => void }[] = [];
  #now = 0;
  #order = 0;
  #isCalm = false;
  #marks = 0;
  /** Every mark that was typed; each is one character that nobody else types. */
  readonly #typed = new Set<string>();
  /** Marks that may be missing: deleted before they were sent, refused for good, or unstored in a crash. */
  readonly #excused = new Set<string>();
  /** Marks that may be there twice: restored from a storage that was behind, and nothing is left that tells what the log has, as a session that is resumed does. */
  readonly #doubtful = new Set<string>();

  constructor(
    name: KindName,
    seed: number,
    /** Documents are closed and opened again while the connection stays. */
    readonly isReopening: boolean,
  ) {
    this.#random = new Random(seed);
    this.#kind = kindOf(name);
    this.#authority = new Authority(this.#kind, this.#random, (wire, message) => this.#down(wire, message));
    for (let i = 0; i < 2 + this.#random.int(3); i++) {
      const client = new Client();
      this.#clients.push(client);
      this.#start(client);
    }
  }

  run(steps: number): { operations: number } {
    for (let i = 0; i < steps; i++) {
      this.#runUntil(this.#now + this.#random.int(300));
      this.#act(this.#random.pick(this.#clients));
    }
    this.#isCalm = true;
    for (const client of this.#clients) if (client.wire === null) this.#connect(client);
    for (const client of this.#clients) this.#authority.grant(client.wire!, 'editor');
    this.#authority.touch();
    // What is on its way may be the news that somebody was idle for too long; then everybody looks at their page again.
    this.#runUntil(this.#now + 60_000);
    for (const client of this.#clients) this.#perform(client, client.state.wake(this.#now));
    this.#runUntil(this.#now + 900_000);
    this.#verify();
    return { operations: this.#authority.head };
  }

  #act(client: Client): void {
    const random = this.#random;
    const dice = random.next();
    if (dice < 0.7) this.#edit(client);
    else if (dice < 0.78) this.#select(client);
    else if (dice < 0.83) this.isReopening && random.chance(0.7) ? this.#reopen(client) : this.#cut(client);
    else if (dice < 0.9) client.wire === null && this.#connect(client);
    else if (dice < 0.94) this.#store(client, random.chance(0.7));
    else if (dice < 0.97) this.#reload(client, random.chance(0.5));
    else if (dice < 0.975) this.#authority.forgetTokens();
    else if (dice < 0.985) client.wire !== null && this.#authority.grant(client.wire, random.pick(['editor', 'viewer', 'viewer']));
    else if (dice < 0.99) client.wire !== null && this.#authority.idle(client.wire);
    else if (dice < 0.995) client.wire !== null && this.#expire(client.wire);
    else this.#runUntil(this.#now + random.int(40_000));
  }

  /** The connection gets another token, sooner or later. */
  #expire(wire: Wire): void {
    this.#authority.expire(wire);
    this.#at(this.#now + this.#random.int(20_000), () => {
      wire.isAuthenticated = true;
      wire.lastDown = Math.max(wire.lastDown, this.#now + this.#delay());
      this.#at(wire.lastDown, () => {
        if (wire.client.wire === wire) this.#perform(wire.client, wire.client.state.authenticated(this.#now));
      });
    });
  }

  #edit(client: Client): void {
    if (client.editor === null || client.state.status === 'closed') return;
    const random = this.#random;
    const length = this.#kind.lengthOf(client.editor);
    const start = random.int(length + 1);
    const removed = random.chance(0.3) ? Math.min(random.int(4), length - start) : 0;
    const mark = random.chance(0.8) ? String.fromCharCode(0x4e00 + this.#marks++) : '';
    const components: (object | number | string)[] = [];
    if (this.#kind.name === 'text') components.push(start, mark, -removed);
    else components.push({ retain: start }, ...(mark ? [{ insert: mark, ...(random.chance(0.3) && { attributes: { bold: true } }) }] : []), { delete: removed });
    if (this.#kind.name === 'richtext' && random.chance(0.3)) {
      const rest = length - start - removed;
      components.push({ retain: Math.min(rest, random.int(5)), attributes: { color: random.pick(['red', 'blue', null]) } });
    }
    const delta = this.#kind.normalize(components as never, length);
    for (const gone of marksOf(this.#kind.invert(delta, client.editor))) this.#excused.add(gone);
    if (mark !== '') this.#typed.add(mark);
    if (mark !== '') client.unstored.add(mark);
    if (mark !== '') client.unstoredSinceOlder.add(mark);
    client.editor = this.#kind.apply(client.editor, delta);
    this.#perform(client, client.state.edit(components as never, this.#now));
  }

  #select(client: Client): void {
    if (client.editor === null) return;
    const length = this.#kind.lengthOf(client.editor);
    const selection = { anchor: this.#random.int(length + 1), head: this.#random.int(length + 1) };
    this.#perform(client, client.state.setPresence({ selection }, this.#now));
  }

  #reopen(client: Client): void {
    if (client.wire === null) return;
    this.#perform(client, client.state.leave());
    if (client.state.hasContent) this.#store(client, this.#random.chance(0.7));
    this.#open(client);
    this.#perform(client, client.state.connected(this.#now));
  }

  #start(client: Client): void {
    this.#open(client);
    this.#connect(client);
  }

  #open(client: Client): void {
    client.state = new DocumentState('d', { random: () => this.#random.next() });
    if (client.slot !== null) {
      const { state, content } = JSON.parse(JSON.stringify(client.slot)) as Slot;
      client.state.restore(state, content);
    }
    client.editor = client.state.hasContent ? client.state.content : null;
    client.unstored.clear();
    client.olderSlot = null;
  }

  #connect(client: Client): void {
    client.wire = new Wire(client);
    this.#perform(client, client.state.connected(this.#now));
  }

  #cut(client: Client): void {
    if (client.wire === null) return;
    this.#close(client);
    this.#perform(client, client.state.connectionLost());
  }

  #close(client: Client): void {
    client.wire!.isOpen = false;
    this.#authority.wires.delete(client.wire!);
    client.wire = null;
  }

  #store(client: Client, hasContent: boolean): void {
    const { stored, storedContent } = client.state;
    client.olderSlot = client.slot;
    client.unstoredSinceOlder = new Set(client.unstored);
    client.slot = stored && { state: stored, content: hasContent ? storedContent : null };
    if (client.slot !== null) client.slot = JSON.parse(JSON.stringify(client.slot)) as Slot;
    client.unstored.clear();
  }

  /** A page goes, in order (it stores what is pending) or by a crash, and comes back. */
  #reload(client: Client, isCrash: boolean): void {
    if (client.wire !== null) this.#close(client);
    // Not together with a lost session or token: then nothing is left that could tell that the stored edits are in the log already, or on their way under another name.
    const older = isCrash && client.olderSlot?.state.session === client.state.session ? client.olderSlot : null;
    const isPowerLost = older !== null && this.#authority.isResumable(older.state.session) && this.#random.chance(0.5);
    if (isCrash) for (const mark of isPowerLost ? client.unstoredSinceOlder : client.unstored) this.#excused.add(mark);
    if (isPowerLost) {
      // Edited when the power had failed before: whether they went out since, no storage tells.
      this.#doubt(older.state.early);
      [client.slot, client.outdated] = [older, older.state];
    } else if (!isCrash && client.state.hasContent) this.#store(client, this.#random.chance(0.7));
    this.#start(client);
  }

  #perform(client: Client, effects: readonly Effect[]): void {
    const { wire } = client;
    for (const effect of effects) {
      if (effect.type === 'change') {
        if (client.editor === null) continue;
        client.editor = this.#kind.apply(client.editor, effect.change.delta);
      } else if (effect.type === 'refused') {
        for (const mark of marksOf(effect.refusal.delta ?? [])) this.#excused.add(mark);
      } else if (effect.type === 'reconnect') {
        this.#at(this.#now, () => {
          if (client.wire !== wire) return;
          this.#cut(client);
          this.#connect(client);
        });
      } else if (effect.type === 'send') {
        if (effect.message.target === 'submit' && client.slot !== null) this.#store(client, client.slot.content !== null);
        if (wire !== null) this.#up(wire, effect.message);
      }
    }
    if (client.editor === null && client.state.hasContent) client.editor = client.state.content;
    if (!client.state.hasPending) {
      client.olderSlot = client.slot ?? client.olderSlot;
      client.slot = null;
      client.unstored.clear();
    }
    if (client.editor !== null) {
      assert.equal(this.#kind.lengthOf(client.editor), client.state.length, 'the length is that of what the editor shows');
      for (const { selection } of client.state.presence.values()) assert.ok(selection === null || selection.head <= client.state.length);
    }
    const due = client.state.deadline;
    if (due === Infinity || due === client.tickAt) return;
    client.tickAt = due;
    const { state } = client;
    this.#at(Math.max(due, this.#now), () => {
      if (client.tickAt === due) client.tickAt = Infinity;
      if (client.state === state) this.#perform(client, state.tick(this.#now));
    });
  }

  #up(wire: Wire, message: ClientMessage): void {
    wire.lastUp = Math.max(wire.lastUp, this.#now + this.#delay());
    const sent = JSON.parse(JSON.stringify(message)) as ClientMessage;
    wire.joins.sent(sent);
    this.#at(wire.lastUp, () => {
      // What was sent before the cut may still arrive after it.
      if (wire.isOpen || this.#random.chance(0.3)) this.#authority.receive(wire, sent);
    });
  }

  #down(wire: Wire, { target, body }: ServerMessage): void {
    wire.lastDown = Math.max(wire.lastDown, this.#now + this.#delay());
    const sent = JSON.parse(JSON.stringify(body)) as never;
    this.#at(wire.lastDown, () => {
      const { client } = wire;
      if (!wire.isOpen || client.wire !== wire || !wire.joins.received(target, sent)) return;
      if (target === 'presence') this.#perform(client, client.state.presenceChanged(sent, this.#now));
      else if (target === 'joined') this.#joined(client, sent);
      else if (target === 'role') this.#perform(client, client.state.roleChanged(sent, this.#now));
      else this.#perform(client, client.state[target](sent, this.#now));
    });
  }

  #joined(client: Client, message: Joined): void {
    const { outdated } = client;
    client.outdated = null;
    if (outdated !== null && outdated.session !== message.session) {
      this.#doubt(outdated.outstanding?.delta);
      this.#doubt(outdated.buffer);
    }
    this.#perform(client, client.state.joined(message, this.#now));
  }

  #doubt(delta: Delta<KindName> | null | undefined): void {
    for (const mark of marksOf(delta ?? [])) this.#doubtful.add(mark);
  }

  #delay(): number {
    return this.#isCalm ? 1 : this.#random.chance(0.05) ? this.#random.int(8_000) : this.#random.int(200);
  }

  #at(at: number, run: () => void): void {
    this.#events.push({ at, order: this.#order++, run });
  }

  #runUntil(end: number): void {
    for (let ran = 0; ; ran++) {
      assert.ok(ran < 100_000, 'the clients come to rest');
      let next = -1;
      for (const [i, { at, order }] of this.#events.entries()) {
        const best = this.#events[next];
        if (at <= end && (best === undefined || at < best.at || (at === best.at && order < best.order))) next = i;
      }
      if (next < 0) break;
      const [event] = this.#events.splice(next, 1);
      this.#now = Math.max(this.#now, event!.at);
      event!.run();
    }
    this.#now = end;
  }

  #verify(): void {
    const { contents, log, head } = this.#authority;
    const truth = canonicalJson(contents.at(-1));
    for (const [i, client] of this.#clients.entries()) {
      assert.equal(client.state.status, 'live', `client ${i} is live`);
      assert.equal(client.state.revision, head, `client ${i} is at the head`);
      assert.ok(!client.state.hasPending, `client ${i} has nothing pending`);
      assert.equal(canonicalJson(client.state.content), truth, `client ${i} has the content`);
      assert.equal(canonicalJson(client.editor), truth, `the editor of client ${i} shows the content`);
    }
    const seen = new Map<string, number>();
    for (const { delta, submitted } of log) {
      for (const mark of marksOf((JSON.parse(submitted) as { delta: Delta<KindName> }).delta)) seen.set(mark, (seen.get(mark) ?? 0) + 1);
      assert.equal(lengthsOf(delta).base >= 0, true);
    }
    for (const [mark, count] of seen) assert.ok(count === 1 || this.#doubtful.has(mark), `mark ${mark} was applied ${count} times`);
    for (const mark of this.#typed) assert.ok(seen.has(mark) || this.#excused.has(mark), `mark ${mark} is lost`);
  }
}

/** The marks that a delta inserts. */
function marksOf(delta: Delta<KindName>): string[] {
  return delta.flatMap((component) => {
    const inserted = typeof component === 'object' && 'insert' in component ? component.insert : component;
    return typeof inserted === 'string' ? [...inserted].filter((character) => character >= '\u4e00') : [];
  });
}
