import { keep, recall } from './storage';

/** One colour of the people here: what goes over the wire, and the place in the style sheet's two palettes (`--person-N`, light and dark). */
const palette = ['#b4231f', '#a84300', '#7a5c00', '#3d6b1f', '#00705c', '#0067a3', '#3f4fd0', '#7d3cc0', '#b3246f'] as const;

const adjectives = ['Amber', 'Brisk', 'Calm', 'Curious', 'Early', 'Gentle', 'Golden', 'Keen', 'Lucid', 'Merry', 'Nimble', 'Quiet', 'Sunny', 'Swift', 'Wise'];
const animals = ['Badger', 'Crane', 'Curlew', 'Dormouse', 'Finch', 'Fox', 'Hare', 'Heron', 'Lynx', 'Marten', 'Otter', 'Owl', 'Plover', 'Swallow', 'Wren'];

/** Who writes in this browser. */
export interface Person {
  name: string;
  readonly color: string;
}

const any = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)]!;

/** The person as kept in this browser; at first one with a friendly name. */
export function self(): Person {
  const name = recall('name') ?? `${any(adjectives)} ${any(animals)}`;
  const color = recall('color') ?? any(palette);
  keep('name', name);
  keep('color', color);
  return { name, color };
}

export function rename(name: string): void {
  keep('name', name);
}

/** `AL` for Ada Lovelace; the first letters of the first and the last word, whole characters. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = (word: string | undefined) => [...(word ?? '')][0]?.toLocaleUpperCase() ?? '';
  return words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0]) || '?';
}

/** Which colour of the style sheet stands for a colour of the wire, so that it has contrast in both themes. A foreign colour gets one of ours, the same everywhere. */
export function paletteIndex(color: string | null | undefined, session: string): number {
  const known = palette.indexOf(color as (typeof palette)[number]);
  if (known >= 0) return known;
  let hash = 0;
  for (const character of color ?? session) hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  return hash % palette.length;
}
