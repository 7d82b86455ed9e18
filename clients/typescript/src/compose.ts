import { TextCursor, TextDeltaBuilder, lengthsOf, requireLength } from './delta.js';
import type { TextDelta } from './kinds.js';

/**
 * `first`, then `second`, as one delta: d·compose(a, b) = d·a·b. Associative.
 *
 * For what nobody else has seen yet, and for content. Never for moving others over it: transform does not distribute over compose.
 */
export function compose(first: TextDelta, second: TextDelta): TextDelta {
  requireLength(lengthsOf(second).base, lengthsOf(first).target);
  const earlier = new TextCursor(first);
  const later = new TextCursor(second);
  const output = new TextDeltaBuilder();
  for (;;) {
    if (later.atInsert) {
      output.insert(later.take(Infinity) as string);
      continue;
    }
    const change = earlier.current;
    if (typeof change === 'number' && change < 0) {
      output.delete(-(earlier.take(Infinity) as number));
      continue;
    }
    if (change === undefined) return output.build();
    const length = Math.min(earlier.remaining, later.remaining);
    const made = earlier.take(length);
    const isKept = (later.take(length) as number) > 0;
    // Inserted and deleted again: nothing remains.
    if (typeof made === 'string') output.insert(isKept ? made : '');
    else if (isKept) output.retain(length);
    else output.delete(length);
  }
}

/** Many deltas in a row as one, pairwise: composing one after the other into the first would copy it each time. */
export function composeAll<D>(deltas: readonly D[], composeTwo: (first: D, second: D) => D): D {
  if (deltas.length === 1) return deltas[0]!;
  const half = deltas.length >> 1;
  return composeTwo(composeAll(deltas.slice(0, half), composeTwo), composeAll(deltas.slice(half), composeTwo));
}
