import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CollabDocument, RefusedError } from '../src/collabDocument.js';
import { DocumentState } from '../src/documentState.js';
import type { Role } from '../src/index.js';
import { PendingStore } from '../src/pendingStore.js';
import { maySubmit } from '../src/role.js';
import { FakeConnection, FakeLocks, FakeStorage, joined } from './browser.js';

const forbidden = (sequence: number) => ({ verb: 'submit', sequence, reason: 'forbidden', action: 'give_up' as const, detail: 'A viewer may not.' });
const own = (revision: number, sequence: number, delta: (number | string)[], session = 's1') => ({ revision, operations: [{ session, sequence, at: 1, delta }] });

async function opened(text: string, role: Role, store?: PendingStore): Promise<{ connection: FakeConnection; document: CollabDocument<'text'>; told: string[] }> {
  const connection = new FakeConnection();
  const slot = store === undefined ? null : ((await store.claim('d'))[0] ?? (await store.create('d')));
  const document = new CollabDocument<'text'>(connection.asConnection, 'd', slot, { name: 'me' });
  const told: string[] = [];
  document.on('role', (now) => told.push(`role ${now}`));
  document.on('held', (isHeld) => told.push(`held ${isHeld}`));
  document.on('status', (status) => told.push(status));
  document.on('refused', ({ reason, delta }) => told.push(`refused ${reason} ${JSON.stringify(delta)}`));
  if (document.session === null) connection.receive('joined', joined(text, 3, { role }));
  await document.opened;
  return { connection, document, told };
}

test('a viewer’s edits are held, shown, and sent when the role allows them', async () => {
  const { connection, document, told } = await opened('hello', 'viewer');
  assert.equal(document.canEdit, false);
  document.edit([5, '!']);
  document.edit([6, '?']);
  assert.equal(document.content, 'hello!?');
  assert.deepEqual(document.held, [5, '!?']);
  assert.equal(document.unsaved, 2);
  assert.deepEqual(connection.take('submit'), []);
  connection.receive('operations', { revision: 4, operations: [{ session: 's2', sequence: 1, at: 5, delta: ['A', 5] }] });
  connection.receive('role', { role: 'editor' });
  assert.deepEqual(connection.take('submit'), [{ document: 'd', sequence: 1, base: 4, delta: [6, '!?'] }]);
  connection.receive('operations', own(5, 1, [6, '!?']));
  assert.equal(document.hasPending, false);
  assert.deepEqual(told, ['role viewer', 'live', 'held true', 'role editor', 'held false']);
  await document.close();
});

test('what was discarded or came to nothing is not counted as unsaved again', async () => {
  const { document } = await opened('hello', 'viewer');
  document.edit([5, '!']);
  document.discard();
  assert.equal(document.unsaved, 0);
  document.edit([5, '?']);
  document.edit([5, -1]);
  assert.equal(document.unsaved, 0);
  document.edit([5, '.']);
  assert.equal(document.unsaved, 1);
  await document.close();
});

test('an edit that crossed the loss of the role is held, not undone', async () => {
  const { connection, document, told } = await opened('hello', 'editor');
  document.edit([5, '!']);
  document.edit([6, '?']);
  connection.take('submit');
  connection.receive('role', { role: 'viewer' });
  assert.equal(document.held, null);
  connection.receive('refused', forbidden(1));
  assert.deepEqual(document.held, [5, '!?']);
  assert.equal(document.content, 'hello!?');
  assert.ok(!told.some((fact) => fact.startsWith('refused')));
  connection.receive('role', { role: 'owner' });
  assert.deepEqual(connection.take('submit'), [{ document: 'd', sequence: 2, base: 3, delta: [5, '!?'] }]);
  connection.receive('operations', own(4, 2, [5, '!?']));
  await document.close();
});

test('an edit sent several times and refused at last may have been applied: the next admission tells', async () => {
  const { connection, document } = await opened('hello', 'editor');
  document.edit([5, '!']);
  connection.receive('refused', { verb: 'submit', sequence: 1, reason: 'timeout', action: 'retry', detail: '', retryAfter: 1 });
  await until(() => connection.sent.filter(({ target }) => target === 'submit').length === 2);
  connection.receive('role', { role: 'viewer' });
  connection.take('join');
  connection.receive('refused', forbidden(1));
  assert.equal(connection.take('join').length, 1);
  const { snapshot: _, ...admitted } = joined('', 4, { role: 'viewer', applied: { sequence: 1, revision: 4 } });
  connection.receive('joined', admitted);
  connection.receive('operations', own(4, 1, [5, '!']));
  assert.equal(document.content, 'hello!');
  assert.equal(document.hasPending, false);
  await document.close();
});

test('a refusal that crossed the return of the role is not the last word', () => {
  let now = 0;
  const state = new DocumentState<'text'>('d', { random: () => 0.5 });
  state.connected(now);
  state.joined({ document: 'd', ...joined('hello', 3, { role: 'editor' }) } as never, now);
  assert.equal(state.edit([5, '!'], now).length, 1);
  state.refused({ document: 'd', ...forbidden(1) }, now);
  assert.equal(state.held, null);
  now = state.deadline;
  assert.ok(now > 0 && now <= 1_000);
  assert.deepEqual(submitted(state.tick(now)), [2]);
});

test('held edits can be discarded', async () => {
  const { connection, document, told } = await opened('hello', 'viewer');
  let editor = 'Jello!';
  document.onChange(({ delta }) => (editor = apply(editor, delta)));
  document.edit(['J', -1, 4, '!']);
  const saved = document.whenSaved();
  assert.deepEqual(document.discard(), ['J', -1, 4, '!']);
  await assert.rejects(saved, /discarded/);
  assert.equal(editor, 'hello');
  assert.equal(document.content, 'hello');
  assert.equal(document.held, null);
  assert.equal(document.discard(), null);
  assert.equal(told.at(-1), 'held false');
  connection.receive('role', { role: 'editor' });
  assert.deepEqual(connection.take('submit'), []);
  await document.close();
});

test('who is sent away finds the edits at the next visit', async () => {
  const storage = new FakeStorage();
  const store = new PendingStore({ storage, scope: 'x', locks: new FakeLocks() });
  const first = await opened('hello', 'viewer', store);
  first.document.edit([5, '!']);
  first.connection.receive('closed', { reason: 'kicked', action: 'give_up' });
  assert.equal(first.document.status, 'closed');
  assert.equal(first.document.canEdit, false);
  assert.deepEqual(first.document.held, [5, '!']);
  assert.ok(first.told.includes('refused kicked [5,"!"]'));
  await first.document.close();

  const second = await opened('', 'editor', store);
  assert.equal(second.document.content, 'hello!');
  second.connection.receive('refused', { verb: 'join', reason: 'token_invalid', action: 'give_up', detail: '' });
  assert.deepEqual(second.connection.take('join').at(-1), { document: 'd', version: 1, name: 'me', revision: 3 });
  const { snapshot: _, ...admitted } = joined('', 3, { session: 's9', role: 'editor' });
  second.connection.receive('joined', admitted);
  assert.deepEqual(second.connection.take('submit'), [{ document: 'd', sequence: 1, base: 3, delta: [5, '!'] }]);
  second.connection.receive('operations', own(4, 1, [5, '!'], 's9'));
  assert.equal(storage.length, 0);
  await second.document.close();
});

test('edits of a document that is closed can be discarded for good', async () => {
  const storage = new FakeStorage();
  const store = new PendingStore({ storage, scope: 'x', locks: new FakeLocks() });
  const { connection, document } = await opened('hello', 'editor', store);
  document.edit([5, '!']);
  connection.receive('closed', { reason: 'permission_revoked', action: 'give_up' });
  assert.ok(storage.length > 0);
  assert.deepEqual(document.discard(), [5, '!']);
  assert.equal(storage.length, 0);
  assert.equal(document.content, 'hello');
  await document.close();
});

test('a commenter’s comments are sent, other edits are not', () => {
  const comment = [{ retain: 2, attributes: { comment: 'c1', 'comment-thread': 't1' } }, { retain: 3 }];
  assert.ok(maySubmit('commenter', comment));
  assert.ok(!maySubmit('viewer', comment));
  for (const edit of [[{ retain: 2, attributes: { bold: true } }], [{ retain: 2, attributes: { comments: 'x' } }], [{ insert: 'a' }], [{ delete: 1 }], [2, 'a'], [-1]]) {
    assert.ok(!maySubmit('commenter', edit as never), JSON.stringify(edit));
    assert.ok(maySubmit('editor', edit as never));
  }
});

test('an idle session comes back with the next edit, cursor move or look, not before', async () => {
  const { connection, document, told } = await opened('hello', 'editor');
  const idle = (): void => connection.receive('closed', { reason: 'inactive_timeout', action: 'resync' });
  const joins = (): number => connection.take('join').length;
  const { snapshot: _, ...admitted } = joined('', 3, { token: 't2', role: 'editor' });
  joins();
  for (const wake of [() => document.edit([5, '!']), () => document.setPresence({ selection: { anchor: 0, head: 0 } }), () => document.wake()]) {
    idle();
    assert.equal(document.status, 'idle');
    document.setPresence(null);
    assert.equal(joins(), 0);
    wake();
    assert.equal(joins(), 1);
    connection.receive('joined', admitted);
    assert.equal(document.status, 'live');
    if (connection.take('submit').length > 0) connection.receive('operations', own(4, 1, [5, '!']));
    admitted.revision = 4;
    admitted.applied = { sequence: 1, revision: 4 };
  }
  assert.ok(told.includes('idle'));
  // A new connection is no reason to come back either.
  idle();
  connection.reconnect();
  connection.isConnected = true;
  connection.listener!.connected();
  assert.equal(joins(), 0);
  document.edit(['>']);
  assert.equal(joins(), 1);
  connection.reconnect();
  await document.close();
});

test('a session that was called idle while an edit is on its way comes back at once', async () => {
  const { connection, document } = await opened('hello', 'editor');
  connection.take('join');
  document.edit([5, '!']);
  connection.receive('closed', { reason: 'inactive_timeout', action: 'resync' });
  assert.equal(connection.take('join').length, 1);
  connection.reconnect();
  await document.close();
});

test('a token that ended costs nothing: edits go on, and the session is resumed with the next token', async () => {
  const { connection, document } = await opened('hello', 'editor');
  connection.take('join');
  document.edit([5, '!']);
  const [first] = connection.take('submit');
  connection.receive('closed', { reason: 'token_expired', action: 'authenticate' });
  document.edit([6, '?']);
  assert.equal(document.status, 'resuming');
  assert.deepEqual(connection.sent, []);
  connection.listener!.authenticated();
  assert.deepEqual(connection.take('join'), [{ document: 'd', version: 1, name: 'me', resume: { session: 's1', token: 't1' }, revision: 3 }]);
  // Too early, says the server: it has another opinion of the token.
  connection.receive('refused', { verb: 'join', reason: 'unauthenticated', action: 'authenticate', detail: '' });
  connection.listener!.signedOut({ refusal: null, detail: '' });
  assert.equal(document.status, 'signed_out');
  document.edit([7, '.']);
  assert.deepEqual(connection.take('join'), []);
  connection.listener!.authenticated();
  const { snapshot: _, ...admitted } = joined('', 3, { token: 't2', role: 'editor' });
  connection.receive('joined', admitted);
  assert.equal(document.status, 'live');
  assert.deepEqual(connection.take('submit'), [first]);
  assert.equal(document.content, 'hello!?.');
  connection.reconnect();
  await document.close();
});

test('of two joins on one connection only the answer to the newer counts', async () => {
  const { connection, document } = await opened('hello', 'editor');
  document.edit([5, '!']);
  connection.take('join');
  connection.take('submit');
  connection.receive('closed', { reason: 'token_expired', action: 'authenticate' });
  connection.listener!.authenticated();
  // Something sent before is refused only now, for another token that ended meanwhile.
  connection.receive('refused', { verb: 'quality', reason: 'unauthenticated', action: 'authenticate', detail: '' });
  connection.listener!.authenticated();
  assert.equal(connection.take('join').length, 2);
  const refusal = { verb: 'join', reason: 'token_invalid', action: 'give_up', detail: '' } as const;
  connection.receive('refused', refusal);
  assert.deepEqual(connection.take('join'), []);
  connection.receive('refused', refusal);
  assert.deepEqual(connection.take('join'), [{ document: 'd', version: 1, name: 'me', revision: 3 }]);
  const { snapshot: _, ...admitted } = joined('', 3, { session: 's2', token: 't2', role: 'editor' });
  connection.receive('joined', admitted);
  assert.equal(document.status, 'live');
  assert.equal(document.content, 'hello!');
  assert.equal(connection.take('submit').length, 1);
  connection.reconnect();
  await document.close();
});

test('a document of which nothing is here is refused when nobody is signed in; one with edits waits', async () => {
  const connection = new FakeConnection();
  const document = new CollabDocument(connection.asConnection, 'd', null, {});
  const refusal = { verb: 'authenticate', reason: 'unauthenticated', detail: 'The token is not good.' };
  connection.listener!.signedOut({ refusal: null, detail: 'The back end is away.' });
  assert.equal(document.status, 'signed_out');
  connection.listener!.signedOut({ refusal, detail: refusal.detail });
  await assert.rejects(document.opened, (error: RefusedError) => error.reason === 'unauthenticated');

  const other = await opened('hello', 'editor');
  other.connection.reconnect();
  other.connection.listener!.signedOut({ refusal, detail: refusal.detail });
  assert.equal(other.document.status, 'signed_out');
  other.document.edit([5, '!']);
  assert.equal(other.document.content, 'hello!');
  await other.document.close();
});

test('presence that came too often is shown later; a viewer’s cursor is where others see the text', async () => {
  const { connection, document } = await opened('hello', 'viewer');
  document.edit(['>>', 5]);
  document.setPresence({ selection: { anchor: 4, head: 7 } });
  assert.deepEqual(connection.take('presence'), [{ document: 'd', revision: 3, state: { selection: { anchor: 2, head: 5 } } }]);
  connection.receive('refused', { verb: 'presence', reason: 'rate_limited', action: 'retry', detail: '', retryAfter: 30 });
  assert.deepEqual(connection.take('presence'), []);
  await until(() => connection.sent.some(({ target }) => target === 'presence'));
  connection.reconnect();
  await document.close();
});

test('what was said of a revision before the snapshot is shown without a place; and a newcomer is told where one is now', async () => {
  const { connection, document } = await opened('hello', 'editor');
  document.setPresence({ selection: { anchor: 1, head: 1 } });
  assert.equal(connection.take('presence').length, 1);
  connection.receive('presence', { updates: [{ session: 's2', revision: 2, state: { selection: { anchor: 2, head: 2 } } }] });
  assert.equal(document.presence.get('s2')?.selection, null);
  // What was sent is of the newest revision still.
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(connection.take('presence'), []);
  connection.receive('operations', { revision: 4, operations: [{ session: 's2', sequence: 1, at: 5, delta: ['A', 5] }] });
  connection.receive('presence', { updates: [{ session: 's2', revision: 4, state: null }] });
  connection.receive('presence', { updates: [{ session: 's3', revision: 4, state: null }] });
  await until(() => connection.sent.some(({ target }) => target === 'presence'));
  assert.deepEqual(connection.take('presence'), [{ document: 'd', revision: 4, state: { selection: { anchor: 2, head: 2 } } }]);
  connection.reconnect();
  await document.close();
});

test('of very many people the number is known, and of each who they are to the server', async () => {
  const { connection, document } = await opened('hello', 'viewer');
  assert.equal(document.presenceCount, 1);
  connection.receive('presence', { updates: [{ session: 's2', name: 'Ann', subject: 'ann', revision: 3 }], count: 4_000 });
  assert.equal(document.presenceCount, 4_000);
  assert.equal(document.presence.get('s2')?.subject, 'ann');
  // The crowd goes: told once, and from then on those who are named are all.
  connection.receive('presence', { updates: [{ session: 's3', revision: 3 }], count: 3 });
  connection.receive('presence', { left: ['s2'] });
  assert.equal(document.presenceCount, 2);
  await document.close();
});

test('quality is reported while somebody looks, to a server that knows of it', () => {
  let bytes = 0;
  const state = new DocumentState<'text'>('d', { received: () => bytes });
  state.connected(0);
  state.joined({ document: 'd', ...joined('hello', 3) } as never, 0);
  bytes = 2_000;
  assert.deepEqual(reports(state.tick(1_000)), [{ document: 'd', sent: 1_000, updateRate: 0, bytesRate: 2_000 }]);
  state.measured({ document: 'd', sent: 1_000, at: 5_020 }, 1_040);
  state.operations({ document: 'd', revision: 4, operations: [{ session: 's2', sequence: 1, at: 6_000, delta: ['A', 5] }] }, 2_030);
  assert.deepEqual(reports(state.tick(11_000)), [{ document: 'd', sent: 11_000, rtt: 40, jitter: 0, propagation: 30, updateRate: 0.1, bytesRate: 0 }]);
  state.visibility(false, 12_000);
  assert.deepEqual(reports(state.tick(60_000)), []);
  state.visibility(true, 60_000);
  assert.equal(reports(state.tick(61_000)).length, 1);
  state.refused({ document: 'd', verb: 'quality', reason: 'malformed', action: 'give_up', detail: 'No such target.' }, 61_010);
  assert.deepEqual(reports(state.tick(200_000)), []);
});

function reports(effects: ReturnType<DocumentState['tick']> | readonly { type: string }[]): unknown[] {
  return (effects as ReturnType<DocumentState['tick']>).flatMap((effect) => (effect.type === 'send' && effect.message.target === 'quality' ? [effect.message.body] : []));
}

function submitted(effects: readonly { type: string }[]): number[] {
  return (effects as ReturnType<DocumentState['tick']>).flatMap((effect) => (effect.type === 'send' && effect.message.target === 'submit' ? [effect.message.body.sequence] : []));
}

function apply(text: string, delta: readonly (number | string)[]): string {
  let at = 0;
  return delta.map((part) => (typeof part === 'string' ? part : ((at += Math.abs(part)), part > 0 ? text.slice(at - part, at) : ''))).join('');
}

async function until(fact: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!fact()) {
    assert.ok(Date.now() < deadline, `Within 30 s it did not become true that ${fact}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
