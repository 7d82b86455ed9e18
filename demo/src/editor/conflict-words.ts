import type { Conflict } from '@collab/client';

/** Who met whom. `later` made the operation that the server moved, `earlier` the one that it was moved over. */
export interface Parties {
  readonly later: string;
  readonly earlier: string;
}

const what: Readonly<Record<string, string>> = {
  concurrent_insert: 'typed at the same place',
  overlapping_delete: 'deleted the same text',
  insert_into_deleted: 'typed and deleted at the same place',
  format_against_format: 'formatted the same text',
  format_on_deleted: 'formatted and deleted the same text',
};

/** `You and Ada typed at the same place`. The reader comes first. */
export function headline(kind: string, { later, earlier }: Parties): string {
  const [first, second] = earlier === 'You' ? [earlier, later] : [later, earlier];
  const did = what[kind] ?? 'edited the same place';
  return first === second ? (first === 'You' ? `You ${did} twice, from two windows` : `${first} ${did} twice, from two windows`) : `${first} and ${second} ${did}`;
}

/** What became of it: `Both stay, Ada’s first.` */
export function outcome({ kind, resolution }: Pick<Conflict, 'kind' | 'resolution'>, { later, earlier }: Parties): string {
  const of = (who: string) => (who === 'You' ? 'yours' : `${who}’s`);
  switch (resolution) {
    case 'ordered':
      return `Both stay, ${of(earlier)} first.`;
    case 'merged':
      return kind === 'overlapping_delete' ? 'It was deleted once.' : 'Both meant the same; it happened once.';
    case 'kept':
      return 'What was typed stays.';
    case 'overwritten':
      return kind === 'format_on_deleted' ? 'The text is gone, and its formatting with it.' : `The later one stands: ${of(later)}.`;
    case 'dropped':
      return 'The text is gone; the formatting had nothing left to act on.';
    case 'refused':
      return `The later edit, ${of(later)}, was undone: this document is strict.`;
    default:
      return '';
  }
}
