import { between } from './between.js';
import { compose } from './compose.js';
import { contentHash } from './contentHash.js';
import { TextDeltaBuilder, lengthsOf, requireLength, wellFormed } from './delta.js';
import type { DocumentKind } from './documentKind.js';
import type { TextDelta } from './kinds.js';
import { transform } from './transform.js';

/** Plain text. Content is a string, a delta is `[5, "abc", -3, 40]`. */
export const textKind: DocumentKind<'text'> = {
  name: 'text',
  lengthOf: (content) => content.length,
  identity: (length) => (length > 0 ? [length] : []),
  normalize,
  apply,
  compose,
  invert,
  transform,
  between,
  hash: contentHash,
};

function normalize(input: TextDelta, length: number): TextDelta {
  const output = new TextDeltaBuilder();
  for (const component of input) {
    if (typeof component === 'string') output.insert(wellFormed(component));
    else if (!Number.isSafeInteger(component)) throw new RangeError(`Delta holds the number ${component}; it must be an integer.`);
    else if (component > 0) output.retain(component);
    else output.delete(-component);
  }
  const rest = length - lengthsOf(output.build()).base;
  if (rest < 0) throw new RangeError(`Delta reaches to ${length - rest} but the document is ${length} code units long.`);
  return output.retain(rest).build();
}

function apply(content: string, delta: TextDelta): string {
  requireLength(lengthsOf(delta).base, content.length);
  let at = 0;
  let result = '';
  for (const component of delta) {
    if (typeof component === 'string') {
      result += component;
    } else {
      if (component > 0) result += content.slice(at, at + component);
      at += Math.abs(component);
    }
  }
  return result;
}

function invert(delta: TextDelta, content: string): TextDelta {
  requireLength(lengthsOf(delta).base, content.length);
  const output = new TextDeltaBuilder();
  let at = 0;
  for (const component of delta) {
    if (typeof component === 'string') {
      output.delete(component.length);
    } else {
      if (component > 0) output.retain(component);
      else output.insert(content.slice(at, at - component));
      at += Math.abs(component);
    }
  }
  return output.build();
}
