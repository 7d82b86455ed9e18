import { ApiError, createDocument, type Kind } from '../api';
import { h } from '../dom';

const validId = /^[A-Za-z0-9._~-]{1,128}$/;

/** There is no such document: offers to make it, under the id that was asked for. */
export function missingPage(app: HTMLElement, id: string): void {
  document.title = 'Not found · Collab';
  const problem = h('p', { role: 'alert' });
  const make = async (kind: Kind) => {
    problem.textContent = '';
    try {
      await createDocument({ id, title: id, kind, policy: 'merge' });
      location.reload();
    } catch (error) {
      problem.textContent = error instanceof ApiError ? error.message : 'The server can’t be reached. Try again in a moment.';
    }
  };
  const button = (kind: Kind, label: string) => h('button', { type: 'button', class: kind === 'text' ? 'button' : 'quiet-button', on: { click: () => void make(kind) } }, label);
  const possible = validId.test(id);
  app.replaceChildren(h('main', { id: 'main', class: 'plain-page', tabindex: -1 }, h('div', null,
    h('h1', null, 'This page is not written yet'),
    h('p', null, 'There is no document ', h('code', null, id), '. The link may be mistyped', possible ? ', or you are the first to come.' : '.'),
    h('div', { class: 'actions' },
      ...(possible ? [button('text', 'Create it as text'), button('richtext', 'As rich text')] : []),
      h('a', { class: 'quiet-button', href: '/' }, 'All documents')),
    problem)));
}

/** The document is there, but may not or can't be opened. */
export function troublePage(app: HTMLElement, detail: string): void {
  document.title = 'Trouble · Collab';
  app.replaceChildren(h('main', { id: 'main', class: 'plain-page', tabindex: -1 }, h('div', { role: 'alert' },
    h('h1', null, 'The document could not be opened'),
    h('p', null, detail),
    h('div', { class: 'actions' },
      h('button', { type: 'button', class: 'button', on: { click: () => location.reload() } }, 'Try again'),
      h('a', { class: 'quiet-button', href: '/' }, 'All documents')))));
}
