import type { RichTextDelta, TextDelta } from './kinds.js';

/** A component of either form, seen by its length only. */
export interface Step {
  readonly type: 'retain' | 'insert' | 'delete';
  /** UTF-16 code units; an embed counts 1. Never zero in a normal delta. */
  readonly length: number;
  readonly isPlain: boolean;
}

/** What both kinds of delta have in common, so that lengths and positions are computed in one place. */
export function stepOf(component: TextDelta[number] | RichTextDelta[number]): Step {
  if (typeof component === 'string') return { type: 'insert', length: component.length, isPlain: true };
  if (typeof component === 'number') return { type: component > 0 ? 'retain' : 'delete', length: Math.abs(component), isPlain: true };
  if ('insert' in component) {
    const length = typeof component.insert === 'string' ? component.insert.length : 1;
    return { type: 'insert', length, isPlain: component.attributes === undefined };
  }
  if ('delete' in component) return { type: 'delete', length: component.delete, isPlain: true };
  return { type: 'retain', length: component.retain, isPlain: component.attributes === undefined };
}

/** Length of the document that the delta applies to, and of the one that it makes. */
export function lengthsOf(delta: TextDelta | RichTextDelta): { base: number; target: number } {
  let base = 0;
  let target = 0;
  for (const component of delta) {
    const { type, length } = stepOf(component);
    if (type !== 'insert') base += length;
    if (type !== 'delete') target += length;
  }
  return { base, target };
}

/** Whether applying it changes nothing. */
export function isIdentity(delta: TextDelta | RichTextDelta): boolean {
  return delta.every((component) => {
    const { type, isPlain } = stepOf(component);
    return type === 'retain' && isPlain;
  });
}

export function requireLength(expected: number, actual: number): void {
  if (expected !== actual) throw new RangeError(`Delta has base length ${expected} but meets length ${actual}.`);
}

/** The text with U+FFFD in place of each lone surrogate: positions stay what they are, and the server takes it. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/**
 * Collects a text delta in normal form: nothing empty, neighbours that are alike are one, an insert stands before a delete at
 * the same place. Knows nothing of who calls it.
 */
export class TextDeltaBuilder {
  readonly #components: (number | string)[] = [];

  retain(length: number): this {
    if (length === 0) return this;
    const last = this.#components.at(-1);
    if (typeof last === 'number' && last > 0) this.#components[this.#components.length - 1] = last + length;
    else this.#components.push(length);
    return this;
  }

  delete(length: number): this {
    if (length === 0) return this;
    const last = this.#components.at(-1);
    if (typeof last === 'number' && last < 0) this.#components[this.#components.length - 1] = last - length;
    else this.#components.push(-length);
    return this;
  }

  insert(text: string): this {
    if (text === '') return this;
    // Insert and delete at one place commute; written in one order only, equal deltas look equal.
    const end = this.#components.length;
    const last = this.#components[end - 1];
    const at = typeof last === 'number' && last < 0 ? end - 1 : end;
    const before = this.#components[at - 1];
    if (typeof before === 'string') this.#components[at - 1] = before + text;
    else this.#components.splice(at, 0, text);
    return this;
  }

  build(): TextDelta {
    return this.#components;
  }
}

/** Walks the components of a text delta in pieces of any length. */
export class TextCursor {
  #index = 0;
  #used = 0;

  constructor(readonly delta: TextDelta) {}

  /** The rest of the current component: a string (insert), a positive (retain) or negative (delete) number; undefined at the end. */
  get current(): number | string | undefined {
    const component = this.delta[this.#index];
    if (component === undefined || this.#used === 0) return component;
    if (typeof component === 'string') return component.slice(this.#used);
    return component > 0 ? component - this.#used : component + this.#used;
  }

  get atInsert(): boolean {
    return typeof this.delta[this.#index] === 'string';
  }

  /** Code units left of the current component; zero at the end. */
  get remaining(): number {
    const component = this.delta[this.#index];
    if (component === undefined) return 0;
    return (typeof component === 'string' ? component.length : Math.abs(component)) - this.#used;
  }

  /** Takes up to `length` code units of the current component. */
  take(length: number): number | string {
    const component = this.delta[this.#index]!;
    const start = this.#used;
    const size = typeof component === 'string' ? component.length : Math.abs(component);
    const taken = Math.min(length, size - start);
    this.#used += taken;
    if (this.#used === size) {
      this.#index++;
      this.#used = 0;
    }
    if (typeof component === 'string') return component.slice(start, start + taken);
    return component > 0 ? taken : -taken;
  }
}
