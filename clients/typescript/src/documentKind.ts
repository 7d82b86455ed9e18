import type { Content, Delta, DeltaInput, KindName } from './kinds.js';
import type { TransformOrder } from './transform.js';

/** What a kind of document is made of: its content, its deltas and the algebra between them. Pure; throws a RangeError where lengths don't fit. */
export interface DocumentKind<K extends KindName> {
  readonly name: K;
  lengthOf(content: Content<K>): number;
  identity(length: number): Delta<K>;
  /** The delta in normal form, filled up with a last retain to span a document of this length. */
  normalize(input: DeltaInput<K>, length: number): Delta<K>;
  apply(content: Content<K>, delta: Delta<K>): Content<K>;
  /** d·compose(a, b) = d·a·b. */
  compose(first: Delta<K>, second: Delta<K>): Delta<K>;
  /** Takes a delta back: d·a·invert(a, d) = d. */
  invert(delta: Delta<K>, content: Content<K>): Delta<K>;
  /** See {@link TransformOrder}; TP1 holds. */
  transform(delta: Delta<K>, over: Delta<K>, order: TransformOrder): Delta<K>;
  /** A delta that makes `to` out of `from`. */
  between(from: Content<K>, to: Content<K>): Delta<K>;
  hash(content: Content<K>): number;
}
