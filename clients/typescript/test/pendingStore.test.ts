import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredState } from '../src/replica.js';
import { PendingStore } from '../src/pendingStore.js';
import { FakeLocks, FakeStorage } from './browser.js';

const state: StoredState = {
  kind: 'text',
  session: 's1',
  token: 't1',
  sequence: 3,
  revision: 7,
  outstanding: { session: 's1', sequence: 3, base: 6, delta: ['a', 4], current: [1, 'a', 4] },
  buffer: [6, 'b'],
  early: null,
};
const content = { base: 'hello', since: [] };

/** Tabs of one browser: one storage, locks if it has them, one clock. */
function browser(hasLocks: boolean): { storage: FakeStorage; clock: { now: number }; tab: () => PendingStore } {
  const storage = new FakeStorage();
  const locks = hasLocks ? new FakeLocks() : null;
  const clock = { now: 1_000_000 };
  return { storage, clock, tab: () => new PendingStore({ storage, scope: 'https://example.org/collab', locks, now: () => clock.now }) };
}

for (const hasLocks of [true, false]) {
  const form = hasLocks ? 'with locks' : 'without locks';

  test(`${form}: what a closed tab left is claimed by the next, once`, async () => {
    const { tab } = browser(hasLocks);
    const slot = await tab().create('d');
    assert.equal(slot.save(state, content), 'kept');
    slot.release();
    const [claimed] = await tab().claim('d');
    assert.deepEqual(claimed!.load(), { state, content });
    assert.deepEqual(await tab().claim('d'), []);
  });

  test(`${form}: a tab that lives keeps its own; a duplicate of it gets nothing`, async () => {
    const { tab } = browser(hasLocks);
    const slot = await tab().create('d');
    slot.save(state, content);
    assert.deepEqual(await tab().claim('d'), []);
    assert.ok(slot.isOwn);
  });

  test(`${form}: edits of another document or another server are not claimed`, async () => {
    const { storage, tab } = browser(hasLocks);
    const slot = await tab().create('d');
    slot.save(state, content);
    slot.release();
    assert.deepEqual(await tab().claim('other'), []);
    const other = new PendingStore({ storage, scope: 'https://example.com/collab', locks: null });
    assert.deepEqual(await other.claim('d'), []);
  });

  test(`${form}: nothing is left in the storage once everything is acknowledged`, async () => {
    const { storage, tab } = browser(hasLocks);
    const slot = await tab().create('d');
    slot.save(state, content);
    slot.save({ ...state, revision: 8 }, { base: 'hello!', since: [] });
    slot.clear();
    slot.release();
    assert.deepEqual([...storage.items.keys()], []);
  });
}

test('without locks: a tab that crashed is told by its old stamp, and notices if it lives after all', async () => {
  const { clock, tab } = browser(false);
  const slot = await tab().create('d');
  slot.save(state, content);
  clock.now += 60_000;
  assert.deepEqual(await tab().claim('d'), []);
  clock.now += 100_000;
  const [claimed] = await tab().claim('d');
  assert.ok(claimed!.isOwn);
  assert.equal(slot.save(state, content), 'stolen');
  claimed!.clear();
  assert.equal(slot.save(state, content), 'stolen');
  slot.forget();
  assert.equal(slot.save(state, content), 'kept');
});

test('without locks: a hidden tab that still beats is not taken for a crashed one', async () => {
  const { clock, tab } = browser(false);
  const slot = await tab().create('d');
  slot.save(state, content);
  for (let minute = 0; minute < 5; minute++) {
    clock.now += 60_000;
    slot.beatIfDue();
    assert.deepEqual(await tab().claim('d'), []);
  }
});

test('a full storage keeps the edits without the content, and leaves nothing half written', async () => {
  const { storage, tab } = browser(true);
  const slot = await tab().create('d');
  storage.quota = 1500;
  assert.equal(slot.save(state, { base: 'x'.repeat(5000), since: [] }), 'without_content');
  slot.release();
  const [claimed] = await tab().claim('d');
  assert.deepEqual(claimed!.load(), { state, content: null });
  storage.quota = 10;
  assert.equal(claimed!.save({ ...state, revision: 9 }, null), 'failed');
  assert.deepEqual([...storage.items.keys()], []);
});

test('content over the limit is not stored with the edits', async () => {
  const { tab } = browser(true);
  const slot = await tab().create('d');
  assert.equal(slot.save(state, { base: 'x'.repeat(2_000_001), since: [] }), 'without_content');
});
