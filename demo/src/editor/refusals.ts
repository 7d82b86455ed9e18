import type { CollabDocument, Delta, KindName, Refusal } from '@collab/client';
import { copy } from '../shell/clipboard';
import { toast } from '../shell/toast';
import { headline } from './conflict-words';
import type { Conflicts } from './conflicts';
import { summary, typedIn } from './typed';

const reasons: Readonly<Record<string, string>> = {
  operation_too_large: 'It was larger than this server takes at once. Paste it in smaller parts.',
  message_too_large: 'It was larger than this server takes at once. Paste it in smaller parts.',
  document_too_long: 'The document would have become longer than this server allows.',
};

/** Explains an edit that was undone, and shows what it had typed until it is dismissed: nobody loses a sentence without knowing. */
export function refusals(opened: CollabDocument, conflicts: Conflicts): void {
  opened.on('refused', (refusal) => {
    // Of a document that is over the strip tells, edits and all.
    if (opened.status === 'closed') return;
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

function described(delta: Delta<KindName>): string {
  const what = summary(delta);
  return what === '' ? '' : `It would have ${what}.`;
}
