import { h } from '../dom';
import { forget, isKnown, keep, readings } from './credential';
import { NotForUs, read } from './live';

/** Asks for what shows an operator. What is pasted is tried before it is kept. */
export function signIn(app: HTMLElement, status: number, done: () => void): void {
  const wasKnown = isKnown();
  forget();
  document.title = 'Sign in · Operations · Collab';
  const input = h('input', { id: 'key', type: 'password', autocomplete: 'off', required: true, spellcheck: 'false', 'aria-describedby': 'key-hint key-problem' });
  const problem = h('p', { id: 'key-problem', class: 'problem', role: 'alert' }, wasKnown ? words(status) : '');
  const button = h('button', { type: 'submit', class: 'button' }, 'Sign in');
  app.replaceChildren(h('main', { id: 'main', class: 'plain-page', tabindex: -1 }, h('div', null,
    h('h1', null, 'For operators'),
    h('p', null, 'This page shows how the system is doing, to those who run it.'),
    h('form', { class: 'sign-in', on: { submit: (event) => {
      event.preventDefault();
      void attempt();
    } } },
      h('label', { for: 'key' }, 'API key or access token'),
      input,
      h('p', { id: 'key-hint', class: 'hint' }, 'An API key with IsOperator, see docs/security.md. It is kept for this tab only.'),
      problem,
      button))));
  input.focus();

  async function attempt(): Promise<void> {
    button.setAttribute('aria-disabled', 'true');
    problem.textContent = '';
    try {
      problem.textContent = await tried(input.value.trim());
      if (problem.textContent !== '') input.select();
      else done();
    } finally {
      button.removeAttribute('aria-disabled');
    }
  }
}

/** Keeps what lets us in, and says what is wrong otherwise. */
async function tried(pasted: string): Promise<string> {
  if (/[^\x21-\x7e]/.test(pasted)) return 'Keys and tokens have no spaces and no letters beyond ASCII. Is all of it pasted, and nothing else?';
  let problem = '';
  for (const credential of readings(pasted)) {
    try {
      await read(Date.now(), { [credential.header]: credential.value });
      keep(credential);
      return '';
    } catch (failure) {
      problem = failure instanceof NotForUs ? words(failure.status) : `The server could not be asked: ${(failure as Error).message}`;
      if (!(failure instanceof NotForUs) || failure.status === 403) break;
    }
  }
  return problem;
}

const words = (status: number) => status === 401
  ? 'The server does not know this key or token, or it has ended.'
  : status === 403
    ? 'The server knows it, but it is not an operator’s: its entry in Collab:Access:ApiKeys has no IsOperator.'
    : 'Operations are not shown here: this host has a port of its own for them (Collab:Operations:Port).';
