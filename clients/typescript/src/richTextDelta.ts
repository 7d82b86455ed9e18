import { composeAttributes, equalAttributes, invertAttributes, withoutAttributes } from './attributes.js';
import { lengthsOf, requireLength, stepOf } from './delta.js';
import type { Attributes, RichTextContent, RichTextDelta, RichTextInsert } from './kinds.js';
import type { TransformOrder } from './transform.js';

type Component = RichTextDelta[number];

/** Collects a delta of rich text in normal form, as `TextDeltaBuilder` does for text. */
export class RichTextDeltaBuilder {
  readonly #components: Component[] = [];

  retain(length: number, attributes?: Attributes): this {
    if (length === 0) return this;
    const last = this.#components.at(-1);
    const isAlike = last !== undefined && 'retain' in last && equalAttributes(last.attributes, attributes);
    if (isAlike) this.#components.pop();
    this.#components.push(withAttributes({ retain: isAlike ? last.retain + length : length }, attributes));
    return this;
  }

  delete(length: number): this {
    if (length === 0) return this;
    const last = this.#components.at(-1);
    const isAlike = last !== undefined && 'delete' in last;
    if (isAlike) this.#components.pop();
    this.#components.push({ delete: isAlike ? last.delete + length : length });
    return this;
  }

  insert(insert: RichTextInsert['insert'], attributes?: Attributes): this {
    if (insert === '') return this;
    const end = this.#components.length;
    const last = this.#components[end - 1];
    const at = last !== undefined && 'delete' in last ? end - 1 : end;
    const before = this.#components[at - 1];
    const isAlike =
      typeof insert === 'string' && before !== undefined && 'insert' in before && typeof before.insert === 'string' && equalAttributes(before.attributes, attributes);
    if (isAlike) this.#components[at - 1] = withAttributes({ insert: (before.insert as string) + insert }, attributes);
    else this.#components.splice(at, 0, withAttributes({ insert }, attributes));
    return this;
  }

  /** A component as it is, whatever it does. */
  push(component: Component): this {
    if ('insert' in component) return this.insert(component.insert, component.attributes);
    if ('delete' in component) return this.delete(component.delete);
    return this.retain(component.retain, component.attributes);
  }

  build(): RichTextDelta {
    return this.#components;
  }
}

function withAttributes<C extends object>(component: C, attributes: Attributes | undefined): C & { readonly attributes?: Attributes } {
  return attributes === undefined ? component : { ...component, attributes };
}

/** Walks the components of a delta, or of content, in pieces of any length. */
export class RichTextCursor {
  #index = 0;
  #used = 0;

  constructor(readonly delta: RichTextDelta) {}

  /** The component stood at, whole; undefined at the end. */
  get current(): Component | undefined {
    return this.delta[this.#index];
  }

  get atInsert(): boolean {
    return this.current !== undefined && 'insert' in this.current;
  }

  get atDelete(): boolean {
    return this.current !== undefined && 'delete' in this.current;
  }

  /** Code units left of the current component; zero at the end. */
  get remaining(): number {
    return this.current === undefined ? 0 : stepOf(this.current).length - this.#used;
  }

  /** Takes up to `length` code units of the current component. */
  take(length: number): Component {
    const component = this.current!;
    const start = this.#used;
    const taken = Math.min(length, this.remaining);
    if (taken === this.remaining) {
      this.#index++;
      this.#used = 0;
    } else {
      this.#used += taken;
    }
    if ('delete' in component) return { delete: taken };
    if ('retain' in component) return withAttributes({ retain: taken }, component.attributes);
    if (typeof component.insert !== 'string') return component;
    return withAttributes({ insert: component.insert.slice(start, start + taken) }, component.attributes);
  }
}

/** See `compose` in compose.ts. */
export function composeRichText(first: RichTextDelta, second: RichTextDelta): RichTextDelta {
  requireLength(lengthsOf(second).base, lengthsOf(first).target);
  const earlier = new RichTextCursor(first);
  const later = new RichTextCursor(second);
  const output = new RichTextDeltaBuilder();
  for (;;) {
    if (later.atInsert) {
      output.push(later.take(Infinity));
    } else if (earlier.atDelete) {
      output.push(earlier.take(Infinity));
    } else if (earlier.current === undefined) {
      return output.build();
    } else {
      const length = Math.min(earlier.remaining, later.remaining);
      const made = earlier.take(length) as Exclude<Component, { delete: number }>;
      const change = later.take(length);
      if ('delete' in change) {
        // Inserted and deleted again: nothing remains.
        if ('retain' in made) output.delete(length);
      } else if ('insert' in made) {
        output.insert(made.insert, composeAttributes(made.attributes, change.attributes, false));
      } else {
        output.retain(length, composeAttributes(made.attributes, change.attributes, true));
      }
    }
  }
}

/** See `transform` in transform.ts. */
export function transformRichText(delta: RichTextDelta, over: RichTextDelta, order: TransformOrder): RichTextDelta {
  requireLength(lengthsOf(delta).base, lengthsOf(over).base);
  const moved = new RichTextCursor(delta);
  const other = new RichTextCursor(over);
  const output = new RichTextDeltaBuilder();
  for (;;) {
    if (moved.atInsert && (order === 'deltaFirst' || !other.atInsert)) {
      output.push(moved.take(Infinity));
    } else if (other.atInsert) {
      output.retain(stepOf(other.take(Infinity)).length);
    } else if (moved.current === undefined) {
      return output.build();
    } else {
      const length = Math.min(moved.remaining, other.remaining);
      const mine = moved.take(length) as Exclude<Component, RichTextInsert>;
      const theirs = other.take(length) as Exclude<Component, RichTextInsert>;
      if ('delete' in theirs) continue;
      if ('delete' in mine) output.delete(length);
      // Of two formats the later wins: moved as the earlier one, it gives way.
      else output.retain(length, order === 'deltaFirst' ? withoutAttributes(mine.attributes, theirs.attributes) : mine.attributes);
    }
  }
}

export function invertRichText(delta: RichTextDelta, content: RichTextContent): RichTextDelta {
  requireLength(lengthsOf(delta).base, lengthsOf(content).target);
  const before = new RichTextCursor(content);
  const output = new RichTextDeltaBuilder();
  for (const component of delta) {
    let { length: rest } = stepOf(component);
    if ('insert' in component) {
      output.delete(rest);
      continue;
    }
    while (rest > 0) {
      const length = Math.min(rest, before.remaining);
      const run = before.take(length) as RichTextInsert;
      rest -= length;
      if ('delete' in component) output.push(run);
      else output.retain(length, invertAttributes(component.attributes, run.attributes));
    }
  }
  return output.build();
}
