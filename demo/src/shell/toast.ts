import { h, iconButton } from '../dom';
import { icons } from '../icons';

export interface Toast {
  readonly title: string;
  readonly detail?: string;
  /** Text shown as it was typed: what would otherwise be lost. */
  readonly quote?: string;
  readonly tone?: 'plain' | 'warning';
  readonly actions?: readonly { readonly label: string; readonly run: () => void | Promise<void> }[];
  /** Milliseconds until it goes by itself; without it, it stays until it is dismissed. */
  readonly lasts?: number;
}

/** Shows a note in the corner; returns what takes it away. Time stands still while it is pointed at or holds the focus. */
export function toast(note: Toast): () => void {
  const element = h('div', { class: `toast ${note.tone ?? 'plain'}`, role: note.tone === 'warning' ? 'alert' : 'status' },
    h('div', { class: 'toast-text' },
      h('strong', null, note.title),
      note.detail && h('p', null, note.detail),
      note.quote && h('blockquote', { class: 'lost', tabindex: 0, 'aria-label': 'Text that is not in the document' }, note.quote)),
    h('div', { class: 'toast-actions' },
      ...(note.actions ?? []).map((action) => h('button', { type: 'button', class: 'quiet-button', on: { click: () => void Promise.resolve(action.run()).then(dismiss) } }, action.label))),
    iconButton('Dismiss', icons.close(), () => dismiss()));
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') dismiss();
  });
  region().append(element);

  let timer: ReturnType<typeof setTimeout> | undefined;
  const lasts = note.lasts;
  const wait = () => {
    if (lasts !== undefined) timer = setTimeout(dismiss, lasts);
  };
  for (const event of ['pointerenter', 'focusin'] as const) element.addEventListener(event, () => clearTimeout(timer));
  for (const event of ['pointerleave', 'focusout'] as const) element.addEventListener(event, wait);
  wait();
  return dismiss;

  function dismiss(): void {
    clearTimeout(timer);
    element.classList.add('leaving');
    // Gone after the animation, or at once where there is none.
    void Promise.allSettled(element.getAnimations().map((animation) => animation.finished)).then(() => element.remove());
  }
}

function region(): HTMLElement {
  let element = document.getElementById('toasts');
  if (!element) {
    element = h('div', { id: 'toasts', role: 'region', 'aria-label': 'Notes' });
    document.body.append(element);
  }
  return element;
}
