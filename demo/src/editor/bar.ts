import type { Policy } from '../api';
import { h, iconButton } from '../dom';
import { icons } from '../icons';
import { copy } from '../shell/clipboard';
import { modifier, shortcutsButton } from '../shell/shortcuts';
import { themeButton } from '../shell/theme';

/** The head of the page: where we are, how things stand, who is here. */
export function bar(parts: { title: string; policy: Policy; state: HTMLElement; people: HTMLElement; conflicts: HTMLElement }): HTMLElement {
  return h('header', { class: 'bar' },
    h('a', { class: 'icon-button', href: '/', 'aria-label': 'All documents', title: 'All documents' }, icons.back()),
    h('div', { class: 'bar-words' },
      h('h1', null, parts.title),
      h('div', { class: 'bar-state' },
        parts.state,
        parts.policy === 'strict' && h('span', { class: 'badge', title: 'An edit that meets another one is undone, and its author is told' }, 'Strict'))),
    parts.people,
    h('div', { class: 'bar-tools' },
      parts.conflicts,
      iconButton('Copy the link to this document', icons.link(), () => void copy(location.href, 'Link copied')),
      shortcutsButton([
        { keys: `${modifier} Z`, does: 'Undo your own last edit' },
        { keys: `${modifier} Shift Z`, does: 'Redo it' },
        { keys: `${modifier} F`, does: 'Find' },
        { keys: `${modifier} B`, does: 'Bold, in rich text; I italic, U underline, K link' },
        { keys: 'Esc', does: 'From rich text to its formatting, and back' },
        { keys: `${modifier} .`, does: 'Conflicts' },
        { keys: `${modifier} /`, does: 'These shortcuts' },
      ]),
      themeButton()));
}
