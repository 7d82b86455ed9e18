import { h } from '../dom';

/** Where in the page something stands: which run it is of, and below which heading. */
export interface Place {
  /** What the ids of this run begin with. */
  readonly prefix: string;
  /** The level of its cards' headings. */
  readonly level: 2 | 3;
}

export const heading = (level: 1 | 2 | 3, properties: Record<string, unknown> | null, ...children: (Node | string)[]) => h(`h${level}`, properties, ...children);

/** A box with a heading of its own, and one sentence about what is in it. */
export function card(place: Place, id: string, title: string, hint: string, ...children: (Node | string | false | null)[]): HTMLElement {
  const name = `${place.prefix}${id}`;
  return h('section', { class: 'card', id: name, 'data-card': id, 'aria-labelledby': `${name}-title` },
    h('header', null, heading(place.level, { id: `${name}-title` }, title)),
    hint !== '' && h('p', { class: 'card-hint' }, hint),
    ...children);
}

export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => Node | string;
  readonly isNumber?: boolean;
}

/** The first cell of a row is its heading. */
export function table<T>(columns: readonly Column<T>[], rows: readonly T[]): HTMLElement {
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': columns.map(({ head }) => head).filter(Boolean).join(', ') },
    h('table', null,
      h('thead', null, h('tr', null, ...columns.map(({ head, isNumber }) => h('th', { scope: 'col', class: isNumber ? 'number' : '' }, head)))),
      h('tbody', null, ...rows.map((row) => h('tr', null, ...columns.map(({ cell, isNumber }, i) =>
        h(i === 0 ? 'th' : 'td', { ...(i === 0 ? { scope: 'row' } : {}), class: isNumber ? 'number' : '' }, cell(row))))))));
}
