import Quill from 'quill';
import type EmbedBlot from 'quill/blots/embed';
import Delta, { type Op } from 'quill-delta';
import type { QuillOperations } from '@collab/client';

const name = 'foreign';

/**
 * An embed that this editor does not know, such as another program's chart. Quill refuses unknown ones; shown as a chip it keeps its place, and its
 * value goes back as it came.
 */
export function registerForeignEmbed(): void {
  const Embed = Quill.import('blots/embed') as typeof EmbedBlot;

  class Foreign extends Embed {
    static override blotName = name;
    static override tagName = 'SPAN';
    static override className = 'ql-foreign';

    static override create(value: unknown): HTMLElement {
      const node = super.create(value) as HTMLElement;
      const embed = JSON.parse(String(value)) as Record<string, unknown>;
      node.dataset['embed'] = String(value);
      node.textContent = Object.keys(embed)[0] ?? name;
      return node;
    }

    static override value(node: HTMLElement): unknown {
      return node.dataset['embed'];
    }
  }

  Quill.register(Foreign as unknown as Parameters<typeof Quill.register>[0] & object, true);
}

/** A delta as Quill can show it, of the same lengths: unknown embeds as chips, and carriage returns, which Quill would swallow, as their sign. */
export function asShown(delta: Delta): Delta {
  return new Delta(
    delta.ops.map((op): Op => {
      if (typeof op.insert === 'string') return op.insert.includes('\r') ? { ...op, insert: op.insert.replaceAll('\r', '\u240d') } : op;
      if (op.insert === undefined) return op;
      const embed = Object.keys(op.insert)[0];
      const known = embed !== undefined && embed !== name && `formats/${embed}` in Quill.imports;
      return known ? op : { ...op, insert: { [name]: JSON.stringify(op.insert) } };
    }),
  );
}

/** The reverse, for embeds: what was cut and pasted here is what it was. */
export function asTyped(delta: Delta): QuillOperations {
  return delta.ops.map((op) => {
    const value = typeof op.insert === 'object' ? op.insert[name] : undefined;
    return (typeof value === 'string' ? { ...op, insert: JSON.parse(value) as Record<string, unknown> } : op) as QuillOperations[number];
  });
}
