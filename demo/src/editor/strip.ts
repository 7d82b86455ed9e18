import type { CollabClient, CollabDocument } from '@collab/client';
import { h } from '../dom';
import { signInDialog } from '../shell/sign-in';
import { heldActions, heldWords } from './held';

const gone: Readonly<Record<string, string>> = {
  kicked: 'You were removed from this document.',
  permission_revoked: 'You may no longer see this document.',
  document_not_found: 'This document is gone, or you may no longer see it.',
};

/** What stands between a person and the document, in words, with what can be done about it; null while nothing does. */
export function explanation(client: CollabClient, opened: CollabDocument, reason: string | null): Node[] | null {
  const button = (label: string, run: () => void) => h('button', { type: 'button', class: 'quiet-button', on: { click: run } }, label);
  switch (opened.status) {
    case 'closed': {
      const kept = opened.held ? ` ${heldWords(opened)} They are kept on this device.` : '';
      return [h('span', null, `${gone[reason ?? ''] ?? 'You are no longer in this document.'}${kept}`), ...heldActions(opened), button('Enter again', () => location.reload())];
    }
    case 'signed_out': {
      const edits = opened.unsaved;
      const kept = edits === 0 ? 'What you write is kept' : `Your ${edits === 1 ? 'edit is' : `${edits.toLocaleString('en')} edits are`} kept`;
      return [h('span', null, `You are signed out. ${kept} on this device, and sent when you have signed in again.`), button('Sign in', () => signInDialog(() => client.authenticate()))];
    }
    case 'idle':
      return [h('span', null, 'Paused, since nothing happened here for a while.'), button('Continue', () => opened.wake())];
    case 'offline':
      return [h('span', null, navigator.onLine ? 'The server can’t be reached.' : 'You are offline.', opened.canEdit ? ' Go on writing: your edits are kept, and sent when the connection is back.' : '')];
    default:
      if (!opened.held) return null;
      return [h('span', null, `${opened.role === 'commenter' ? 'You may only comment now.' : 'You may only read now.'} ${heldWords(opened)} They are kept, and sent if you may write again.`), ...heldActions(opened)];
  }
}
