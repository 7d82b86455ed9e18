import type { Connection, ConnectionListener } from '../src/connection.js';
import type { ClientMessage, DocumentMessages, ServerMessages } from '../src/messages.js';
import type { KeyValueStorage, Locks } from '../src/pendingStore.js';
import { UnansweredJoins } from '../src/unansweredJoins.js';

/** localStorage with a quota. */
export class FakeStorage implements KeyValueStorage {
  readonly items = new Map<string, string>();
  quota = Infinity;

  get length(): number {
    return this.items.size;
  }

  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    const used = [...this.items].reduce((sum, [name, item]) => sum + (name === key ? 0 : name.length + item.length), 0);
    if (used + key.length + value.length > this.quota) throw new Error('QuotaExceededError');
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }
}

/** navigator.locks: exclusive, first come, first served, given up when its tab is gone. */
export class FakeLocks implements Locks {
  readonly #waiting = new Map<string, (() => void)[]>();

  async request(name: string, { signal }: { signal?: AbortSignal }, held: () => Promise<void>): Promise<unknown> {
    const queue = this.#waiting.get(name);
    if (queue === undefined) this.#waiting.set(name, []);
    else {
      await new Promise<void>((resolve, reject) => {
        queue.push(resolve);
        signal?.addEventListener('abort', () => {
          queue.splice(queue.indexOf(resolve), 1);
          reject(new Error('aborted'));
        });
      });
    }
    await held();
    const next = this.#waiting.get(name)!.shift();
    if (next !== undefined) next();
    else this.#waiting.delete(name);
    return undefined;
  }
}

/** A connection whose other end is the test. */
export class FakeConnection {
  readonly sent: ClientMessage[] = [];
  listener: ConnectionListener | null = null;
  isConnected = true;
  received = 0;
  #joins = new UnansweredJoins();

  add(listener: ConnectionListener): void {
    this.listener = listener;
    if (this.isConnected) listener.connected();
  }

  remove(): void {
    this.listener = null;
  }

  async send(message: ClientMessage): Promise<void> {
    this.#joins.sent(message);
    this.sent.push(JSON.parse(JSON.stringify(message)) as ClientMessage);
  }

  reconnect(): void {
    this.isConnected = false;
    this.#joins = new UnansweredJoins();
    this.listener?.lost();
  }

  receive<T extends keyof DocumentMessages>(target: T, message: Omit<DocumentMessages[T], 'document'>): void {
    const received = { document: 'd', ...message } as DocumentMessages[T];
    if (this.#joins.received(target as keyof ServerMessages, received as never)) this.listener?.message(target, received);
  }

  /** What was sent of one target, and forgets it. */
  take(target: ClientMessage['target']): ClientMessage['body'][] {
    const taken = this.sent.filter((message) => message.target === target);
    for (const message of taken) this.sent.splice(this.sent.indexOf(message), 1);
    return taken.map(({ body }) => body);
  }

  get asConnection(): Connection {
    return this as unknown as Connection;
  }
}

export function joined(text: string, revision: number, more: Partial<DocumentMessages['joined']> = {}): Omit<DocumentMessages['joined'], 'document'> {
  const applied = { sequence: 0, revision: 0 };
  return { session: 's1', token: 't1', epoch: 1, kind: 'text', policy: 'merge', revision, applied, snapshot: { revision, content: text }, presence: [], ...more };
}
