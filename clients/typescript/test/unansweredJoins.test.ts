import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CollabDocument } from '../src/collabDocument.js';
import { UnansweredJoins } from '../src/unansweredJoins.js';
import { FakeConnection, joined } from './browser.js';

const join = (document: string) => ({ target: 'join', body: { document, version: 1 } }) as const;
const answer = (document: string) => ({ document, ...joined('', 0) });
const refusal = (document: string, verb: string) => ({ document, verb, reason: 'overloaded', action: 'retry', detail: '' }) as const;

test('of several joins only the answer to the newest counts, in each document', () => {
  const joins = new UnansweredJoins();
  for (const document of ['a', 'b', 'a', 'a']) joins.sent(join(document));
  assert.equal(joins.received('joined', answer('a')), false);
  assert.equal(joins.received('joined', answer('b')), true);
  assert.equal(joins.received('refused', refusal('a', 'join')), false);
  assert.equal(joins.received('refused', refusal('a', 'submit')), true);
  assert.equal(joins.received('joined', answer('a')), true);
});

test('an answer that nobody asked for counts', () => {
  const joins = new UnansweredJoins();
  assert.equal(joins.received('joined', answer('a')), true);
  joins.sent(join('a'));
  assert.equal(joins.received('joined', answer('a')), true);
});

test('a document that is closed while it joins says so, and opened again it is in its own session', async () => {
  const connection = new FakeConnection();
  const first = new CollabDocument<'text'>(connection.asConnection, 'd', null, {});
  await first.close();
  assert.deepEqual(connection.sent.map(({ target }) => target), ['join', 'leave']);
  const document = new CollabDocument<'text'>(connection.asConnection, 'd', null, {});
  connection.receive('joined', joined('hello', 3, { session: 's1' }));
  assert.equal(document.session, null);
  connection.receive('joined', joined('hello', 3, { session: 's2' }));
  await document.opened;
  assert.equal(document.session, 's2');
  await document.close();
});
