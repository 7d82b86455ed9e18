import { attributesBetween, composeAttributes } from './attributes.js';
import { between as textBetween } from './between.js';
import { canonicalJson, canonicalRichText } from './canonicalJson.js';
import { contentHash } from './contentHash.js';
import { lengthsOf, wellFormed } from './delta.js';
import type { DocumentKind } from './documentKind.js';
import type { Attributes, DeltaInput, Json, RichTextContent, RichTextDelta, RichTextInsert } from './kinds.js';
import { RichTextCursor, RichTextDeltaBuilder, composeRichText, invertRichText, transformRichText } from './richTextDelta.js';

/**
 * Rich text with the meaning of Quill Delta. The npm package `quill-delta` is the tests' measure for compose and invert, and not what runs here, because it
 * does not keep our laws:
 *
 * - It cuts a trailing retain off. A delta here spans its document, so that one made for another length fails at once.
 * - Its `transform` gives both ties to one side (`priority`). Here the earlier insert stands left and the *later* format wins, as everywhere
 *   a last writer does.
 * - It loses attributes named `__proto__`, which the server keeps: such a replica would diverge.
 * - Its `diff` takes quadratic time on long texts.
 */
export const richTextKind: DocumentKind<'richtext'> = {
  name: 'richtext',
  lengthOf: (content) => lengthsOf(content).target,
  identity: (length) => (length > 0 ? [{ retain: length }] : []),
  normalize,
  // Content is the delta that makes it of nothing.
  apply: (content, delta) => composeRichText(content, delta) as RichTextContent,
  compose: composeRichText,
  invert: invertRichText,
  transform: transformRichText,
  between,
  hash: (content) => contentHash(canonicalRichText(content)),
};

function normalize(input: DeltaInput<'richtext'>, length: number): RichTextDelta {
  const output = new RichTextDeltaBuilder();
  for (const { insert, retain, delete: deleted, attributes } of 'ops' in input ? input.ops : input) {
    const format = formatOf(attributes as Attributes | undefined, insert === undefined);
    if (typeof insert === 'string') output.insert(wellFormed(insert), format);
    else if (insert !== undefined) output.insert(insert as { [embed: string]: Json }, format);
    else if (deleted !== undefined) output.delete(requireCount(deleted));
    else output.retain(requireCount(retain), format);
  }
  const rest = length - lengthsOf(output.build()).base;
  if (rest < 0) throw new RangeError(`Delta reaches to ${length - rest} but the document is ${length} code units long.`);
  return output.retain(rest).build();
}

function formatOf(attributes: Attributes | undefined, isRetain: boolean): Attributes | undefined {
  return attributes === undefined ? undefined : composeAttributes({}, attributes, isRetain);
}

function requireCount(count: unknown): number {
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
  throw new RangeError(`Delta retains or deletes ${typeof count === 'number' ? count : typeof count}; it must be a positive integer.`);
}

function between(from: RichTextContent, to: RichTextContent): RichTextDelta {
  const before = new RichTextCursor(from);
  const after = new RichTextCursor(to);
  const output = new RichTextDeltaBuilder();
  for (const component of textBetween(plainText(from), plainText(to))) {
    let rest = typeof component === 'string' ? component.length : Math.abs(component);
    while (rest > 0) {
      const length = Math.min(rest, ...cursorsOf(component, before, after).map((cursor) => cursor.remaining));
      rest -= length;
      if (typeof component === 'string') {
        output.push(after.take(length));
      } else if (component < 0) {
        before.take(length);
        output.delete(length);
      } else {
        const old = before.take(length) as RichTextInsert;
        const now = after.take(length) as RichTextInsert;
        // Embeds all look alike in the plain text.
        if (canonicalJson(old.insert) === canonicalJson(now.insert)) output.retain(length, attributesBetween(old.attributes, now.attributes));
        else output.push(now).delete(length);
      }
    }
  }
  return output.build();
}

/** Those that a component of the text's delta moves on. */
function cursorsOf(component: number | string, before: RichTextCursor, after: RichTextCursor): RichTextCursor[] {
  if (typeof component === 'string') return [after];
  return component < 0 ? [before] : [before, after];
}

/** The text without formats; an embed is U+FFFC, so that positions stay what they are. */
function plainText(content: RichTextContent): string {
  return content.map(({ insert }) => (typeof insert === 'string' ? insert : '\ufffc')).join('');
}
