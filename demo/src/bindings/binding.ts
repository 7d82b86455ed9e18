import type { Selection } from '@collab/client';

/** What the editor page needs of an editor, whichever it is. */
export interface EditorBinding {
  focus(): void;
  /** Underlines a range for a while and remembers where it goes as the text changes. */
  mark(start: number, length: number): MarkedRange;
  /** Scrolls to somebody's caret and shows their name again. */
  goTo(session: string): void;
  /** Draws the others' carets anew: somebody came, went, moved or has another name. */
  presenceChanged(): void;
  /** Whether the person may change the text. They can still select and copy. */
  allowEditing(allowed: boolean): void;
}

/** A place in the document that moves along with the text around it. */
export interface MarkedRange {
  /** Puts the caret there, scrolls to it and shows the underline again. */
  reveal(): void;
  /** Words such as `line 12`. */
  place(): string;
}

/** What an editor tells the page. */
export interface EditorListener {
  /** The own selection moved, or text was typed. */
  selected(selection: Selection, typed: boolean): void;
}

/** How long the underline of a conflict stays, milliseconds; its animation in `editor.css` lasts as long. */
export const markDuration = 12_000;
