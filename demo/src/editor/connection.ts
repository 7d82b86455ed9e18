import type { CollabDocument } from '@collab/client';
import { h } from '../dom';
import { announce } from '../shell/announce';
import { toast } from '../shell/toast';

/** A state that lasts shorter is not shown, milliseconds: what flickers says nothing. */
const settles = 400;

/** How long an interruption lasts before it is explained, milliseconds. */
const explainsAfter = 1500;

/** Whether we are connected and whether everything is saved, in words; and a strip that explains an interruption. */
export function connection(opened: CollabDocument): { words: HTMLElement; strip: HTMLElement } {
  const live = h('span', { class: 'connection' });
  const saved = h('span', { class: 'saved' });
  const words = h('div', { class: 'standing' }, live, saved);
  const strip = h('div', { class: 'strip', hidden: true });
  let shown = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let explaining: ReturnType<typeof setTimeout> | undefined;

  opened.on('status', changed);
  opened.on('pending', changed);
  for (const event of ['online', 'offline'] as const) addEventListener(event, changed);
  opened.on('storage', () =>
    toast({ tone: 'warning', title: 'Unsent edits can’t be kept here', detail: 'This browser’s storage is full or forbidden. Until the connection is back, closing this tab would lose them.' }));
  changed();
  return { words, strip };

  function changed(): void {
    // The attributes tell the truth at once; only what is read and seen waits until it has settled.
    words.dataset['status'] = opened.status;
    words.dataset['pending'] = String(opened.hasPending);
    clearTimeout(timer);
    timer = setTimeout(show, shown === '' ? 0 : settles);
  }

  function show(): void {
    const { status, hasPending } = opened;
    const interrupted = status === 'offline' || status === 'closed';
    const word = { connecting: 'Connecting', live: 'Live', resuming: 'Catching up', offline: navigator.onLine ? 'Reconnecting' : 'Offline', idle: 'Paused', signed_out: 'Signed out', closed: 'Disconnected' }[status];
    words.dataset['shown'] = status;
    live.textContent = word;
    saved.textContent = hasPending ? (interrupted ? 'Kept on this device' : 'Saving…') : 'Saved';
    if (word !== shown && shown !== '') announce(interrupted ? `${word}. Your edits are kept.` : word === 'Live' ? 'Live again. Everything is up to date.' : word);
    shown = word;
    clearTimeout(explaining);
    if (interrupted) explaining = setTimeout(() => explain(status), strip.hidden ? explainsAfter : 0);
    else strip.hidden = true;
  }

  function explain(status: 'offline' | 'closed'): void {
    strip.hidden = false;
    if (status === 'closed') {
      strip.replaceChildren(h('span', null, 'You are no longer in this document.'), h('button', { type: 'button', class: 'quiet-button', on: { click: () => location.reload() } }, 'Enter again'));
    } else {
      strip.replaceChildren(h('span', null, navigator.onLine ? 'The server can’t be reached.' : 'You are offline.', ' Go on writing: your edits are kept, and sent when the connection is back.'));
    }
  }
}
