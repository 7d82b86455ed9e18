import type { Json, RichTextDelta } from './kinds.js';

/** RFC 8785: members sorted by UTF-16 code units, numbers and strings as ECMAScript writes them, no white space. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value as { [name: string]: Json | undefined }).filter(([, member]) => member !== undefined);
  // JavaScript compares strings by code units, as the RFC asks.
  members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}

/**
 * A rich text, or a delta of one. The one exception to the RFC: a component says what it does before it says how that looks, as Quill writes it.
 * This is what the content hash is taken of.
 */
export function canonicalRichText(components: RichTextDelta): string {
  const written = components.map((component) => {
    const [name, value] = Object.entries(component).find(([member]) => member !== 'attributes')!;
    const attributes = 'attributes' in component ? `,"attributes":${canonicalJson(component.attributes)}` : '';
    return `{"${name}":${canonicalJson(value)}${attributes}}`;
  });
  return `[${written.join(',')}]`;
}
