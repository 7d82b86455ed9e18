import { h } from '../dom';
import { kindColor, kindWord } from './kinds';
import { amount, bytes, count, duration, percent, time } from './numbers';
import type { Breaker, BusyDocument, Counts, Host, RecentConflict } from './reading';

type Cell = Node | string;

interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => Cell;
  readonly isNumber?: boolean;
}

/** A card with a table that is written anew with each reading that has another; not while somebody selects in it, to copy. */
class TableCard<T> {
  readonly element: HTMLElement;
  readonly #body = h('tbody');
  readonly #nothing: HTMLElement;
  readonly #columns: readonly Column<T>[];
  #shown = '';

  constructor(id: string, title: string, hint: string, empty: string, columns: readonly Column<T>[]) {
    this.#columns = columns;
    this.#nothing = h('p', { class: 'nothing' }, empty);
    this.element = h('section', { class: 'card table-card', id, 'aria-labelledby': `${id}-title` },
      h('header', null, h('h2', { id: `${id}-title` }, title)),
      h('p', { class: 'card-hint' }, hint),
      h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-labelledby': `${id}-title` },
        h('table', null,
          h('thead', null, h('tr', null, ...columns.map(({ head, isNumber }) => h('th', { scope: 'col', class: isNumber ? 'number' : '' }, head)))),
          this.#body),
        this.#nothing));
  }

  show(rows: readonly T[], describe: (row: T) => Readonly<Record<string, string>>): void {
    const shown = JSON.stringify(rows);
    const selection = getSelection();
    if (shown === this.#shown || (selection?.isCollapsed === false && this.#body.contains(selection.anchorNode))) return;
    this.#shown = shown;
    this.#nothing.hidden = rows.length > 0;
    this.#body.replaceChildren(...rows.map((row) => h('tr', describe(row), ...this.#columns.map(({ cell, isNumber }) => h('td', { class: isNumber ? 'number' : '' }, cell(row))))));
  }
}

const mark = (state: string, word: string) => h('span', { class: 'state', 'data-state': state }, word);
const code = (text: string) => h('code', { title: text }, text);

/** Session ids are long, and their beginnings are enough to tell them apart. */
const session = (id: string) => h('code', { class: 'session', title: `Session ${id}` }, id.length > 10 ? `${id.slice(0, 8)}…` : id);

const kind = (name: string) => h('span', { class: 'kind-word' }, h('i', { class: 'swatch', style: `--swatch: var(${kindColor(name)})`, 'aria-hidden': 'true' }), kindWord(name));

export function hostsTable() {
  const words = { telling: 'well', silent: 'silent', left: 'ended' } as const;
  const card = new TableCard<Host>('hosts', 'Hosts', 'Web hosts and silos, as each last told of itself.', 'No host has told of itself yet.', [
    { head: 'Host', cell: (host) => code(host.name) },
    { head: 'Is', cell: (host) => host.parts.join(', ') },
    { head: 'State', cell: ({ state, ageSeconds }) => mark(state, state === 'telling' ? words.telling : `${words[state]} for ${duration(ageSeconds)}`) },
    { head: 'Connections', cell: (host) => count(host.connections), isNumber: true },
    { head: 'Sessions', cell: (host) => count(host.sessions), isNumber: true },
    { head: 'Documents', cell: (host) => count(host.documents), isNumber: true },
    { head: 'Operations/s', cell: (host) => amount(host.operationsPerSecond), isNumber: true },
    { head: 'Deliveries/s', cell: (host) => amount(host.deliveriesPerSecond), isNumber: true },
    { head: 'CPU', cell: (host) => percent(host.cpuRatio), isNumber: true },
    { head: 'Memory', cell: (host) => bytes(host.memoryBytes), isNumber: true },
    { head: 'Version', cell: (host) => host.version },
  ]);
  return { element: card.element, show: (hosts: readonly Host[]) => card.show(hosts, (host) => ({ 'data-host': host.name, 'data-state': host.state })) };
}

export function breakersTable() {
  const card = new TableCard<Breaker>('breakers', 'Circuit breakers', 'Open: calls are refused at once, and tried again by themselves.', 'No breaker yet.', [
    { head: 'Breaker', cell: (breaker) => code(breaker.name) },
    { head: 'State', cell: ({ state, hosts }) => h('span', null, mark(state, state), ...(hosts.length > 0 ? [h('small', null, ` on ${hosts.join(', ')}`)] : [])) },
    { head: 'Opened in 15 min', cell: (breaker) => count(breaker.trips), isNumber: true },
  ]);
  return { element: card.element, show: (breakers: readonly Breaker[]) => card.show(breakers, (breaker) => ({ 'data-breaker': breaker.name, 'data-state': breaker.state })) };
}

export function documentsTable() {
  const card = new TableCard<BusyDocument>('documents', 'Hottest documents', 'The busiest over the last 10 s, of all silos.', 'No document has been edited or looked at in the last 10 s.', [
    { head: 'Document', cell: (document) => code(document.id) },
    { head: 'Operations/s', cell: (document) => amount(document.operationsPerSecond), isNumber: true },
    { head: 'Sessions', cell: (document) => count(document.sessions), isNumber: true },
    { head: 'Web hosts', cell: (document) => count(document.hosts), isNumber: true },
    { head: 'Memory', cell: (document) => bytes(document.bytes), isNumber: true },
    { head: 'Flush', cell: (document) => duration(document.flushSeconds), isNumber: true },
    { head: 'Silo', cell: (document) => code(document.silo) },
  ]);
  return { element: card.element, show: (documents: readonly BusyDocument[]) => card.show(documents.slice(0, 12), (document) => ({ 'data-document': document.id })) };
}

export function conflictsTable() {
  const card = new TableCard<RecentConflict>('recent-conflicts', 'Recent conflicts', 'In the hottest documents, the newest first. The later operation was moved over the earlier.', 'The hottest documents remember no conflict.', [
    { head: 'When', cell: (conflict) => h('time', { datetime: new Date(conflict.at).toISOString() }, time(conflict.at)) },
    { head: 'Kind', cell: (conflict) => kind(conflict.kind) },
    { head: 'Became', cell: (conflict) => conflict.resolution },
    { head: 'Later', cell: (conflict) => h('span', null, session(conflict.session), ` r${conflict.revision}`) },
    { head: 'Earlier', cell: (conflict) => h('span', null, session(conflict.otherSession), ` r${conflict.otherRevision}`) },
    { head: 'Document', cell: (conflict) => code(conflict.document) },
  ]);
  return { element: card.element, show: (conflicts: readonly RecentConflict[]) => card.show(conflicts, (conflict) => ({ 'data-kind': conflict.kind, 'data-document': conflict.document })) };
}

export function resolutionsTable() {
  const card = new TableCard<Counts['conflicts'][number]>('resolutions', 'What became of them', 'Conflicts of the last 15 minutes.', 'No conflict in the last 15 minutes.', [
    { head: 'Kind', cell: (row) => kind(row.kind) },
    { head: 'Became', cell: (row) => row.resolution },
    { head: 'Conflicts', cell: (row) => count(row.count), isNumber: true },
  ]);
  return { element: card.element, show: (rows: Counts['conflicts']) => card.show(rows, (row) => ({ 'data-kind': row.kind, 'data-resolution': row.resolution })) };
}
