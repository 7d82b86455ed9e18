import { h } from '../dom';
import { announce } from '../shell/announce';
import { duration, time } from './numbers';
import type { Reading } from './reading';

/** Beyond this what is shown is no longer what is. */
const STALE = 15_000;

/** Says how old what is shown is: as old as the newest that any host told, not as the last answer. */
export class Freshness {
  readonly element = h('p', { class: 'freshness', 'data-state': 'waiting' });
  readonly #word = h('b', null, 'Connecting');
  readonly #detail = h('span');
  #toldAt: number | null = null;
  #at = 0;
  #failure: string | null = null;

  constructor() {
    this.element.append(this.#word, this.#detail);
    setInterval(() => this.#show(), 1000);
  }

  read({ at, hosts }: Reading): void {
    const youngest = Math.min(...hosts.filter((host) => host.state === 'telling').map((host) => host.ageSeconds), Infinity);
    // By this page's own clock: the cluster's need not agree with it.
    this.#toldAt = Number.isFinite(youngest) ? performance.now() - youngest * 1000 : this.#toldAt;
    this.#at = at;
    this.#failure = null;
    this.#show();
  }

  failed(failure: Error): void {
    this.#failure = failure.message;
    this.#show();
  }

  #show(): void {
    const age = this.#toldAt === null ? null : performance.now() - this.#toldAt;
    const state = age === null ? 'waiting' : age > STALE || (this.#failure !== null && age > STALE / 2) ? 'stale' : 'live';
    if (state !== this.element.dataset['state'] && state !== 'waiting') announce(state === 'stale' ? 'The numbers are stale.' : 'The numbers are live.');
    this.element.dataset['state'] = state;
    document.body.classList.toggle('is-stale', state === 'stale');
    this.#word.textContent = { waiting: 'Connecting', live: 'Live', stale: 'Stale' }[state];
    this.#detail.textContent = age === null ? '' : state === 'live' ? ` ${time(this.#at)}` : ` ${duration(Math.round(age / 1000))} old, of ${time(this.#at)}`;
    this.element.title = this.#failure ?? '';
  }
}
