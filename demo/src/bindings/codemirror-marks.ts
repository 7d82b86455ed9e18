import { EditorSelection, EditorState, StateEffect, StateField, type Extension } from '@codemirror/state';
import { RectangleMarker, layer, type LayerMarker } from '@codemirror/view';
import { markDuration } from './binding';

/** Where a conflict happened; moves along with the text. `since`: when it was last shown, by `performance.now()`. */
interface Mark {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly since: number;
}

export const markConflict = StateEffect.define<Mark>();
export const revealMark = StateEffect.define<{ id: number; since: number }>();

/** Places that are remembered; the panel lists no more of them. */
const marksLimit = 200;

const marks = StateField.define<readonly Mark[]>({
  create: () => [],
  update(all, transaction) {
    if (transaction.docChanged) {
      all = all.map((mark) => ({ ...mark, from: transaction.changes.mapPos(mark.from, mark.from === mark.to ? -1 : 1), to: transaction.changes.mapPos(mark.to, -1) }));
      all = all.map((mark) => (mark.to < mark.from ? { ...mark, to: mark.from } : mark));
    }
    for (const effect of transaction.effects) {
      if (effect.is(markConflict)) all = [...all.slice(1 - marksLimit), effect.value];
      else if (effect.is(revealMark)) all = all.map((mark) => (mark.id === effect.value.id ? { ...mark, since: effect.value.since } : mark));
    }
    return all;
  },
});

export const markedAt = (state: EditorState, id: number) => state.field(marks).find((mark) => mark.id === id);

/** Underlines that fade, in a layer of their own. */
export const conflictMarks: Extension = [
  marks,
  layer({
    above: true,
    class: 'conflict-marks',
    update: (update) => update.geometryChanged || update.viewportChanged || update.state.field(marks) !== update.startState.field(marks),
    markers(view) {
      const now = performance.now();
      return distinct(view.state.field(marks).filter((mark) => now - mark.since < markDuration)).flatMap((mark) => {
        const point = mark.from === mark.to;
        const range = point ? EditorSelection.cursor(mark.from) : EditorSelection.range(mark.from, mark.to);
        return RectangleMarker.forRange(view, '', range).map((at) => new FadingMark(at, point, mark.since));
      });
    },
  }),
];

/** Several conflicts at one place are one underline, the latest. */
const distinct = (all: readonly Mark[]) => [...new Map(all.map((mark) => [`${mark.from} ${mark.to}`, mark])).values()];

class FadingMark implements LayerMarker {
  constructor(private readonly at: RectangleMarker, private readonly point: boolean, private readonly since: number) {}

  eq(other: FadingMark): boolean {
    return this.at.eq(other.at) && other.since === this.since && other.point === this.point;
  }

  draw(): HTMLElement {
    const element = this.at.draw();
    element.className = `conflict-mark${this.point ? ' point' : ''}`;
    element.style.animationDelay = `${Math.round(this.since - performance.now())}ms`;
    return element;
  }
}
