import { stepOf } from './delta.js';
import type { RichTextDelta, TextDelta } from './kinds.js';

/** Positions in UTF-16 code units. `anchor` is where the selection began, `head` where the caret is; equal for a bare caret. */
export interface Selection {
  readonly anchor: number;
  readonly head: number;
}

/** Where a caret ends up when text is inserted exactly at it: left of somebody else's text, right of its own author's. */
export type CaretSide = 'beforeInsert' | 'afterInsert';

/** Where a position of the base is in the target. In a deleted range it falls to where the range was. */
export function transformPosition(delta: TextDelta | RichTextDelta, position: number, side: CaretSide): number {
  let at = 0;
  let shifted = position;
  for (const component of delta) {
    const { type, length } = stepOf(component);
    if (type === 'insert') {
      if (at < position || side === 'afterInsert') shifted += length;
      continue;
    }
    if (type === 'delete') shifted -= Math.min(length, position - at);
    at += length;
    if (at > position) break;
  }
  return shifted;
}

export function transformSelection(delta: TextDelta | RichTextDelta, selection: Selection, side: CaretSide): Selection {
  return { anchor: transformPosition(delta, selection.anchor, side), head: transformPosition(delta, selection.head, side) };
}

/** Where a person who made this delta left off: the end of its last insert or delete, in the target; null if it only formats. */
export function endOfChange(delta: TextDelta | RichTextDelta): number | null {
  let target = 0;
  let end: number | null = null;
  for (const component of delta) {
    const { type, length } = stepOf(component);
    if (type !== 'delete') target += length;
    if (type !== 'retain') end = target;
  }
  return end;
}
