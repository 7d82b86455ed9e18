import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from './simulation.js';

// COLLAB_SEED=… runs one seed again, COLLAB_SEEDS=… that many, from 1.
const only = process.env['COLLAB_SEED'];
const count = Number(process.env['COLLAB_SEEDS'] ?? 25);
const seeds = only === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(only)];

for (const kind of ['text', 'richtext'] as const) {
  test(`${kind}: replicas agree and no edit is lost or doubled, whatever happens between client and authority`, (context) => {
    let operations = 0;
    for (const seed of seeds) {
      try {
        operations += simulate(kind, seed).operations;
      } catch (error) {
        throw new Error(`Seed ${seed} of ${kind} fails: ${(error as Error).message}\nCOLLAB_SEED=${seed} node --test build/test/simulation.test.js`, { cause: error });
      }
    }
    assert.ok(operations > seeds.length * 20);
    context.diagnostic(`${seeds.length} seeds, ${operations} operations`);
  });
}
