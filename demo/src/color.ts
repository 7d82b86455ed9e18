import { h } from './dom';

/** What a canvas needs to be told: the colour that a custom property comes to in this theme; mixed with the ground for a fill that hides what is behind it. */
export function colorOf(where: HTMLElement, property: string, share = 100): string {
  const probe = h('i', { style: `color: color-mix(in srgb, var(${property}) ${share}%, var(--raised))` });
  where.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
