import type { CollabClient, CollabDocument } from '@collab/client';
import { h } from '../dom';
import { announce } from '../shell/announce';
import { toast } from '../shell/toast';
import { explanation } from './strip';

/** A state that lasts shorter is not shown, milliseconds: what flickers says nothing. */
const settles = 400;

/** How long an interruption lasts before it is explained, milliseconds. */
const explainsAfter = 1500;

/** Whether we are connected, whether everything is saved, and what the person may do, in words; and a strip that explains what stands in the way. */
export function connection(client: CollabClient, opened: CollabDocument): { words: HTMLElement; strip: HTMLElement } {
  const live = h('span', { class: 'connection' });
  const saved = h('span', { class: 'saved' });
  const role = h('span', { class: 'badge role', hidden: true });
  const words = h('div', { class: 'standing' }, live, saved, role);
  const strip = h('div', { class: 'strip', hidden: true });
  let shown = '';
  let reason: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let explaining: ReturnType<typeof setTimeout> | undefined;

  opened.on('refused', (refusal) => (reason = refusal.reason));
  for (const event of ['status', 'pending', 'held', 'role'] as const) opened.on(event, changed);
  for (const event of ['online', 'offline'] as const) addEventListener(event, changed);
  // Somebody who reads gives no other sign of being there.
  for (const event of ['pointerdown', 'keydown'] as const) addEventListener(event, () => opened.status === 'idle' && opened.wake(), { passive: true });
  opened.on('storage', () =>
    toast({ tone: 'warning', title: 'Unsent edits can’t be kept here', detail: 'This browser’s storage is full or forbidden. Until the connection is back, closing this tab would lose them.' }));
  changed();
  return { words, strip };

  function changed(): void {
    // The attributes tell the truth at once; only what is read and seen waits until it has settled.
    words.dataset['status'] = opened.status;
    words.dataset['pending'] = String(opened.hasPending);
    words.dataset['held'] = String(opened.held !== null);
    words.dataset['role'] = opened.role ?? '';
    clearTimeout(timer);
    timer = setTimeout(show, shown === '' ? 0 : settles);
  }

  function show(): void {
    const { status, hasPending } = opened;
    const isHeld = opened.held !== null;
    const isInterrupted = status === 'offline' || status === 'closed' || status === 'signed_out';
    const word = {
      connecting: 'Connecting', live: 'Live', resuming: 'Catching up', offline: navigator.onLine ? 'Reconnecting' : 'Offline', idle: 'Paused', signed_out: 'Signed out', closed: 'Disconnected',
    }[status];
    const may = status === 'closed' ? '' : opened.role === 'viewer' ? 'View only' : opened.role === 'commenter' ? 'Comments only' : '';
    words.dataset['shown'] = status;
    live.textContent = word;
    saved.textContent = !hasPending ? 'Saved' : isInterrupted ? 'Kept on this device' : isHeld ? 'Not sent' : 'Saving…';
    role.textContent = may;
    role.hidden = may === '';
    const now = [word, may, isHeld ? 'held' : ''].join();
    if (now !== shown && shown !== '') announce(spoken(word, may, isHeld, isInterrupted));
    shown = now;
    clearTimeout(explaining);
    const explained = explanation(client, opened, reason);
    if (explained === null) strip.hidden = true;
    // Only a connection may be back before anybody needs to know.
    else explaining = setTimeout(() => explain(), strip.hidden && status === 'offline' ? explainsAfter : 0);
  }

  function explain(): void {
    const explained = explanation(client, opened, reason);
    strip.hidden = explained === null;
    // What is pressed just now stays.
    if (explained !== null && strip.textContent !== explained.map((node) => node.textContent).join('')) strip.replaceChildren(...explained);
  }

  function spoken(word: string, may: string, isHeld: boolean, isInterrupted: boolean): string {
    if (isInterrupted) return `${word}. Your edits are kept.`;
    if (isHeld) return `${may}. Your last edits are kept, and not sent.`;
    if (may !== '') return may;
    return word === 'Live' ? 'Live again. Everything is up to date.' : word;
  }
}
