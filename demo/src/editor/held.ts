import type { CollabDocument } from '@collab/client';
import { h } from '../dom';
import { copy } from '../shell/clipboard';
import { toast } from '../shell/toast';
import { summary, typedIn } from './typed';

/** What can be done with edits that are going nowhere: copy their text, or give them up. */
export function heldActions(opened: CollabDocument): HTMLElement[] {
  const held = opened.held;
  if (!held) return [];
  const text = typedIn(held);
  return [
    ...(text === null ? [] : [h('button', { type: 'button', class: 'quiet-button', on: { click: () => void copy(typedIn(opened.held ?? []) ?? text, 'Text copied') } }, 'Copy the text')]),
    h('button', { type: 'button', class: 'quiet-button', on: { click: () => discard(opened) } }, 'Discard'),
  ];
}

/** `You added 12 characters that are not in the document.` */
export function heldWords(opened: CollabDocument): string {
  const what = opened.held ? summary(opened.held) : '';
  return what === '' ? '' : `You ${what}, which the others do not have.`;
}

/** Given up by mistake, the text can still be had. */
function discard(opened: CollabDocument): void {
  const text = typedIn(opened.discard() ?? undefined);
  toast({
    title: 'Discarded',
    detail: 'Your edits are not in the document.',
    ...(text === null ? { lasts: 4000 } : { lasts: 15_000, quote: text, actions: [{ label: 'Copy the text', run: () => copy(text, 'Text copied') }] }),
  });
}
