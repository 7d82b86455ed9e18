import type { CollabDocument, Conflict, Origin } from '@collab/client';
import type { EditorBinding, MarkedRange } from '../bindings/binding';
import { displayName } from '../bindings/remote-carets';
import { h, iconButton } from '../dom';
import { icons } from '../icons';
import { toast } from '../shell/toast';
import { ago } from '../time';
import { headline, outcome } from './conflict-words';

/** The same two people at the same kind of conflict within this time are one entry, milliseconds: two who type side by side meet at every keystroke. */
const together = 8000;

/** Entries kept; the oldest go. */
const entriesLimit = 100;

interface Entry {
  readonly key: string;
  readonly title: string;
  readonly detail: string;
  /** Null for a refused edit: it has no place in the document. */
  range: MarkedRange | null;
  /** What a refused edit had typed. */
  readonly lost: string | null;
  at: number;
  times: number;
}

/** The conflicts met while this page was open: underlined where they happened, counted in the bar, listed in a panel. */
export class Conflicts {
  readonly button = iconButton('Conflicts: none so far', icons.conflict(), () => this.toggle(), { 'aria-expanded': 'false', 'aria-controls': 'conflicts' });
  readonly panel = h('aside', { id: 'conflicts', class: 'conflicts', 'aria-label': 'Conflicts', hidden: true });
  readonly #list = h('ul', { class: 'conflict-list' });
  readonly #count = h('span', { class: 'count', 'aria-hidden': 'true' });
  #entries: Entry[] = [];
  #toasted = -Infinity;
  #dismissToast: () => void = () => undefined;

  constructor(private readonly opened: CollabDocument, private readonly editor: () => EditorBinding | null) {
    this.button.append(this.#count);
    this.panel.append(
      h('div', { class: 'sheet-head' }, h('h2', null, 'Conflicts'), iconButton('Close', icons.close(), () => this.toggle(false))),
      h('p', { class: 'hint' }, 'Where two people edited the same place at the same time, and what became of it.'),
      this.#list);
    this.panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.toggle(false);
    });
    addEventListener('keydown', (event) => {
      if (event.key !== '.' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.toggle();
    });
    opened.on('conflicts', (conflicts) => this.#add(conflicts, 'You'));
    // After the editor has applied the change, whose handler was there first or comes now: positions are those after it.
    opened.onChange(({ conflicts, origin }) => {
      if (conflicts.length > 0) queueMicrotask(() => this.#add(conflicts, this.#author(origin)));
    });
    setInterval(() => !this.panel.hidden && this.#show(), 30_000);
  }

  toggle(open = this.panel.hidden): void {
    this.panel.hidden = !open;
    this.button.setAttribute('aria-expanded', String(open));
    if (open) {
      this.#dismissToast();
      this.#show();
      (this.#list.querySelector('button') ?? this.panel.querySelector('button'))?.focus();
    } else {
      this.button.focus();
    }
  }

  /** An edit of one's own that the server refused. */
  refused(title: string, detail: string, lost: string | null): void {
    this.#keep({ key: '', title, detail, range: null, lost, at: Date.now(), times: 1 });
  }

  /** Who a session belongs to, as this page calls them. */
  nameOf(session: string, author?: string): string {
    if (session === this.opened.session) return 'You';
    const there = this.opened.presence.get(session);
    return there ? displayName(there) : author || 'Somebody';
  }

  #author(origin: Origin | null): string {
    return origin ? this.nameOf(origin.session, origin.author) : 'Somebody';
  }

  #add(conflicts: readonly Conflict[], later: string): void {
    for (const conflict of conflicts) {
      const parties = { later, earlier: this.nameOf(conflict.session, conflict.author) };
      const title = headline(conflict.kind, parties);
      const detail = outcome(conflict, parties);
      const range = this.editor()?.mark(conflict.start, conflict.length) ?? null;
      const now = Date.now();
      const key = [conflict.kind, ...[parties.later, parties.earlier].sort()].join();
      const same = this.#entries.find((entry) => entry.key === key && now - entry.at < together);
      if (same) {
        same.at = now;
        same.times++;
        same.range = range ?? same.range;
        this.#show();
        continue;
      }
      this.#keep({ key, title, detail, range, lost: null, at: now, times: 1 });
      const own = parties.later === 'You' || parties.earlier === 'You';
      if (own && now - this.#toasted > together && this.panel.hidden) {
        this.#toasted = now;
        this.#dismissToast = toast({ title, detail, lasts: 7000, actions: range ? [{ label: 'Show', run: () => range.reveal() }] : [] });
      }
    }
  }

  #keep(entry: Entry): void {
    this.#entries = [entry, ...this.#entries].slice(0, entriesLimit);
    this.#show();
  }

  #show(): void {
    const total = this.#entries.reduce((sum, { times }) => sum + times, 0);
    const label = total === 0 ? 'Conflicts: none so far' : `Conflicts: ${total}`;
    this.button.setAttribute('aria-label', label);
    this.button.title = label;
    this.#count.textContent = total === 0 ? '' : total > 99 ? '99+' : String(total);
    if (this.panel.hidden) return;
    const focused = [...this.#list.querySelectorAll('button')].indexOf(document.activeElement as HTMLButtonElement);
    this.#list.replaceChildren(...(this.#entries.length === 0 ? [h('li', { class: 'none' }, 'None so far.')] : this.#entries.map((entry) => this.#row(entry))));
    if (focused >= 0) this.#list.querySelectorAll('button')[focused]?.focus();
  }

  #row({ title, detail, range, lost, at, times }: Entry): HTMLElement {
    const words = [
      h('strong', null, title),
      h('span', null, detail),
      lost && h('q', null, lost.length > 200 ? `${lost.slice(0, 200)}…` : lost),
      h('small', null, [times > 1 ? `${times} times` : '', range?.place() ?? '', ago(at)].filter(Boolean).join(' · ')),
    ];
    return h('li', null, range ? h('button', { type: 'button', on: { click: () => range.reveal() } }, ...words) : h('div', null, ...words));
  }
}
