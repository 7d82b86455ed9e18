import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CollabDocument, RefusedError } from '../src/collabDocument.js';
import type { Change } from '../src/index.js';
import { PendingStore } from '../src/pendingStore.js';
import { FakeConnection, FakeLocks, FakeStorage, joined } from './browser.js';

const other = (revision: number, ...deltas: (number | string)[][]) => ({
  revision,
  operations: deltas.map((delta, i) => ({ session: 's2', sequence: revision + i, at: 5, author: 'ann', delta })),
});

async function opened(text: string, store?: PendingStore): Promise<{ connection: FakeConnection; document: CollabDocument<'text'> }> {
  const connection = new FakeConnection();
  const slot = store === undefined ? null : ((await store.claim('d'))[0] ?? (await store.create('d')));
  const document = new CollabDocument<'text'>(connection.asConnection, 'd', slot, { name: 'me' });
  if (document.session === null) connection.receive('joined', joined(text, 3));
  await document.opened;
  return { connection, document };
}

test('an edit shows at once, is sent, and is saved when it comes back', async () => {
  const { connection, document } = await opened('hello');
  const states: boolean[] = [];
  document.on('pending', (hasPending) => states.push(hasPending));
  document.edit([5, '!']);
  document.edit([6, '?']);
  assert.equal(document.content, 'hello!?');
  assert.deepEqual(connection.take('submit'), [{ document: 'd', sequence: 1, base: 3, delta: [5, '!'] }]);
  const saved = document.whenSaved();
  connection.receive('operations', { revision: 4, operations: [{ session: 's1', sequence: 1, at: 1, delta: [5, '!'] }] });
  assert.deepEqual(connection.take('submit'), [{ document: 'd', sequence: 2, base: 4, delta: [6, '?'] }]);
  connection.receive('operations', { revision: 5, operations: [{ session: 's1', sequence: 2, at: 1, delta: [6, '?'] }] });
  await saved;
  assert.deepEqual(states, [true, false]);
  await document.close();
});

test('changes of others come with their origin, moved over what is pending', async () => {
  const { connection, document } = await opened('hello');
  const changes: Change<'text'>[] = [];
  document.onChange((change) => changes.push(change));
  document.edit(['>']);
  const conflict = { kind: 'concurrent_insert', resolution: 'ordered', start: 0, length: 1, revision: 3, session: 's9' };
  connection.receive('operations', { revision: 4, operations: [{ session: 's2', sequence: 1, at: 5, author: 'ann', delta: [5, '!'], conflicts: [conflict] }] });
  assert.deepEqual(changes, [{ delta: [6, '!'], origin: { session: 's2', author: 'ann', at: 5 }, conflicts: [{ ...conflict, start: 0, length: 2 }] }]);
  assert.equal(document.content, '>hello!');
  connection.reconnect();
  await document.close();
});

test('a handler may edit while later changes of the same batch are still to come', async () => {
  const { connection, document } = await opened('hello');
  let editor = 'hello';
  document.onChange(({ delta }) => {
    editor = apply(editor, delta);
    if (editor !== 'Ahello') return;
    document.edit([6, 'Z']);
    editor = apply(editor, [6, 'Z']);
  });
  connection.receive('operations', other(4, ['A', 5], [6, 'B'], ['C', 7]));
  assert.equal(editor, 'CAhelloBZ');
  assert.equal(document.content, editor);
  connection.reconnect();
  await document.close();
});

test('a refused edit is undone under what was typed since, and the person is told', async () => {
  const { connection, document } = await opened('hello');
  let editor = 'helloX';
  const reasons: string[] = [];
  document.onChange(({ delta }) => (editor = apply(editor, delta)));
  document.on('refused', ({ reason, delta }) => reasons.push(`${reason} ${JSON.stringify(delta)}`));
  document.edit([5, 'X']);
  document.edit([6, 'Y']);
  editor += 'Y';
  const saved = document.whenSaved();
  connection.receive('refused', { verb: 'submit', sequence: 1, reason: 'conflict', action: 'give_up', detail: 'Strict.' });
  await assert.rejects(saved, RefusedError);
  assert.deepEqual(reasons, ['conflict [5,"X"]']);
  assert.equal(editor, 'helloY');
  assert.equal(document.content, 'helloY');
  assert.deepEqual(connection.take('submit').at(-1), { document: 'd', sequence: 2, base: 3, delta: [5, 'Y'] });
  connection.reconnect();
  await document.close();
});

const away = (verb: string, retryAfter: number, sequence?: number) => ({
  verb,
  ...(sequence !== undefined && { sequence }),
  reason: 'storage_unavailable',
  action: 'retry' as const,
  detail: 'The log is away.',
  retryAfter,
});

test('an edit refused while the log is away is settled when it comes back on the stream', async () => {
  const { connection, document } = await opened('hello');
  document.edit([5, '!']);
  connection.take('submit');
  connection.receive('refused', away('submit', 60_000, 1));
  document.edit([6, '?']);
  assert.deepEqual(connection.take('submit'), []);
  assert.equal(document.status, 'live');
  connection.receive('operations', { revision: 4, operations: [{ session: 's1', sequence: 1, at: 1, delta: [5, '!'] }] });
  assert.deepEqual(connection.take('submit'), [{ document: 'd', sequence: 2, base: 4, delta: [6, '?'] }]);
  connection.receive('refused', away('submit', 1, 1));
  connection.receive('acknowledged', { sequence: 1, revision: 4 });
  connection.receive('operations', { revision: 5, operations: [{ session: 's1', sequence: 2, at: 1, delta: [6, '?'] }] });
  assert.ok(!document.hasPending);
  assert.deepEqual(connection.take('submit'), []);
  assert.equal(connection.take('join').length, 1);
  await document.close();
});

test('an edit refused while the log is away is sent again when the server said, byte for byte', async () => {
  const { connection, document } = await opened('hello');
  document.edit([5, '!']);
  const [first] = connection.take('submit');
  connection.receive('refused', away('submit', 20, 1));
  assert.deepEqual(connection.take('submit'), []);
  await until(() => connection.sent.some(({ target }) => target === 'submit'));
  assert.deepEqual(connection.take('submit'), [first]);
  connection.receive('operations', { revision: 4, operations: [{ session: 's1', sequence: 1, at: 1, delta: [5, '!'] }] });
  await document.close();
});

test('joins refused during an outage keep the edits and are asked again when the server said', async () => {
  const { connection, document } = await opened('hello');
  document.edit([5, '!']);
  const [first] = connection.take('submit');
  connection.reconnect();
  connection.take('join');
  connection.isConnected = true;
  connection.listener!.connected();
  for (let i = 0; i < 3; i++) {
    connection.take('join');
    connection.receive('refused', away('join', 20));
    document.edit([6 + i, `${i}`]);
    assert.equal(document.status, 'resuming');
    assert.deepEqual(connection.take('join'), []);
    await until(() => connection.sent.some(({ target }) => target === 'join'));
  }
  const { snapshot: _, ...admitted } = joined('', 3);
  connection.receive('joined', admitted);
  assert.equal(document.content, 'hello!012');
  assert.deepEqual(connection.take('submit'), [first]);
  connection.receive('operations', { revision: 4, operations: [{ session: 's1', sequence: 1, at: 1, delta: [5, '!'] }] });
  assert.deepEqual(connection.take('submit'), [{ document: 'd', sequence: 2, base: 4, delta: [6, '012'] }]);
  connection.reconnect();
  await document.close();
});

test('a document that is refused is not opened', async () => {
  const connection = new FakeConnection();
  const document = new CollabDocument(connection.asConnection, 'd', null, {});
  connection.receive('refused', { verb: 'join', reason: 'document_not_found', action: 'give_up', detail: 'None.' });
  await assert.rejects(document.opened, (error: RefusedError) => error.reason === 'document_not_found');
  assert.equal(document.status, 'closed');
});

test('a session that another connection took goes on as a new one, with its edits and without doubling the outstanding one', async () => {
  const { connection, document } = await opened('hello');
  document.edit([5, '!']);
  document.edit([6, '?']);
  connection.receive('closed', { reason: 'superseded', action: 'resync' });
  assert.deepEqual(connection.take('join').at(-1), { document: 'd', version: 1, name: 'me', revision: 3 });
  const { snapshot: _, ...admitted } = joined('', 4, { session: 's7' });
  connection.receive('joined', admitted);
  connection.take('submit');
  connection.receive('operations', { revision: 4, operations: [{ session: 's1', sequence: 1, at: 1, delta: [5, '!'] }] });
  assert.deepEqual(connection.take('submit'), [{ document: 'd', sequence: 1, base: 4, delta: [6, '?'] }]);
  assert.equal(document.content, 'hello!?');
  connection.receive('operations', { revision: 5, operations: [{ session: 's7', sequence: 1, at: 1, delta: [6, '?'] }] });
  assert.ok(!document.hasPending);
  await document.close();
});

test('a snapshot older than the own edit that the log has waits for it: what was typed does not vanish and come back', async () => {
  const { connection, document } = await opened('hello');
  const changes: unknown[] = [];
  document.onChange(({ delta }) => changes.push(delta));
  document.edit([5, '!']);
  document.edit([-1]);
  connection.reconnect();
  connection.take('submit');
  connection.isConnected = true;
  connection.listener!.connected();
  connection.receive('joined', joined('Hello', 5, { applied: { sequence: 1, revision: 5 }, snapshot: { revision: 4, content: 'Ahello' } }));
  assert.deepEqual(changes, []);
  connection.receive('operations', { revision: 5, operations: [{ session: 's1', sequence: 1, at: 1, delta: [6, '!'] }] });
  assert.deepEqual(changes, [['A', 5]]);
  assert.equal(document.content, 'Aello!');
  assert.deepEqual(connection.take('submit'), [{ document: 'd', sequence: 2, base: 5, delta: [1, -1, 5] }]);
  connection.reconnect();
  await document.close();
});

test('a session that was ended for good tells so, with the edits that did not arrive', async () => {
  const { connection, document } = await opened('hello');
  const refusals: unknown[] = [];
  document.on('refused', ({ reason, delta }) => refusals.push([reason, delta]));
  document.edit([5, '!']);
  connection.receive('closed', { reason: 'permission_revoked', action: 'give_up' });
  assert.deepEqual(refusals, [['permission_revoked', [5, '!']]]);
  assert.equal(document.status, 'closed');
  assert.throws(() => document.edit([5, '?']), /is closed/);
});

test('edits made offline survive the tab: the next one shows them at once and sends them byte for byte', async () => {
  const storage = new FakeStorage();
  const store = new PendingStore({ storage, scope: 'x', locks: new FakeLocks() });
  const first = await opened('hello', store);
  first.document.edit([5, '!']);
  first.connection.reconnect();
  first.document.edit([6, '?']);
  assert.equal(first.document.status, 'offline');
  await first.document.close();

  const second = await opened('', store);
  assert.equal(second.document.content, 'hello!?');
  assert.ok(second.document.hasPending);
  assert.deepEqual(second.connection.take('join'), [{ document: 'd', version: 1, name: 'me', resume: { session: 's1', token: 't1' }, revision: 3 }]);
  const { snapshot: _, ...resumed } = joined('', 4, { token: 't2' });
  second.connection.receive('joined', resumed);
  second.connection.receive('operations', other(4, ['A', 5]));
  assert.deepEqual(second.connection.take('submit'), [{ document: 'd', sequence: 1, base: 3, delta: [5, '!'] }]);
  second.connection.receive('operations', { revision: 5, operations: [{ session: 's1', sequence: 1, at: 1, delta: [6, '!'] }] });
  assert.deepEqual(second.connection.take('submit'), [{ document: 'd', sequence: 2, base: 5, delta: [7, '?'] }]);
  second.connection.receive('operations', { revision: 6, operations: [{ session: 's1', sequence: 2, at: 1, delta: [7, '?'] }] });
  assert.equal(second.document.content, 'Ahello!?');
  assert.equal([...storage.items.keys()].length, 0);
  await second.document.close();
});

test('a storage that refuses is told once, and editing goes on', async () => {
  const storage = new FakeStorage();
  const { connection, document } = await opened('hello', new PendingStore({ storage, scope: 'x', locks: new FakeLocks() }));
  storage.quota = 0;
  let told = 0;
  document.on('storage', () => told++);
  document.edit([5, '!']);
  connection.reconnect();
  connection.reconnect();
  assert.equal(told, 1);
  assert.equal(document.content, 'hello!');
  await document.close();
});

test('others are seen where they are, and their carets follow what they type', async () => {
  const { connection, document } = await opened('hello');
  const selection = (): unknown => document.presence.get('s2')?.selection;
  connection.receive('presence', { updates: [{ session: 's2', name: 'Ann', color: 'red', revision: 3, state: { selection: { anchor: 2, head: 2 } } }] });
  assert.deepEqual(selection(), { anchor: 2, head: 2 });
  document.edit(['>']);
  assert.deepEqual(selection(), { anchor: 3, head: 3 });
  connection.receive('operations', other(4, [2, 'xyz', 3]));
  assert.deepEqual(selection(), { anchor: 6, head: 6 });
  // Ahead of what is here: it waits for its revision.
  connection.receive('presence', { updates: [{ session: 's2', revision: 5, state: { selection: { anchor: 9, head: 9 } } }] });
  assert.equal(selection(), null);
  connection.receive('operations', other(5, [8, '!']));
  assert.deepEqual(selection(), { anchor: 10, head: 10 });
  connection.receive('presence', { left: ['s2'] });
  assert.equal(document.presence.size, 0);
  connection.reconnect();
  await document.close();
});

test('own presence waits until the positions are at a revision that others have', async () => {
  const { connection, document } = await opened('hello');
  document.edit(['>']);
  document.setPresence({ selection: { anchor: 1, head: 1 } });
  assert.deepEqual(connection.take('presence'), []);
  connection.receive('operations', { revision: 4, operations: [{ session: 's1', sequence: 1, at: 1, delta: ['>', 5] }] });
  assert.deepEqual(connection.take('presence'), [{ document: 'd', revision: 4, state: { selection: { anchor: 1, head: 1 } } }]);
  await document.close();
});

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
