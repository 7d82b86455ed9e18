/** Conflict kinds, each with its word and a colour of its own that stays: Okabe and Ito's, which people with any colour vision tell apart. The order is that of the stack. */
const kinds: readonly (readonly [kind: string, word: string])[] = [
  ['concurrent_insert', 'Insert at one place'],
  ['overlapping_delete', 'Overlapping deletes'],
  ['insert_into_deleted', 'Insert into deleted'],
  ['format_against_format', 'Format against format'],
  ['format_on_deleted', 'Format on deleted'],
];

const OTHER = kinds.length;

const placeOf = (kind: string) => {
  const place = kinds.findIndex(([name]) => name === kind);
  return place < 0 ? OTHER : place;
};

export const kindWord = (kind: string) => kinds[placeOf(kind)]?.[1] ?? kind.replaceAll('_', ' ');

export const kindColor = (kind: string) => `--kind-${placeOf(kind)}`;

/** All that are known, and whatever else the server has. */
export const inOrder = (seen: readonly string[]) => [...kinds.map(([kind]) => kind), ...seen.filter((kind) => placeOf(kind) === OTHER)];
