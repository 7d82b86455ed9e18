import fc from 'fast-check';
import type { Attributes, Content, Delta, KindName, RichTextDelta, TextDelta } from '../src/index.js';
import { kindOf } from '../src/index.js';

// Whole code points, so that nothing cuts a pair: letters, a line feed, a lone BMP character, emoji that share a high surrogate, a ZWJ sequence.
const piece = fc.constantFrom('a', 'b', 'xy', '\n', 'ß', '中', '😀', '😁', '👩‍👩‍👧', '"\\');
const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
const value = fc.constantFrom(true, 'red', 2, { list: ['ordered', null] });
const names = fc.constantFrom('bold', 'color', '__proto__', '10');
const attributes = fc.option(
  fc.array(fc.tuple(names, value), { minLength: 1, maxLength: 2 }).map((entries) => Object.fromEntries(entries) as Attributes),
  { nil: undefined },
);
const change = fc.option(
  fc.array(fc.tuple(names, fc.option(value, { nil: null })), { minLength: 1, maxLength: 2 }).map((entries) => Object.fromEntries(entries) as Attributes),
  { nil: undefined },
);
const embed = fc.constantFrom({ image: 'a.png' }, { image: 'b.png' }, { formula: { tex: 'x' } });

export function content<K extends KindName>(kind: K): fc.Arbitrary<Content<K>> {
  if (kind === 'text') return text as fc.Arbitrary<Content<K>>;
  const run = fc.oneof({ weight: 4, arbitrary: text }, embed).chain((insert) => attributes.map((format) => ({ insert, ...(format && { attributes: format }) })));
  return fc.array(run, { maxLength: 5 }).map((runs) => kindOf('richtext').normalize(runs, 0)) as fc.Arbitrary<Content<K>>;
}

/** Where the content may be cut: not inside a surrogate pair. */
function cuts(units: string): number[] {
  const positions = [0];
  for (const codePoint of units) positions.push(positions.at(-1)! + codePoint.length);
  return positions;
}

/** Any delta of this content: components that walk it, cutting where it may be cut, whole deletes and empty documents included. */
export function deltaOf<K extends KindName>(kind: K, base: Content<K>): fc.Arbitrary<Delta<K>> {
  const plain = kind === 'text' ? (base as string) : (base as RichTextDelta).map((run) => ('insert' in run && typeof run.insert === 'string' ? run.insert : '\ufffc')).join('');
  const positions = cuts(plain);
  const step = fc.record({ action: fc.constantFrom('retain', 'retain', 'delete', 'insert'), points: fc.integer({ min: 1, max: 6 }), text, embed, format: attributes, change });
  const steps = fc.oneof({ weight: 9, arbitrary: fc.array(step, { maxLength: 7 }) }, fc.constant('all' as const));
  return steps.map((walk) => {
    const components: (number | string | object)[] = [];
    if (walk === 'all') return (kindOf(kind) as { normalize(input: unknown, length: number): Delta<K> }).normalize(plain === '' ? [] : [kind === 'text' ? -plain.length : { delete: plain.length }], plain.length);
    let at = 0;
    for (const { action, points, text: inserted, embed: object, format, change: formatting } of walk) {
      const end = Math.min(at + points, positions.length - 1);
      const length = positions[end]! - positions[at]!;
      if (action === 'insert') components.push(kind === 'text' ? inserted : { insert: points === 1 ? object : inserted, ...(format && { attributes: format }) });
      else if (length === 0) continue;
      else if (action === 'delete') components.push(kind === 'text' ? -length : { delete: length });
      else components.push(kind === 'text' ? length : { retain: length, ...(formatting && { attributes: formatting }) });
      if (action !== 'insert') at = end;
    }
    return (kindOf(kind) as { normalize(input: unknown, length: number): Delta<K> }).normalize(components as TextDelta, plain.length);
  });
}
