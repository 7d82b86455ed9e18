import { composeAll } from './compose.js';
import { lengthsOf } from './delta.js';
import type { DocumentKind } from './documentKind.js';
import type { Content, Delta, KindName } from './kinds.js';

// Deltas that wait at most. Composing them costs about as much as one pass over the document, once for this many operations.
const waitingLimit = 512;

/**
 * Content that is only computed when it is asked for: what was known, and the deltas since. An editor has the text on its screen, so
 * a keystroke must not cost a pass over the document here.
 */
export class LazyContent<K extends KindName> {
  #base: Content<K>;
  #since: Delta<K>[] = [];
  #length: number;

  constructor(
    readonly kind: DocumentKind<K>,
    content: Content<K>,
  ) {
    this.#base = content;
    this.#length = kind.lengthOf(content);
  }

  /** Code units, without computing the content. */
  get length(): number {
    return this.#length;
  }

  get value(): Content<K> {
    if (this.#since.length > 0) {
      this.#base = this.kind.apply(this.#base, composeAll(this.#since, this.kind.compose));
      this.#since = [];
    }
    return this.#base;
  }

  push(delta: Delta<K>): void {
    this.#length = lengthsOf(delta).target;
    this.#since.push(delta);
    if (this.#since.length >= waitingLimit) void this.value;
  }

  /** The two parts, for storing: a base that rarely changes, and the small deltas since. */
  get parts(): { readonly base: Content<K>; readonly since: readonly Delta<K>[] } {
    return { base: this.#base, since: this.#since };
  }
}
