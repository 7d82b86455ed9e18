import type { TextDelta } from '@collab/client';
import { Text, type ChangeSet, type ChangeSpec } from '@codemirror/state';

/** Half of a surrogate pair without its other half. */
const loneSurrogates = /\p{Surrogate}/gu;

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/** Text without lone surrogates, as long as before. */
export const wellFormed = (text: string) => text.replace(loneSurrogates, '\ufffd');

/**
 * CodeMirror's changes as a delta over the whole document. Changes that begin or end inside a surrogate pair are widened over it: an editor that
 * compares texts by code unit replaces 😀 by 😁 by exchanging the second half, which no document may show in between.
 */
export function toTextDelta(changes: ChangeSet, before: Text): TextDelta {
  const delta: (number | string)[] = [];
  let done = 0;
  changes.iterChanges((fromA, toA, _fromB, _toB, inserted) => {
    let from = fromA;
    let to = toA;
    let text = inserted.sliceString(0, inserted.length, '\n');
    if (splitsPair(before, from)) text = before.sliceString(--from, fromA) + text;
    if (splitsPair(before, to)) text += before.sliceString(toA, ++to);
    if (from > done) delta.push(from - done);
    if (text !== '') delta.push(wellFormed(text));
    if (to > from) delta.push(from - to);
    done = to;
  });
  if (before.length > done) delta.push(before.length - done);
  return delta;
}

/** A delta as CodeMirror's changes; positions are those before it. */
export function toChangeSpecs(delta: TextDelta): ChangeSpec[] {
  const specs: { from: number; to: number; insert?: Text }[] = [];
  let at = 0;
  for (const component of delta) {
    // By the newline alone, as the editor's state splits its lines: a carriage return is a character of the text.
    if (typeof component === 'string') specs.push({ from: at, to: at, insert: Text.of(component.split('\n')) });
    else if (component > 0) at += component;
    else specs.push({ from: at, to: (at -= component) });
  }
  return specs;
}

function splitsPair(text: Text, position: number): boolean {
  if (position <= 0 || position >= text.length) return false;
  const around = text.sliceString(position - 1, position + 1);
  return isHigh(around.charCodeAt(0)) && isLow(around.charCodeAt(1));
}
