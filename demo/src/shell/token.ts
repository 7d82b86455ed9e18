import type { TokenSource } from '@collab/client';

declare global {
  /**
   * Gets an access token: a function that the page which hosts this demo defines before it loads. Without it a person may paste a token, which lasts as long as the tab; without either the server sees
   * somebody anonymous, whom it lets in while it is developed.
   */
  var collabToken: (() => string | Promise<string>) | undefined;
}

const kept = 'collab.token';

/** The newest token, and the one that is on its way: the document's connection and the API use the same. */
let newest: string | null = null;
let asking: Promise<string> | null = null;

/** Where this page's tokens come from; undefined for none. */
export function tokenSource(): TokenSource | undefined {
  return globalThis.collabToken || pasted() !== null ? ask : undefined;
}

/** Whether a person may paste one. A page that has a source of its own knows better how to sign in. */
export function isPasted(): boolean {
  return !globalThis.collabToken;
}

/** Remembers a pasted token for this tab, and for no other: it is a key to documents. */
export function paste(token: string): void {
  newest = null;
  sessionStorage.setItem(kept, token.trim());
}

/** The header of a request to the API. `isRefused`: the one before was not taken. */
export async function authorization(isRefused = false): Promise<Record<string, string>> {
  if (tokenSource() === undefined) return {};
  return { authorization: `Bearer ${isRefused || newest === null ? await ask() : newest}` };
}

function ask(): Promise<string> {
  asking ??= Promise.resolve(globalThis.collabToken ? globalThis.collabToken() : (pasted() ?? ''))
    .then((token) => (newest = token))
    .finally(() => (asking = null));
  return asking;
}

function pasted(): string | null {
  try {
    return sessionStorage.getItem(kept);
  } catch {
    return null;
  }
}
