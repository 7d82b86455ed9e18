import { icons } from '../icons';
import { iconButton } from '../dom';
import { keep, recall } from './storage';
import { announce } from './announce';

type Theme = 'system' | 'light' | 'dark';

const order: readonly Theme[] = ['system', 'light', 'dark'];
const glyph = { system: icons.contrast, light: icons.sun, dark: icons.moon } as const;
const word = { system: 'as the system', light: 'light', dark: 'dark' } as const;

/** Goes round: as the system says, light, dark. The choice is applied before the first paint by `public/theme.js`. */
export function themeButton(): HTMLButtonElement {
  const button = iconButton('', glyph[current()](), () => choose(order[(order.indexOf(current()) + 1) % order.length]!), { class: 'icon-button theme-button' });
  show(button);
  return button;

  function choose(theme: Theme): void {
    keep('theme', theme === 'system' ? null : theme);
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    show(button);
    announce(`Theme: ${word[theme]}`);
  }
}

function show(button: HTMLButtonElement): void {
  const theme = current();
  const label = `Theme: ${word[theme]}. Change`;
  button.replaceChildren(glyph[theme]());
  button.setAttribute('aria-label', label);
  button.title = label;
}

function current(): Theme {
  const theme = recall('theme');
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}
