import { h, iconButton, isTyping } from '../dom';
import { icons } from '../icons';

export interface Shortcut {
  /** As shown: `Ctrl B`, `?`. */
  readonly keys: string;
  readonly does: string;
}

const apple = /Mac|iPhone|iPad/.test(navigator.platform);

/** `Ctrl` as the person's keyboard has it. */
export const modifier = apple ? '⌘' : 'Ctrl';

/** A dialog with the page's shortcuts, opened by its button, or by `?` outside of text, or `Ctrl /` anywhere. Escape closes it. */
export function shortcutsButton(shortcuts: readonly Shortcut[]): HTMLButtonElement {
  const dialog = h('dialog', { class: 'sheet', 'aria-labelledby': 'shortcuts-title' },
    h('div', { class: 'sheet-head' },
      h('h2', { id: 'shortcuts-title' }, 'Shortcuts'),
      iconButton('Close', icons.close(), () => dialog.close())),
    h('dl', { class: 'shortcuts' },
      ...shortcuts.map(({ keys, does }) => h('div', null, h('dt', null, does), h('dd', null, ...keys.split(' ').map((key) => h('kbd', null, key)))))));
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);

  addEventListener('keydown', (event) => {
    const anywhere = (event.ctrlKey || event.metaKey) && event.key === '/';
    if (!anywhere && (event.key !== '?' || isTyping(event.target))) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else dialog.showModal();
  });
  return iconButton('Shortcuts', icons.keyboard(), () => dialog.showModal(), { class: 'icon-button shortcuts-button' });
}
