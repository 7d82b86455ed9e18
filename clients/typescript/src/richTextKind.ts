import QuillDelta from 'quill-delta';
import { between as textBetween } from './between.js';
import { canonicalJson } from './canonicalJson.js';
import { contentHash } from './contentHash.js';
import { lengthsOf, requireLength, wellFormed } from './delta.js';
import type { DocumentKind } from './documentKind.js';
import type { Attributes, DeltaInput, RichTextContent, RichTextDelta, RichTextInsert } from './kinds.js';
import type { TransformOrder } from './transform.js';

// quill-delta is a CommonJS module whose export is also its own `default`; this form works in Node and in every bundler.
const Quill = QuillDelta.default;
const { AttributeMap, OpIterator } = QuillDelta;
type Quill = InstanceType<typeof Quill>;

/**
 * Rich text with the meaning of Quill Delta. `compose` and `invert` are quill-delta's own. Where it does not keep our laws, it is not used:
 *
 * - It cuts a trailing retain off. A delta here spans its document, so that one made for another length fails at once; the retain is put back.
 * - Its `transform` gives both ties to one side (`priority`). Here the earlier insert stands left and the *later* format wins, as
 *   everywhere a last writer does, so the walk below is ours.
 * - Its `diff` takes quadratic time on long texts, and calls two runs that only differ in format a replacement of nothing; `between` aligns lines first.
 */
export const richTextKind: DocumentKind<'richtext'> = {
  name: 'richtext',
  lengthOf: (content) => lengthsOf(content).target,
  identity: (length) => (length > 0 ? [{ retain: length }] : []),
  normalize,
  apply,
  compose,
  invert,
  transform,
  between,
  hash: (content) => contentHash(canonicalJson(content)),
};

function asQuill(delta: RichTextDelta): Quill {
  return new Quill(delta as Quill['ops']);
}

function asDelta(quill: Quill, baseLength: number): RichTextDelta {
  const delta = quill.ops as unknown as RichTextDelta;
  return asQuill(delta).retain(baseLength - lengthsOf(delta).base).ops as unknown as RichTextDelta;
}

/** What is inserted has nothing to remove, and no attributes is not an empty object. */
function attributesOf(attributes: Attributes | undefined, keepNulls: boolean): Attributes | undefined {
  return AttributeMap.compose({}, attributes as Record<string, unknown>, keepNulls) as Attributes | undefined;
}

function normalize(input: DeltaInput<'richtext'>, length: number): RichTextDelta {
  const components = ('ops' in input ? input.ops : input) as RichTextDelta;
  const output = new Quill();
  for (const component of components) {
    if ('insert' in component && component.insert !== undefined) {
      const { insert } = component;
      const text = typeof insert === 'string' ? wellFormed(insert) : (insert as Record<string, unknown>);
      if (text !== '') output.insert(text, attributesOf(component.attributes, false));
      continue;
    }
    const count = 'delete' in component && component.delete !== undefined ? component.delete : (component as { retain: unknown }).retain;
    if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0)
      throw new RangeError(`Delta retains or deletes ${typeof count === 'number' ? count : typeof count}; it must be a positive integer.`);
    if ('delete' in component && component.delete !== undefined) output.delete(count);
    else output.retain(count, attributesOf((component as { attributes?: Attributes }).attributes, true));
  }
  const rest = length - lengthsOf(output.ops as unknown as RichTextDelta).base;
  if (rest < 0) throw new RangeError(`Delta reaches to ${length - rest} but the document is ${length} code units long.`);
  return output.retain(rest).ops as unknown as RichTextDelta;
}

function apply(content: RichTextContent, delta: RichTextDelta): RichTextContent {
  requireLength(lengthsOf(delta).base, lengthsOf(content).target);
  return asQuill(content).compose(asQuill(delta)).ops as unknown as RichTextContent;
}

function compose(first: RichTextDelta, second: RichTextDelta): RichTextDelta {
  const { base, target } = lengthsOf(first);
  requireLength(lengthsOf(second).base, target);
  return asDelta(asQuill(first).compose(asQuill(second)), base);
}

function invert(delta: RichTextDelta, content: RichTextContent): RichTextDelta {
  const { base, target } = lengthsOf(delta);
  requireLength(base, lengthsOf(content).target);
  return asDelta(asQuill(delta).invert(asQuill(content)), target);
}

function transform(delta: RichTextDelta, over: RichTextDelta, order: TransformOrder): RichTextDelta {
  requireLength(lengthsOf(delta).base, lengthsOf(over).base);
  const moved = new OpIterator(delta as Quill['ops']);
  const other = new OpIterator(over as Quill['ops']);
  const output = new Quill();
  while (moved.hasNext() || other.hasNext()) {
    if (moved.peekType() === 'insert' && (order === 'deltaFirst' || other.peekType() !== 'insert')) {
      output.push(moved.next());
    } else if (other.peekType() === 'insert') {
      output.retain(other.peekLength());
      other.next();
    } else {
      const length = Math.min(moved.peekLength(), other.peekLength());
      const mine = moved.next(length);
      const theirs = other.next(length);
      if (theirs.delete !== undefined) continue;
      if (mine.delete !== undefined) output.delete(length);
      // The priority of quill-delta's attributes: true takes out of ours what the other sets as well.
      else output.retain(length, AttributeMap.transform(theirs.attributes, mine.attributes, order === 'deltaFirst'));
    }
  }
  return output.ops as unknown as RichTextDelta;
}

function between(from: RichTextContent, to: RichTextContent): RichTextDelta {
  const before = new OpIterator(from as unknown as Quill['ops']);
  const after = new OpIterator(to as unknown as Quill['ops']);
  const output = new Quill();
  for (const component of textBetween(plainText(from), plainText(to))) {
    if (typeof component === 'string') {
      for (let rest = component.length; rest > 0; ) {
        const inserted = after.next(Math.min(rest, after.peekLength()));
        rest -= typeof inserted.insert === 'string' ? inserted.insert.length : 1;
        output.push(inserted);
      }
    } else if (component < 0) {
      for (let rest = -component; rest > 0; ) {
        const length = Math.min(rest, before.peekLength());
        before.next(length);
        rest -= length;
      }
      output.delete(-component);
    } else {
      for (let rest = component; rest > 0; ) {
        const length = Math.min(rest, before.peekLength(), after.peekLength());
        const old = before.next(length);
        const now = after.next(length);
        rest -= length;
        // Embeds all look alike in the plain text.
        if (canonicalJson(old.insert) === canonicalJson(now.insert)) output.retain(length, AttributeMap.diff(old.attributes, now.attributes));
        else output.push(now).delete(length);
      }
    }
  }
  return output.ops as unknown as RichTextDelta;
}

/** The text without formats; an embed is U+FFFC, so that positions stay what they are. */
function plainText(content: RichTextContent): string {
  return content.map(({ insert }: RichTextInsert) => (typeof insert === 'string' ? insert : '\ufffc')).join('');
}
