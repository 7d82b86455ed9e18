import { ApiError, editorPath, listDocuments, readDocument, type DocumentDescription } from '../api';
import { h } from '../dom';
import { announce } from '../shell/announce';
import { signInForm } from '../shell/sign-in';
import { ago, exactly } from '../time';

/** How often what is shown is asked for again while the page is looked at, milliseconds. */
const refreshInterval = 15_000;

/** Who is in a document is asked for each one, so only for those that changed lately, milliseconds, and only this many. */
const liveliness = 15 * 60_000;
const livelyLimit = 8;

/** The list of documents in all its states: loading, none yet, an error with a way out, and pages of them. */
export function documents(): HTMLElement {
  const list = h('ul', { class: 'documents' });
  const more = h('button', { type: 'button', class: 'quiet-button more', hidden: true, on: { click: () => void loadMore() } }, 'Show more');
  const state = h('div', { class: 'documents-state' });
  const section = h('section', { class: 'documents-section', 'aria-labelledby': 'documents-title', 'aria-busy': 'true' },
    h('h2', { id: 'documents-title' }, 'Documents'), state, list, more);
  let next: string | null = null;
  let shown: DocumentDescription[] = [];
  const peopleIn = new Map<string, number>();

  void load();
  addEventListener('visibilitychange', () => void refresh());
  setInterval(() => void refresh(), refreshInterval);
  list.addEventListener('keydown', walk);
  return section;

  async function load(): Promise<void> {
    section.setAttribute('aria-busy', 'true');
    // Shown only after a moment, by the style sheet: most answers are faster, and need no skeleton that flashes.
    state.replaceChildren(h('div', { class: 'skeleton', role: 'status' }, h('span', { class: 'visually-hidden' }, 'Loading documents'), h('i'), h('i'), h('i')));
    try {
      const page = await listDocuments(null);
      next = page.next ?? null;
      show([...page.documents]);
    } catch (error) {
      state.replaceChildren(failure(error));
    } finally {
      section.removeAttribute('aria-busy');
    }
  }

  async function loadMore(): Promise<void> {
    if (next === null) return;
    more.setAttribute('aria-disabled', 'true');
    try {
      const page = await listDocuments(next);
      const first = shown.length;
      next = page.next ?? null;
      // A document that was edited in between moves up, and would be listed twice.
      const known = new Set(shown.map(({ id }) => id));
      show([...shown, ...page.documents.filter(({ id }) => !known.has(id))]);
      list.querySelectorAll('a')[first]?.focus();
      announce(`${page.documents.length} more documents`);
    } catch {
      announce('More documents could not be loaded');
    } finally {
      more.removeAttribute('aria-disabled');
    }
  }

  /** Brings the first page up to date in place; what follows stays as it is. Says nothing when it fails: the next time may be better. */
  async function refresh(): Promise<void> {
    if (document.hidden || section.hasAttribute('aria-busy') || shown.length === 0) return;
    const page = await listDocuments(null).catch(() => null);
    if (!page) return;
    const fresh = new Set(page.documents.map(({ id }) => id));
    if (shown.length <= page.documents.length) next = page.next ?? null;
    show([...page.documents, ...shown.filter(({ id }) => !fresh.has(id))]);
  }

  function show(all: DocumentDescription[]): void {
    shown = all;
    const focused = document.activeElement instanceof HTMLAnchorElement && list.contains(document.activeElement) ? document.activeElement.pathname : null;
    state.replaceChildren(...(all.length === 0 ? [nothing()] : []));
    list.replaceChildren(...all.map((one) => row(one, peopleIn.get(one.id) ?? 0)));
    more.hidden = next === null;
    void countPeople();
    if (focused !== null) [...list.querySelectorAll('a')].find(({ pathname }) => pathname === focused)?.focus();
  }

  async function countPeople(): Promise<void> {
    const lively = shown.filter(({ modifiedAt }) => Date.now() - new Date(modifiedAt).getTime() < liveliness).slice(0, livelyLimit);
    await Promise.allSettled(lively.map(async ({ id }) => {
      const { sessions = 0 } = await readDocument(id);
      peopleIn.set(id, sessions);
      const place = list.querySelector(`a[href="${editorPath(id)}"] .document-people`);
      if (place) place.textContent = peopleHere(sessions);
    }));
  }

  function failure(error: unknown): HTMLElement {
    if (error instanceof ApiError && error.status === 401) return h('div', { class: 'empty' }, h('strong', null, 'This server lets in nobody whom it does not know'), signInForm(() => void load()));
    const said = error instanceof ApiError ? error.message : 'The server can’t be reached.';
    return h('div', { class: 'empty', role: 'alert' },
      h('strong', null, 'The documents could not be loaded'),
      h('p', null, said),
      h('button', { type: 'button', class: 'quiet-button', on: { click: () => void load() } }, 'Try again'));
  }

  /** Arrow keys go from document to document. */
  function walk(event: KeyboardEvent): void {
    const links = [...list.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (at < 0 || to === undefined || !links[to]) return;
    event.preventDefault();
    links[to].focus();
  }
}

const peopleHere = (count: number) => (count === 0 ? '' : `${count} here`);

function row(one: DocumentDescription, here: number): HTMLLIElement {
  const modified = new Date(one.modifiedAt).getTime();
  const open = h('a', { href: editorPath(one.id) },
    h('span', { class: `kind ${one.kind}`, 'aria-hidden': 'true' }, one.kind === 'text' ? 'Tx' : 'Aa'),
    h('span', { class: 'document-words' },
      h('span', { class: 'document-title' }, one.title || 'Untitled'),
      h('span', { class: 'document-facts' },
        h('span', null, one.kind === 'text' ? 'Text' : one.kind === 'richtext' ? 'Rich text' : one.kind),
        one.policy === 'strict' && h('span', null, 'Strict'),
        h('time', { datetime: new Date(modified).toISOString(), title: exactly(modified) }, ago(modified)),
        h('span', null, one.revision === 0 ? 'Empty' : one.revision === 1 ? '1 revision' : `${one.revision.toLocaleString('en')} revisions`))),
    h('span', { class: 'document-people' }, peopleHere(here)));
  // The editor's code is on its way before the click is.
  for (const event of ['pointerenter', 'focus'] as const) {
    open.addEventListener(event, () => void import('../editor/page').then(({ prefetch }) => prefetch(one.kind)), { once: true });
  }
  return h('li', null, open);
}

function nothing(): HTMLElement {
  return h('div', { class: 'empty' },
    h('div', { class: 'carets', 'aria-hidden': 'true' }, h('i', { class: 'person-6' }), h('i', { class: 'person-1' })),
    h('strong', null, 'A blank page'),
    h('p', null, 'No documents yet. Name the first one above, then open it in two windows and type in both.'));
}
