import { credential } from './credential';
import type { Reading } from './reading';

const PERIOD = 2_000;
const PERIOD_LIMIT = 10_000;
const PATIENCE = 15_000;

/** What keeps the page from showing anything: `401` and `403` are for a sign-in, `404` is another port's. */
export class NotForUs extends Error {
  constructor(readonly status: number) {
    super(`The server answered ${status}.`);
  }
}

export async function read(after: number, headers: Record<string, string> = credential(), signal?: AbortSignal): Promise<Reading> {
  const patience = AbortSignal.timeout(PATIENCE);
  const response = await fetch(`/operations/live?after=${Math.max(0, Math.floor(after))}`, {
    headers: { accept: 'application/json', ...headers },
    cache: 'no-store',
    signal: signal ? AbortSignal.any([patience, signal]) : patience,
  });
  if ([401, 403, 404].includes(response.status)) throw new NotForUs(response.status);
  if (response.ok) return (await response.json()) as Reading;
  const problem = (await response.json().catch(() => null)) as { detail?: string } | null;
  throw new Error(problem?.detail ?? `The server answered ${response.status}.`);
}

export interface Watcher {
  /** The time after which moments are wanted. */
  readonly after: () => number;
  readonly onReading: (reading: Reading, after: number) => void;
  readonly onFailure: (failure: Error) => void;
  readonly onRefused: (refusal: NotForUs) => void;
}

/**
 * Asks every 2 s while the page is seen; after a failure again, less and less often, down to every 10 s. Nothing is asked while nobody sees the page: the cluster's hosts tell more often while somebody looks.
 */
export function watch(watcher: Watcher): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | null = null;
  let failures = 0;

  const stop = () => {
    clearTimeout(timer);
    asking?.abort();
    asking = null;
  };
  const ask = async () => {
    stop();
    const own = (asking = new AbortController());
    const after = watcher.after();
    try {
      const reading = await read(after, undefined, own.signal);
      if (asking !== own) return;
      failures = 0;
      watcher.onReading(reading, after);
    } catch (failure) {
      if (asking !== own) return;
      if (failure instanceof NotForUs) {
        end();
        watcher.onRefused(failure);
        return;
      }
      failures++;
      watcher.onFailure(failure as Error);
    }
    timer = setTimeout(ask, Math.min(PERIOD * 2 ** Math.min(failures, 8), failures === 0 ? PERIOD : PERIOD_LIMIT));
  };
  const look = () => {
    if (document.hidden) stop();
    else void ask();
  };
  const end = () => {
    document.removeEventListener('visibilitychange', look);
    removeEventListener('online', look);
    stop();
  };

  document.addEventListener('visibilitychange', look);
  addEventListener('online', look);
  look();
  return end;
}
