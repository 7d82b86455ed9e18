import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from './simulation.js';

// COLLAB_SEED=… runs one seed again, COLLAB_SEEDS=… that many, from 1.
const only = process.env['COLLAB_SEED'];
const count = Number(process.env['COLLAB_SEEDS'] ?? 50);

// Seeds that failed once. Each was seen to fail again with its fix taken out; a change of the simulation gives seeds other stories.
const failedOnce = {
  text: [
    9195, // Two joins on one connection: the refusal of the first was taken for an answer to the second, and closed the document.
    26442, // Restored without content, an edit was sent again that the admission had called applied; refused as forbidden, it was held, and sent as another.
  ],
  richtext: [],
};

for (const [kind, isReopening] of [['text', false], ['richtext', false], ['text', true], ['richtext', true]] as const) {
  const seeds = only === undefined ? [...Array.from({ length: count }, (_, i) => i + 1), ...(isReopening ? [] : failedOnce[kind])] : [Number(only)];
  test(`${kind}${isReopening ? ', closed and opened again' : ''}: replicas agree and no edit is lost or doubled, whatever happens between client and authority`, (context) => {
    let operations = 0;
    for (const seed of seeds) {
      try {
        operations += simulate(kind, seed, isReopening).operations;
      } catch (error) {
        throw new Error(`Seed ${seed} of ${kind} fails: ${(error as Error).message}\nCOLLAB_SEED=${seed} node --test build/test/simulation.test.js`, { cause: error });
      }
    }
    assert.ok(operations > seeds.length * 20);
    context.diagnostic(`${seeds.length} seeds, ${operations} operations`);
  });
}
