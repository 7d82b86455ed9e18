import { EditorSelection, StateEffect, type Extension } from '@codemirror/state';
import { EditorView, RectangleMarker, layer, type LayerMarker, type ViewUpdate } from '@codemirror/view';
import { caretElement } from './caret-element';
import type { RemoteCaret, RemoteCarets } from './remote-carets';

/** Somebody came, went, moved or changed their name. */
export const presenceChanged = StateEffect.define<null>();

/**
 * Draws the others' carets and selections in layers over and under the text. Nothing is put into the text itself: the line being composed with an
 * input method must not be touched, and words must not move when somebody passes.
 */
export function remoteCarets(carets: RemoteCarets): Extension {
  const update = (update: ViewUpdate) =>
    update.docChanged || update.geometryChanged || update.viewportChanged || update.transactions.some((transaction) => transaction.effects.some((effect) => effect.is(presenceChanged)));
  const inside = (view: EditorView, position: number) => Math.min(position, view.state.doc.length);

  return [
    layer({
      above: false,
      class: 'remote-ranges',
      update,
      markers: (view) =>
        carets.current().flatMap(({ anchor, head, person }) =>
          anchor === head ? [] : [...RectangleMarker.forRange(view, `remote-range person-${person}`, EditorSelection.range(inside(view, anchor), inside(view, head)))]),
    }),
    layer({
      above: true,
      class: 'remote-carets',
      update,
      markers: (view) =>
        carets.current().flatMap((caret) =>
          RectangleMarker.forRange(view, '', EditorSelection.cursor(inside(view, caret.head), caret.head > caret.anchor ? -1 : 1)).map((at) => new CaretMarker(caret, at, at.left > view.contentDOM.clientWidth - 150))),
    }),
  ];
}

class CaretMarker implements LayerMarker {
  constructor(private readonly caret: RemoteCaret, private readonly at: RectangleMarker, private readonly flipped: boolean) {}

  eq(other: CaretMarker): boolean {
    return (
      this.at.eq(other.at) && this.flipped === other.flipped && this.caret.session === other.caret.session &&
      this.caret.name === other.caret.name && this.caret.person === other.caret.person && this.caret.rested >= other.caret.rested
    );
  }

  draw(): HTMLElement {
    const { left, top, height } = this.at;
    return caretElement(this.caret, { left, top, height }, this.flipped);
  }
}
