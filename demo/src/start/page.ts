import '../styles/start.css';
import { h, isTyping } from '../dom';
import { shortcutsButton } from '../shell/shortcuts';
import { themeButton } from '../shell/theme';
import { composer } from './composer';
import { documents } from './documents';

/** What a newcomer sees first: a document to start, and those that are there. */
export function startPage(app: HTMLElement): void {
  const form = composer();
  app.replaceChildren(
    h('header', { class: 'masthead' },
      h('a', { class: 'wordmark', href: '/', 'aria-label': 'Collab, start page' }, 'Collab', h('i', { 'aria-hidden': 'true' })),
      h('nav', { 'aria-label': 'Page' },
        shortcutsButton([
          { keys: 'N', does: 'New document' },
          { keys: '↑ ↓', does: 'Go from document to document' },
          { keys: 'Enter', does: 'Open the document' },
          { keys: '?', does: 'These shortcuts' },
          { keys: 'Esc', does: 'Close what is open' },
        ]),
        themeButton())),
    h('main', { id: 'main', class: 'start', tabindex: -1 },
      h('div', { class: 'lead' },
        h('h1', null, 'Write together, live.'),
        h('p', null, 'Every keystroke is kept. Every conflict is in sight.')),
      form,
      documents()));

  addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 'n' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    form.querySelector('input')!.focus();
  });
}
