import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DocumentState } from '../src/documentState.js';
import type { Effect } from '../src/effects.js';

const limits = { messageBytes: 1 << 20, operationBytes: 1 << 20, documentLength: 1 << 20 };

function joined(content: string, revision: number, now: number): DocumentState<'text'> {
  const state = new DocumentState<'text'>('d', { random: () => 0.5 });
  state.connected(now);
  const message = { document: 'd', session: 'me', token: 't', epoch: 1, kind: 'text', policy: 'merge', title: '', role: 'editor', revision, limits };
  state.joined({ ...message, applied: { sequence: 0, revision: 0 }, presence: [], snapshot: { revision, content } } as never, now);
  return state;
}

function caret(session: string, revision: number, at: number): never {
  return { document: 'd', updates: [{ session, name: session, color: '#112233', revision, state: { selection: { anchor: at, head: at } } }], left: [] } as never;
}

function operation(revision: number, delta: unknown): never {
  return { document: 'd', revision, operations: [{ session: 'other', sequence: revision, at: 0, delta }] } as never;
}

function shown(effects: Effect<'text'>[]): unknown[] {
  return effects.filter((effect) => effect.type === 'send' && effect.message.target === 'presence').map((effect) => (effect as never as { message: { body: unknown } }).message.body);
}

test('a selection from before the snapshot is not shown at a guess until it is said anew', () => {
  const state = joined('abcdef', 5, 0);
  state.presenceChanged(caret('you', 3, 2), 1);
  assert.equal(state.presence.get('you')!.selection, null);
  state.operations(operation(6, ['xx', 6]), 2);
  assert.equal(state.presence.get('you')!.selection, null);
  state.presenceChanged(caret('you', 5, 2), 3);
  assert.deepEqual(state.presence.get('you')!.selection, { anchor: 4, head: 4 });
});

test('who comes later is told where the selection is now, and many are told at once', () => {
  const state = joined('abcd', 0, 0);
  assert.equal(shown(state.setPresence({ selection: { anchor: 2, head: 2 } }, 100)).length, 1);
  assert.deepEqual(shown(state.presenceChanged(caret('early', 0, 0), 200)), []);
  state.operations(operation(1, ['x', 4]), 300);
  const told = [400, 410, 420, 430].flatMap((now) => [...shown(state.presenceChanged(caret(`late-${now}`, 1, 0), now)), ...shown(state.tick(now + 5))]);
  assert.deepEqual(told, [{ document: 'd', revision: 1, state: { selection: { anchor: 3, head: 3 } } }]);
});

test('of large pastes few are remembered for selections said of a time before them, of small edits many', () => {
  const paste = 'x'.repeat(100_000);
  const state = joined('', 0, 0);
  for (let revision = 1; revision <= 10; revision++) state.operations(operation(revision, [paste, ...(revision > 1 ? [(revision - 1) * paste.length] : [])]), revision);
  state.presenceChanged(caret('early', 7, 0), 20);
  state.presenceChanged(caret('late', 8, 0), 21);
  assert.equal(state.presence.get('early')!.selection, null);
  assert.deepEqual(state.presence.get('late')!.selection, { anchor: 0, head: 0 });

  const small = joined('', 0, 0);
  for (let revision = 1; revision <= 100; revision++) small.operations(operation(revision, ['y', ...(revision > 1 ? [revision - 1] : [])]), revision);
  small.presenceChanged(caret('early', 1, 1), 200);
  assert.deepEqual(small.presence.get('early')!.selection, { anchor: 100, head: 100 });
});
