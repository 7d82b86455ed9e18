import type { Delta, KindName } from '@collab/client';

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

/** `added 3 characters and deleted 1 character`; empty for nothing. */
export function summary(delta: Delta<KindName>): string {
  const { typed, deleted, formatted } = components(delta);
  const characters = (count: number) => `${count.toLocaleString('en')} ${count === 1 ? 'character' : 'characters'}`;
  const parts = [typed && `added ${characters(typed.length)}`, deleted > 0 && `deleted ${characters(deleted)}`, formatted && 'changed the formatting'].filter(Boolean);
  return parts.join(' and ');
}

/** What a delta would have typed; null for nothing that could be read. */
export function typedIn(delta: Delta<KindName> | undefined): string | null {
  const typed = delta ? components(delta).typed : '';
  return typed.trim() === '' ? null : typed;
}
