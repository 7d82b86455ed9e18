/** What is kept in this browser under `collab.<name>`; null where there is nothing, or storage is forbidden. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`collab.${name}`);
  } catch {
    return null;
  }
}

/** Keeps `value` in this browser, or forgets it (null). Where storage is forbidden it lasts as long as the page. */
export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`collab.${name}`);
    else localStorage.setItem(`collab.${name}`, value);
  } catch {
    // A preference that is not kept is no reason to disturb anybody.
  }
}
