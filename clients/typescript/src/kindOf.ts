import type { DocumentKind } from './documentKind.js';
import type { KindName } from './kinds.js';
import { richTextKind } from './richTextKind.js';
import { textKind } from './textKind.js';

const kinds: { readonly [K in KindName]: DocumentKind<K> } = { text: textKind, richtext: richTextKind };

/** The algebra of a kind. A new kind is a file beside `textKind.ts`, a line here and one in `kinds.ts`. */
export function kindOf<K extends KindName>(name: K): DocumentKind<K> {
  const kind = kinds[name] as DocumentKind<K> | undefined;
  if (kind === undefined) throw new RangeError(`Document kind ${name} is unknown to this client.`);
  return kind;
}
