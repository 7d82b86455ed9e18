import { HttpTransportType, type HubConnection, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { Backoff } from './backoff.js';
import type { ClientMessage, ServerMessages } from './messages.js';

export interface ConnectionOptions {
  /** Asked for a token at each connection. */
  readonly accessToken?: () => string | Promise<string>;
  /** Longest wait between two attempts to connect, milliseconds. Default 10,000. */
  readonly retryDelayLimit?: number;
}

/** What a connection tells. `connected` and `lost` alternate; messages come in between, in the server's order. */
export interface ConnectionListener {
  connected(): void;
  lost(): void;
  message<T extends keyof ServerMessages>(target: T, message: ServerMessages[T]): void;
}

const targets: readonly (keyof ServerMessages)[] = ['joined', 'operations', 'acknowledged', 'refused', 'presence', 'closed'];
const retryDelayStart = 500;

/** A path that swallows packets answers a connection attempt after minutes, if at all. */
const connectTimeout = 10_000;

/** A connection that held this long counts as a success: the next wait is short again. Shorter ones are a server that accepts and drops. */
const stableAfter = 5_000;

/** One WebSocket that comes back for ever: exponential backoff with full jitter, and at once when the device is online or looked at again. */
export class Connection {
  readonly #listeners = new Set<ConnectionListener>();
  #hub: HubConnection | null = null;
  #isConnected = false;
  #isStopped = true;
  #connectedAt = 0;
  readonly #backoff: Backoff;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly url: string,
    readonly options: ConnectionOptions = {},
  ) {
    this.#backoff = new Backoff(retryDelayStart, options.retryDelayLimit ?? 10_000);
  }

  /** A listener that comes while connected is told so at once. */
  add(listener: ConnectionListener): void {
    this.#listeners.add(listener);
    if (this.#isConnected) listener.connected();
    else if (this.#isStopped) this.#begin();
  }

  remove(listener: ConnectionListener): void {
    this.#listeners.delete(listener);
  }

  /** Hands a message to the socket. One that can't be sent is lost, as on any connection that breaks: the document sends it again. */
  async send({ target, body }: ClientMessage): Promise<void> {
    if (!this.#isConnected) return;
    await this.#hub?.send(target, body).catch(() => undefined);
  }

  /** Gives this connection up and makes another, after a random part of a second: those who share a leaving host do not all come at once. */
  reconnect(): void {
    const hub = this.#hub;
    if (hub === null || this.#isStopped) return;
    this.#lost(hub);
    void hub.stop();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    for (const [event, listener] of this.#wakeUps()) globalThis.removeEventListener?.(event, listener);
    const hub = this.#hub;
    this.#hub = null;
    this.#setConnected(false);
    await hub?.stop();
  }

  #begin(): void {
    this.#isStopped = false;
    for (const [event, listener] of this.#wakeUps()) globalThis.addEventListener?.(event, listener);
    void this.#connect();
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const { accessToken } = this.options;
    const hub = new HubConnectionBuilder()
      .withUrl(this.url, {
        // Every other transport needs a request that finds the same host again.
        transport: HttpTransportType.WebSockets,
        skipNegotiation: true,
        ...(accessToken !== undefined && { accessTokenFactory: accessToken }),
      })
      .configureLogging(LogLevel.None)
      .build();
    this.#hub = hub;
    for (const target of targets) hub.on(target, (message: ServerMessages[typeof target]) => this.#receive(hub, target, message));
    hub.onclose(() => this.#lost(hub));
    const timeout = setTimeout(() => void hub.stop(), connectTimeout);
    try {
      await hub.start();
    } catch {
      this.#lost(hub);
      return;
    } finally {
      clearTimeout(timeout);
    }
    if (this.#hub !== hub) {
      void hub.stop();
      return;
    }
    this.#connectedAt = Date.now();
    this.#setConnected(true);
  }

  #receive<T extends keyof ServerMessages>(hub: HubConnection, target: T, message: ServerMessages[T]): void {
    if (this.#hub !== hub) return;
    for (const listener of [...this.#listeners]) listener.message(target, message);
  }

  #lost(hub: HubConnection): void {
    if (this.#hub !== hub) return;
    this.#hub = null;
    if (this.#isConnected && Date.now() - this.#connectedAt >= stableAfter) this.#backoff.reset();
    this.#setConnected(false);
    if (this.#isStopped) return;
    this.#retry = setTimeout(() => void this.#connect(), this.#backoff.next());
  }

  #setConnected(isConnected: boolean): void {
    if (this.#isConnected === isConnected) return;
    this.#isConnected = isConnected;
    for (const listener of [...this.#listeners]) isConnected ? listener.connected() : listener.lost();
  }

  #wakeUps(): readonly [string, () => void][] {
    return [
      ['online', this.#wake],
      ['pageshow', this.#wake],
      ['visibilitychange', this.#wake],
      ['offline', this.#sleep],
    ];
  }

  readonly #wake = (): void => {
    if (this.#retry === undefined || this.#isStopped || globalThis.document?.visibilityState === 'hidden') return;
    this.#backoff.reset();
    void this.#connect();
  };

  /** The browser knows before the socket does. Pings would notice after half a minute. */
  readonly #sleep = (): void => this.reconnect();
}
