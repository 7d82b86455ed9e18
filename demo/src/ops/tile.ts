import { h } from '../dom';
import type { Column } from './history';

const SVG = 'http://www.w3.org/2000/svg';

/** One number, large enough for a wall, and its last 15 minutes as a line. */
export class Tile {
  readonly element: HTMLElement;
  readonly #value = h('strong', null, '–');
  readonly #line = document.createElementNS(SVG, 'polyline');

  constructor(label: string, unit: string) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 100 24');
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    svg.append(this.#line);
    this.element = h('div', { class: 'tile', 'data-tile': label }, h('span', { class: 'tile-label' }, label), this.#value, h('small', null, unit), svg);
  }

  show(value: string, column: Column, isBad = false): void {
    this.#value.textContent = value;
    this.element.classList.toggle('is-bad', isBad);
    const most = Math.max(...column.map((each) => each ?? 0), 1e-9);
    const last = Math.max(column.length - 1, 1);
    this.#line.setAttribute('points', column.map((each, i) => (each === null ? '' : `${((i / last) * 100).toFixed(1)},${(23 - (each / most) * 22).toFixed(1)}`)).join(' '));
  }
}
