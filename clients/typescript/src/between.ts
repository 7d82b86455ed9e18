import diff from 'fast-diff';
import { TextDeltaBuilder } from './delta.js';
import type { TextDelta } from './kinds.js';

// fast-diff takes time in proportion to length times difference. Two unrelated texts of this length take it about 20 ms.
const exactLengthLimit = 4096;

/**
 * A delta that makes `to` out of `from`, with small edits staying small, so that carets and pending edits keep their places. Not the
 * shortest one: long stretches are aligned by the lines that both have exactly once, and compared exactly only in between.
 */
export function between(from: string, to: string): TextDelta {
  const output = new TextDeltaBuilder();
  addBetween(from, to, output);
  return output.build();
}

function addBetween(from: string, to: string, output: TextDeltaBuilder): void {
  const start = commonStart(from, to);
  const end = commonEnd(from, to, Math.min(from.length, to.length) - start);
  output.retain(start);
  addMiddle(from.slice(start, from.length - end), to.slice(start, to.length - end), output);
  output.retain(end);
}

function addMiddle(from: string, to: string, output: TextDeltaBuilder): void {
  if (from === '' || to === '') {
    output.insert(to).delete(from.length);
  } else if (from.length <= exactLengthLimit && to.length <= exactLengthLimit) {
    for (const [type, text] of diff(from, to)) {
      if (type === diff.INSERT) output.insert(text);
      else if (type === diff.DELETE) output.delete(text.length);
      else output.retain(text.length);
    }
  } else {
    const anchors = commonUniqueLines(from, to);
    let fromAt = 0;
    let toAt = 0;
    for (const anchor of anchors) {
      addBetween(from.slice(fromAt, anchor.from), to.slice(toAt, anchor.to), output);
      output.retain(anchor.length);
      fromAt = anchor.from + anchor.length;
      toAt = anchor.to + anchor.length;
    }
    if (anchors.length > 0) addBetween(from.slice(fromAt), to.slice(toAt), output);
    else output.insert(to).delete(from.length);
  }
}

interface Anchor {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** Lines that occur exactly once on either side, as many as stand in the same order on both (patience diff). */
function commonUniqueLines(from: string, to: string): Anchor[] {
  const before = uniqueLines(from);
  const after = uniqueLines(to);
  const common: Anchor[] = [];
  for (const [line, position] of before) {
    const other = after.get(line);
    if (position >= 0 && other !== undefined && other >= 0) common.push({ from: position, to: other, length: line.length });
  }
  return longestIncreasing(common);
}

/** Where each line starts; -1 for one that occurs again. */
function uniqueLines(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline + 1;
    const line = text.slice(start, end);
    lines.set(line, lines.has(line) ? -1 : start);
    start = end;
  }
  return lines;
}

/** The longest subsequence whose `to` rises; the input is sorted by `from`. */
function longestIncreasing(anchors: readonly Anchor[]): Anchor[] {
  const tails: number[] = [];
  const previous = new Int32Array(anchors.length);
  anchors.forEach((anchor, i) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (anchors[tails[middle]!]!.to < anchor.to) low = middle + 1;
      else high = middle;
    }
    previous[i] = low > 0 ? tails[low - 1]! : -1;
    tails[low] = i;
  });
  const longest: Anchor[] = [];
  for (let i = tails.at(-1) ?? -1; i >= 0; i = previous[i]!) longest.push(anchors[i]!);
  return longest.reverse();
}

function commonStart(from: string, to: string): number {
  const limit = Math.min(from.length, to.length);
  let common = 0;
  while (common < limit && from.charCodeAt(common) === to.charCodeAt(common)) common++;
  // Two emoji may share their high surrogate; a cut between the halves would be no position.
  return common > 0 && isHighSurrogate(from.charCodeAt(common - 1)) ? common - 1 : common;
}

function commonEnd(from: string, to: string, limit: number): number {
  let common = 0;
  while (common < limit && from.charCodeAt(from.length - common - 1) === to.charCodeAt(to.length - common - 1)) common++;
  return common > 0 && isLowSurrogate(from.charCodeAt(from.length - common)) ? common - 1 : common;
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
