import type Quill from 'quill';
import type Delta from 'quill-delta';
import { h, perFrame } from '../dom';
import { markDuration } from './binding';
import { caretElement } from './caret-element';
import type { RemoteCarets } from './remote-carets';

/** Where a conflict happened; moves along with the text. */
export interface OverlayMark {
  start: number;
  length: number;
  /** When it was last shown, by `performance.now()`. */
  since: number;
}

/** Places that are remembered; the panel lists no more of them. */
const marksLimit = 200;

/** Carets, selections and marks over a Quill editor. They lie above the text, never in it: Quill's content stays the document's. */
export class QuillOverlay {
  readonly draw = perFrame(() => this.#draw());
  readonly #element = h('div', { class: 'quill-overlay', 'aria-hidden': 'true' });
  #marks: OverlayMark[] = [];

  constructor(private readonly quill: Quill, private readonly sheet: HTMLElement, private readonly carets: RemoteCarets) {
    sheet.append(this.#element);
    new ResizeObserver(this.draw).observe(sheet);
    // Fonts that arrive late move every line.
    void document.fonts.ready.then(this.draw);
  }

  mark(start: number, length: number): OverlayMark {
    const mark = { start, length, since: performance.now() };
    this.#marks = [...this.#marks.slice(1 - marksLimit), mark];
    this.draw();
    return mark;
  }

  show(mark: OverlayMark): void {
    mark.since = performance.now();
    this.draw();
  }

  /** The text changed: marks go along. */
  moved(delta: Delta): void {
    for (const mark of this.#marks) {
      const end = delta.transformPosition(mark.start + mark.length, true);
      mark.start = delta.transformPosition(mark.start, mark.length === 0);
      mark.length = Math.max(0, end - mark.start);
    }
    this.draw();
  }

  scrollTo(index: number): void {
    const bounds = this.quill.getBounds(index);
    if (!bounds) return;
    const scroller = this.sheet.parentElement!;
    const top = this.sheet.offsetTop + bounds.top;
    scroller.scrollTo({ top: top - scroller.clientHeight / 2 });
    this.draw();
  }

  #draw(): void {
    const now = performance.now();
    const parts: HTMLElement[] = [];
    // Several conflicts at one place are one underline, the latest.
    const fresh = this.#marks.filter(({ since }) => now - since < markDuration);
    for (const mark of new Map(fresh.map((one) => [`${one.start} ${one.length}`, one])).values()) {
      for (const box of this.#boxes(mark.start, mark.length)) {
        const element = place(h('div', { class: `conflict-mark${mark.length === 0 ? ' point' : ''}` }), box);
        element.style.animationDelay = `${Math.round(mark.since - now)}ms`;
        parts.push(element);
      }
    }
    for (const caret of this.carets.current()) {
      const start = Math.min(caret.anchor, caret.head);
      const length = Math.abs(caret.anchor - caret.head);
      if (length > 0) parts.push(...this.#boxes(start, length).map((box) => place(h('div', { class: `remote-range person-${caret.person}` }), box)));
      // Quill's last newline has no place of its own: the caret stands before it.
      const bounds = this.quill.getBounds(Math.min(caret.head, this.quill.getLength() - 1));
      if (bounds) parts.push(caretElement(caret, bounds, bounds.left > this.sheet.clientWidth - 150));
    }
    this.#element.replaceChildren(...parts);
  }

  /** One box for each line of a range; for an empty range its caret's. */
  #boxes(start: number, length: number): Box[] {
    const at = (index: number) => Math.min(index, this.quill.getLength() - 1);
    const origin = this.sheet.getBoundingClientRect();
    if (length > 0) {
      const [from, to] = [this.#point(at(start)), this.#point(at(start + length))];
      if (from && to) {
        const range = document.createRange();
        range.setStart(...from);
        range.setEnd(...to);
        const boxes = [...range.getClientRects()].filter(({ width }) => width > 0.5);
        if (boxes.length > 0) return boxes.map(({ left, top, width, height }) => ({ left: left - origin.left, top: top - origin.top, width, height }));
      }
    }
    const bounds = this.quill.getBounds(at(start));
    return bounds ? [{ ...bounds, width: 0 }] : [];
  }

  #point(index: number): [Node, number] | null {
    const [leaf, offset] = this.quill.getLeaf(index);
    return leaf ? (leaf.position(offset, true) as [Node, number]) : null;
  }
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function place(element: HTMLElement, { left, top, width, height }: Box): HTMLElement {
  Object.assign(element.style, { left: `${left}px`, top: `${top}px`, height: `${height}px`, ...(width > 0 ? { width: `${width}px` } : {}) });
  return element;
}
