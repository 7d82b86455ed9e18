import { h } from '../dom';
import { isPasted, paste } from './token';

/** Asks for an access token; `done` is called when there is one. Where the page has a source of its own, it is asked again. */
export function signInForm(done: () => void, label = 'Sign in'): HTMLElement {
  if (!isPasted()) return h('div', { class: 'actions' }, h('button', { type: 'button', class: 'button', on: { click: done } }, label));
  const token = h('input', { id: 'token', type: 'password', autocomplete: 'off', required: true, spellcheck: 'false', 'aria-describedby': 'token-hint' });
  return h('form', { class: 'sign-in', on: { submit: (event) => {
    event.preventDefault();
    paste(token.value);
    token.value = '';
    done();
  } } },
    h('label', { for: 'token' }, 'Access token'),
    token,
    h('p', { id: 'token-hint', class: 'hint' }, 'Your back end gets one with its API key: POST /api/tokens. It is kept for this tab only.'),
    h('button', { type: 'submit', class: 'button' }, label));
}

/** The server wants to know who this is, and nothing can be shown before. */
export function signInPage(app: HTMLElement): void {
  document.title = 'Sign in · Collab';
  app.replaceChildren(h('main', { id: 'main', class: 'plain-page', tabindex: -1 }, h('div', null,
    h('h1', null, 'Who are you?'),
    h('p', null, 'This server lets in nobody whom it does not know.'),
    signInForm(() => location.reload()))));
  app.querySelector('input')?.focus();
}

/** The same, over a document that stays open. */
export function signInDialog(done: () => void): void {
  if (!isPasted()) {
    done();
    return;
  }
  const dialog = h('dialog', { class: 'sheet', 'aria-labelledby': 'sign-in-title' }, h('h2', { id: 'sign-in-title' }, 'Sign in again'), signInForm(() => {
    dialog.close();
    done();
  }));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
