import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import QuillDelta from 'quill-delta';
import { between } from '../src/between.js';
import { canonicalJson } from '../src/canonicalJson.js';
import { lengthsOf } from '../src/delta.js';
import { type Content, type Delta, type KindName, type RichTextDelta, kindOf, transformPosition } from '../src/index.js';
import { content, deltaOf } from './arbitraries.js';

// The seed is drawn anew each time and named in a failure's message; COLLAB_SEED=… runs that one again,
// COLLAB_RUNS=… more of them.
const seed = Number(process.env['COLLAB_SEED'] ?? Date.now() % 2 ** 31);
const runs = { seed, numRuns: Number(process.env['COLLAB_RUNS'] ?? 300) };

interface Scenario<K extends KindName> {
  readonly base: Content<K>;
  readonly a: Delta<K>;
  readonly b: Delta<K>;
  readonly afterA: Delta<K>;
  readonly afterThat: Delta<K>;
}

function scenario<K extends KindName>(name: K): fc.Arbitrary<Scenario<K>> {
  const kind = kindOf(name);
  return content(name).chain((base) =>
    fc.tuple(deltaOf(name, base), deltaOf(name, base)).chain(([a, b]) => {
      const second = kind.apply(base, a);
      return deltaOf(name, second).chain((afterA) => deltaOf(name, kind.apply(second, afterA)).map((afterThat) => ({ base, a, b, afterA, afterThat })));
    }),
  );
}

const same = (actual: unknown, expected: unknown): void => assert.equal(canonicalJson(actual), canonicalJson(expected));

for (const name of ['text', 'richtext'] as const) laws(name);

function laws<K extends KindName>(name: K): void {
  const kind = kindOf(name);
  const law = (title: string, holds: (scenario: Scenario<K>) => void): void => {
    test(`${name}: ${title}`, () => fc.assert(fc.property(scenario(name), holds), runs));
  };

  law('TP1: both ways round the diamond lead to one document', ({ base, a, b }) => {
    const left = kind.apply(kind.apply(base, a), kind.transform(b, a, 'overFirst'));
    same(left, kind.apply(kind.apply(base, b), kind.transform(a, b, 'deltaFirst')));
  });

  law('composing is applying in turn', ({ base, a, afterA }) => {
    same(kind.apply(base, kind.compose(a, afterA)), kind.apply(kind.apply(base, a), afterA));
  });

  law('compose is associative', ({ a, afterA, afterThat }) => {
    same(kind.compose(kind.compose(a, afterA), afterThat), kind.compose(a, kind.compose(afterA, afterThat)));
  });

  law('a delta and its inverse leave the document as it was', ({ base, a }) => {
    same(kind.apply(kind.apply(base, a), kind.invert(a, base)), base);
  });

  law('normalizing a normal delta changes nothing', ({ base, a }) => {
    same(kind.normalize(a as never, kind.lengthOf(base)), a);
  });

  law('between leads from one content to the other', ({ base, a }) => {
    const target = kind.apply(base, a);
    same(kind.apply(base, kind.between(base, target)), target);
  });

  law('a position stays inside the document, and on its side of every other', ({ base, a }) => {
    const { target } = lengthsOf(a);
    let previous = 0;
    for (let position = 0; position <= kind.lengthOf(base); position++) {
      const before = transformPosition(a, position, 'beforeInsert');
      const after = transformPosition(a, position, 'afterInsert');
      assert.ok(previous <= before && before <= after && after <= target, `position ${position}: ${previous}, ${before}, ${after}, ${target}`);
      previous = before;
    }
  });
}

test('richtext: compose and invert agree with quill-delta, but for the last retain and names that it loses', () => {
  const kind = kindOf('richtext');
  const Quill = QuillDelta.default;
  // Structured clone through JSON, as quill-delta's own lodash.cloneDeep does, and without the name it can't keep.
  const quill = (delta: RichTextDelta): InstanceType<typeof Quill> => new Quill(JSON.parse(JSON.stringify(delta).replaceAll('__proto__', 'prototype')));
  const chopped = (delta: RichTextDelta): unknown => quill(delta).chop().ops;
  fc.assert(
    fc.property(scenario('richtext'), ({ base, a, afterA }) => {
      same(chopped(kind.compose(a, afterA)), quill(a).compose(quill(afterA)).ops);
      // By what it does: quill-delta compares values that are objects by identity, and restores what did not change.
      const target = quill(kind.apply(base, a));
      same(target.compose(quill(a).invert(quill(base))).ops, quill(base).ops);
      same(target.compose(quill(kind.invert(a, base))).ops, quill(base).ops);
    }),
    runs,
  );
});

test('between keeps small edits of a large text small', () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}: ${(i * 7919) % 1000}\n`);
  const from = lines.join('');
  lines[100] = 'changed 100\n';
  lines[4000] = 'changed 4000 😀\n';
  lines.splice(2500, 3);
  const to = lines.join('');
  const delta = between(from, to);
  assert.equal(kindOf('text').apply(from, delta), to);
  const inserted = delta.reduce<number>((sum, component) => sum + (typeof component === 'string' ? component.length : 0), 0);
  assert.ok(inserted < 100, `${inserted} code units are inserted anew`);
});
