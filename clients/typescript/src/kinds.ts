/** Attribute values are plain JSON; `null` in a delta takes an attribute away. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Formatting of a range, such as `{bold: true}`. */
export type Attributes = { readonly [name: string]: Json };

/**
 * A change of a text: a positive integer keeps that many UTF-16 code units, a negative one deletes, a string inserts.
 * `[5, "abc", -3, 40]`. What the server sends always spans the whole document; what is passed to `edit` may leave out the last retain.
 */
export type TextDelta = readonly (number | string)[];

export interface RichTextInsert {
  readonly insert: string | { readonly [embed: string]: Json };
  readonly attributes?: Attributes;
}

export interface RichTextRetain {
  readonly retain: number;
  readonly attributes?: Attributes;
}

export interface RichTextDelete {
  readonly delete: number;
}

/** A change of a rich text, in the form of Quill's operations; an embed counts as one code unit. */
export type RichTextDelta = readonly (RichTextInsert | RichTextRetain | RichTextDelete)[];

/** A rich text: inserts only. The initial one is one newline. */
export type RichTextContent = readonly RichTextInsert[];

/** What each kind of document is made of: its content, its changes, and what `edit` takes besides those. */
export interface Kinds {
  text: { content: string; delta: TextDelta; input: TextDelta };
  richtext: { content: RichTextContent; delta: RichTextDelta; input: QuillOperations | { readonly ops: QuillOperations } };
}

/** Quill's own type of a delta's operations, which allows more than is ever there. */
export type QuillOperations = readonly {
  readonly insert?: string | Record<string, unknown>;
  readonly retain?: number | Record<string, unknown>;
  readonly delete?: number;
  readonly attributes?: Record<string, unknown>;
}[];

/** A document kind's name on the wire. */
export type KindName = keyof Kinds;
export type Content<K extends KindName> = Kinds[K]['content'];
export type Delta<K extends KindName> = Kinds[K]['delta'];
/** What `edit` accepts: a delta with or without its last retain, for rich text also Quill's own `Delta`. */
export type DeltaInput<K extends KindName> = Kinds[K]['input'];
