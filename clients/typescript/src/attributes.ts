import { canonicalJson } from './canonicalJson.js';
import type { Attributes, Json } from './kinds.js';

// The operations of Quill's AttributeMap. Its own code loses an attribute named `__proto__`, which a delta of a stranger may hold; here
// objects are only made by spread and fromEntries, which take every name as data.

/** First `earlier`, then `later`, which wins. Nulls stay only where a retain carries the result: what is inserted has nothing to remove. */
export function composeAttributes(earlier: Attributes | undefined, later: Attributes | undefined, keepNulls: boolean): Attributes | undefined {
  if (earlier === undefined && (later === undefined || keepNulls)) return later;
  if (later === undefined) return earlier;
  return attributesOf(Object.entries({ ...earlier, ...later }).filter(([, value]) => keepNulls || value !== null));
}

/** Those whose names `other` does not set. */
export function withoutAttributes(attributes: Attributes | undefined, other: Attributes | undefined): Attributes | undefined {
  if (attributes === undefined || other === undefined) return attributes;
  return attributesOf(Object.entries(attributes).filter(([name]) => !Object.hasOwn(other, name)));
}

/** What a retain must carry to undo `change` of a run formatted with `formatted`. */
export function invertAttributes(change: Attributes | undefined, formatted: Attributes | undefined): Attributes | undefined {
  if (change === undefined) return undefined;
  // What was removed and not there is removed again by the inverse: Quill's way, and harmless.
  const changed = Object.entries(change).filter(([name, value]) => value === null || !equalJson(valueOf(formatted, name), value));
  return attributesOf(changed.map(([name]) => [name, valueOf(formatted, name)]));
}

/** What a retain must carry to turn one format into another. */
export function attributesBetween(from: Attributes | undefined, to: Attributes | undefined): Attributes | undefined {
  const removed = Object.fromEntries(Object.keys(from ?? {}).map((name) => [name, null]));
  return attributesOf(Object.entries({ ...removed, ...to }).filter(([name, value]) => !equalJson(valueOf(from, name), value)));
}

export function equalAttributes(a: Attributes | undefined, b: Attributes | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && equalJson(a[name], b[name]));
}

/** No attributes is undefined, as everywhere, and never an empty object. */
export function attributesOf(entries: readonly (readonly [string, Json])[]): Attributes | undefined {
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Attributes);
}

function valueOf(attributes: Attributes | undefined, name: string): Json {
  return attributes !== undefined && Object.hasOwn(attributes, name) ? attributes[name]! : null;
}

function equalJson(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && canonicalJson(a) === canonicalJson(b));
}
