import type Quill from 'quill';
import { h, iconButton } from '../dom';
import { icons } from '../icons';
import { modifier } from '../shell/shortcuts';

interface Tool {
  readonly label: string;
  readonly glyph: () => Node;
  readonly format: string;
  /** What the format is set to; pressed again it is taken away. */
  readonly value: unknown;
}

const letter = (text: string) => () => h('span', { class: 'tool-letter', 'aria-hidden': 'true' }, text);

const groups: readonly (readonly Tool[])[] = [
  [
    { label: 'Heading', glyph: letter('H1'), format: 'header', value: 1 },
    { label: 'Subheading', glyph: letter('H2'), format: 'header', value: 2 },
  ],
  [
    { label: `Bold (${modifier} B)`, glyph: icons.bold, format: 'bold', value: true },
    { label: `Italic (${modifier} I)`, glyph: icons.italic, format: 'italic', value: true },
    { label: `Underline (${modifier} U)`, glyph: icons.underline, format: 'underline', value: true },
    { label: 'Strike through', glyph: icons.strike, format: 'strike', value: true },
    { label: 'Code', glyph: icons.code, format: 'code', value: true },
  ],
  [
    { label: 'Bullets', glyph: icons.bullets, format: 'list', value: 'bullet' },
    { label: 'Numbers', glyph: icons.numbers, format: 'list', value: 'ordered' },
    { label: 'Checklist', glyph: icons.checks, format: 'list', value: 'unchecked' },
    { label: 'Quotation', glyph: icons.quote, format: 'blockquote', value: true },
    { label: 'Code block', glyph: icons.codeBlock, format: 'code-block', value: true },
  ],
];

/** The formats at hand. One stop of the Tab key; arrow keys go along, Escape in the text comes here. */
export function toolbar(quill: Quill): HTMLElement {
  const tools = new Map<HTMLButtonElement, Tool>();
  const bar = h('div', { class: 'tools', role: 'toolbar', 'aria-label': 'Formatting' });
  for (const group of groups) {
    const set = h('div', { class: 'tool-group' });
    for (const tool of group) {
      const button = iconButton(tool.label, tool.glyph() as SVGSVGElement, () => toggle(tool), { 'aria-pressed': 'false', tabindex: -1 });
      tools.set(button, tool);
      set.append(button);
    }
    bar.append(set);
  }
  const link = iconButton(`Link (${modifier} K)`, icons.link(), () => askLink(), { 'aria-pressed': 'false', tabindex: -1 });
  const clear = iconButton('Clear formatting', icons.clear(), () => clearFormats(), { tabindex: -1 });
  bar.append(h('div', { class: 'tool-group' }, link, clear));

  const buttons = [...bar.querySelectorAll('button')];
  buttons[0]!.tabIndex = 0;
  // A pressed button must not take the selection that it acts on.
  bar.addEventListener('pointerdown', (event) => event.preventDefault());
  bar.addEventListener('keydown', walk);
  quill.on('editor-change', show);
  quill.keyboard.addBinding({ key: 'k', shortKey: true }, () => askLink());
  // Tab writes a tab here, so there has to be another way out of the text.
  quill.root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing) buttons.find(({ tabIndex }) => tabIndex === 0)!.focus();
  });
  return bar;

  function toggle({ format, value }: Tool): void {
    const range = quill.getSelection(true);
    const now = quill.getFormat(range)[format];
    quill.format(format, now === value || (value === 'unchecked' && now === 'checked') ? false : value, 'user');
  }

  function clearFormats(): void {
    const range = quill.getSelection(true);
    if (range.length > 0) quill.removeFormat(range.index, range.length, 'user');
    else for (const name of Object.keys(quill.getFormat())) quill.format(name, false, 'user');
  }

  function askLink(): void {
    const range = quill.getSelection(true);
    const now = quill.getFormat(range)['link'];
    const address = h('input', { type: 'url', name: 'address', 'aria-label': 'Address of the link', placeholder: 'https://', value: typeof now === 'string' ? now : '', required: range.length === 0 });
    const dialog = h('dialog', { class: 'sheet', 'aria-labelledby': 'link-title' },
      h('form', { method: 'dialog', class: 'link-form' },
        h('h2', { id: 'link-title' }, 'Link'),
        address,
        h('div', { class: 'link-actions' },
          h('button', { type: 'button', class: 'quiet-button', on: { click: () => dialog.close() } }, 'Cancel'),
          h('button', { type: 'submit', class: 'button', value: 'set' }, 'Set link'))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      quill.setSelection(range, 'silent');
      quill.focus();
      if (dialog.returnValue !== 'set') return;
      const target = address.value.trim();
      if (range.length > 0) quill.formatText(range.index, range.length, 'link', target || false, 'user');
      else if (target) quill.insertText(range.index, target, 'link', target, 'user');
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  function show(): void {
    const range = quill.hasFocus() ? quill.getSelection() : null;
    const formats = range ? quill.getFormat(range) : {};
    for (const [button, { format, value }] of tools) {
      const now = formats[format];
      button.setAttribute('aria-pressed', String(now === value || (value === 'unchecked' && now === 'checked')));
    }
    link.setAttribute('aria-pressed', String(formats['link'] !== undefined));
  }

  function walk(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      quill.focus();
      return;
    }
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = buttons.at(to % buttons.length)!;
    buttons[at]!.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}
