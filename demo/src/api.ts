import { authorization } from './shell/token';

export type Kind = 'text' | 'richtext';
export type Policy = 'merge' | 'strict';

/** A document as the REST API describes it; see `docs/protocol.md`. */
export interface DocumentDescription {
  readonly id: string;
  readonly kind: string;
  readonly policy: Policy;
  readonly title: string | null;
  readonly revision: number;
  /** What `new Date` reads. */
  readonly modifiedAt: number | string;
  /** How many are in it now; lists leave it out. */
  readonly sessions?: number;
}

export interface DocumentPage {
  readonly documents: readonly DocumentDescription[];
  /** Passed as `after`, gives the next page; not there on the last one. */
  readonly next?: string | null;
}

/** The server said no; `reason` is the protocol's error code where it gave one. */
export class ApiError extends Error {
  constructor(readonly status: number, readonly reason: string | null, detail: string) {
    super(detail);
  }
}

export function listDocuments(after: string | null, signal?: AbortSignal): Promise<DocumentPage> {
  const query = new URLSearchParams({ limit: '20', ...(after === null ? {} : { after }) });
  return request(`/api/documents?${query}`, signal ? { signal } : {});
}

export function readDocument(id: string): Promise<DocumentDescription> {
  return request(`/api/documents/${encodeURIComponent(id)}`);
}

export function createDocument(document: { id?: string; title: string; kind: Kind; policy: Policy }): Promise<DocumentDescription> {
  return request('/api/documents', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(document) });
}

async function request<T>(url: string, init: RequestInit = {}): Promise<T> {
  const send = (who: Record<string, string>) => fetch(url, { ...init, headers: { accept: 'application/json', ...who, ...init.headers } });
  const who = await authorization();
  let response = await send(who);
  // A token ends; the next one may be better.
  if (response.status === 401 && 'authorization' in who) response = await send(await authorization(true));
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => null)) as { reason?: string; detail?: string; title?: string } | null;
  throw new ApiError(response.status, problem?.reason ?? null, problem?.detail ?? problem?.title ?? `The server answered ${response.status}.`);
}

/** Where a document is edited. */
export const editorPath = (id: string) => `/d/${encodeURIComponent(id)}`;
