import { TextCursor, TextDeltaBuilder, lengthsOf, requireLength } from './delta.js';
import type { TextDelta } from './kinds.js';

/**
 * Which of two concurrent deltas the log holds first. It decides both ties, on opposite sides: of two inserts at one position the
 * earlier stands left; of two formats of one attribute the later wins.
 *
 * `overFirst`: the delta moved over is the earlier one. The authority's rebase, and a client moving its pending delta over what the server sent.
 * `deltaFirst`: the moved delta is the earlier one. A client moving what the server sent over its pending delta.
 */
export type TransformOrder = 'overFirst' | 'deltaFirst';

/**
 * Moves `delta` over `over`; both start from one document, the result starts from where `over` ends.
 * TP1: d·over·transform(delta, over, overFirst) = d·delta·transform(over, delta, deltaFirst).
 */
export function transform(delta: TextDelta, over: TextDelta, order: TransformOrder): TextDelta {
  requireLength(lengthsOf(delta).base, lengthsOf(over).base);
  const moved = new TextCursor(delta);
  const other = new TextCursor(over);
  const output = new TextDeltaBuilder();
  for (;;) {
    if (moved.atInsert && (order === 'deltaFirst' || !other.atInsert)) {
      output.insert(moved.take(Infinity) as string);
    } else if (other.atInsert) {
      output.retain((other.take(Infinity) as string).length);
    } else if (moved.current === undefined) {
      return output.build();
    } else {
      const length = Math.min(moved.remaining, other.remaining);
      const isDeletedByOther = (other.take(length) as number) < 0;
      const isRetained = (moved.take(length) as number) > 0;
      if (isDeletedByOther) continue;
      if (isRetained) output.retain(length);
      else output.delete(length);
    }
  }
}
