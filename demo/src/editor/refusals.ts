import type { CollabDocument, Delta, KindName, Refusal } from '@collab/client';
import { copy } from '../shell/clipboard';
import { toast } from '../shell/toast';
import { headline } from './conflict-words';
import type { Conflicts } from './conflicts';

const reasons: Readonly<Record<string, string>> = {
  operation_too_large: 'It was larger than this server takes at once. Paste it in smaller parts.',
  message_too_large: 'It was larger than this server takes at once. Paste it in smaller parts.',
  document_too_long: 'The document would have become longer than this server allows.',
};

/** Explains an edit that was undone, and shows what it had typed until it is dismissed: nobody loses a sentence without knowing. */
export function refusals(opened: CollabDocument, conflicts: Conflicts): void {
  opened.on('refused', (refusal) => {
    const lost = typedIn(refusal.delta);
    const title = refusal.delta ? 'Your last edit was undone' : 'The server refused';
    const detail = [why(refusal, conflicts), refusal.delta ? described(refusal.delta) : ''].filter(Boolean).join(' ');
    if (refusal.delta) conflicts.refused(title, detail, lost);
    toast({ tone: 'warning', title, detail, ...(lost ? { quote: lost, actions: [{ label: 'Copy the text', run: () => copy(lost, 'Text copied') }] } : {}) });
  });
}

function why({ reason, detail, conflicts: met }: Refusal, conflicts: Conflicts): string {
  if (reason !== 'conflict') return reasons[reason] ?? detail;
  const first = met[0];
  if (!first) return 'This document is strict, and somebody else edited the same place first.';
  return `${headline(first.kind, { later: 'You', earlier: conflicts.nameOf(first.session, first.author) })}, and this document is strict.`;
}

function components(delta: Delta<KindName>): { typed: string; deleted: number; formatted: boolean } {
  let typed = '';
  let deleted = 0;
  let formatted = false;
  for (const component of delta) {
    if (typeof component === 'string') typed += component;
    else if (typeof component === 'number') deleted += Math.max(0, -component);
    else if ('insert' in component) typed += typeof component.insert === 'string' ? component.insert : '';
    else if ('delete' in component) deleted += component.delete;
    else formatted ||= component.attributes !== undefined;
  }
  return { typed, deleted, formatted };
}

function described(delta: Delta<KindName>): string {
  const { typed, deleted, formatted } = components(delta);
  const characters = (count: number) => `${count.toLocaleString('en')} ${count === 1 ? 'character' : 'characters'}`;
  const parts = [typed && `added ${characters(typed.length)}`, deleted > 0 && `deleted ${characters(deleted)}`, formatted && 'changed the formatting'].filter(Boolean);
  return parts.length === 0 ? '' : `It would have ${parts.join(' and ')}.`;
}

function typedIn(delta: Delta<KindName> | undefined): string | null {
  const typed = delta ? components(delta).typed : '';
  return typed.trim() === '' ? null : typed;
}
