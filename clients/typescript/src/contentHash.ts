/** FNV-1a over UTF-16 code units, 32 bits, unsigned: what both sides compare to notice that a replica diverged. */
export function contentHash(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash >>> 0;
}
