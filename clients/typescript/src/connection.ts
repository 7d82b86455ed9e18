import { HttpTransportType, type HubConnection, HubConnectionBuilder, JsonHubProtocol, LogLevel } from '@microsoft/signalr';
import { Authentication, type AuthenticationEffect, type Identity, type SignedOut, type TokenSource } from './authentication.js';
import { Backoff } from './backoff.js';
import { Emitter } from './emitter.js';
import type { ClientMessage, DocumentMessages, ServerMessages } from './messages.js';
import { UnansweredJoins } from './unansweredJoins.js';

export interface ConnectionOptions {
  /**
   * Who this is: a token, or a function that gets one. It is asked before a connection is made, at four fifths of a token's lifetime, and when the server does not take a token any more; after a
   * failure ever later, up to once a minute. Without it the server sees an anonymous client, or the one that its cookies name.
   */
  readonly token?: TokenSource;
  /** Longest wait between two attempts to connect, milliseconds. Default 10,000. */
  readonly retryDelayLimit?: number;
}

/** Who the server takes a client for. */
export interface ConnectionEvents {
  /** The server took a token. */
  authenticated: Identity;
  /** There is no token that the server takes; told again at each attempt that fails. Edits are kept, and sent when there is one: see `authenticate`. */
  signedOut: SignedOut;
}

/** What a connection tells each document. `connected` and `lost` alternate; messages come in between, in the server's order; of several joins' answers the newest's alone. */
export interface ConnectionListener {
  connected(): void;
  lost(): void;
  authenticated(): void;
  signedOut(signedOut: SignedOut): void;
  message<T extends keyof DocumentMessages>(target: T, message: DocumentMessages[T]): void;
}

const targets: readonly (keyof ServerMessages)[] = ['joined', 'operations', 'acknowledged', 'refused', 'presence', 'closed', 'role', 'measured', 'authenticated'];
const retryDelayStart = 500;

/** A path that swallows packets answers a connection attempt after minutes, if at all. */
const connectTimeout = 10_000;

/** A source of tokens that does not answer for this long has failed. */
const tokenTimeout = 15_000;

/** A connection that held this long counts as a success: the next wait is short again. Shorter ones are a server that accepts and drops. */
const stableAfter = 5_000;

/** The longest wait that timers know. */
const timerLimit = 2 ** 31 - 1;

/** One WebSocket that comes back for ever: exponential backoff with full jitter, and at once when the device is online or looked at again. */
export class Connection {
  readonly #listeners = new Set<ConnectionListener>();
  #hub: HubConnection | null = null;
  #isConnected = false;
  #joins = new UnansweredJoins();
  #isStopped = true;
  #connectedAt = 0;
  #received = 0;
  readonly #backoff: Backoff;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #source: TokenSource | undefined;
  /** Which question to the source is the newest; answers to others come too late. */
  #asked = 0;
  readonly #authentication: Authentication;
  #authenticationTimer: ReturnType<typeof setTimeout> | undefined;
  #signedOut: SignedOut | null = null;

  constructor(
    readonly url: string,
    readonly options: ConnectionOptions = {},
    readonly events: Emitter<ConnectionEvents> = new Emitter(),
  ) {
    this.#source = options.token;
    this.#authentication = new Authentication(sourceOf(options.token));
    this.#backoff = new Backoff(retryDelayStart, options.retryDelayLimit ?? 10_000);
  }

  /** Characters received so far, near enough their bytes. */
  get received(): number {
    return this.#received;
  }

  get identity(): Identity | null {
    return this.#authentication.identity;
  }

  /** A listener that comes while connected is told so at once. */
  add(listener: ConnectionListener): void {
    this.#listeners.add(listener);
    if (this.#isConnected) listener.connected();
    else if (this.#isStopped) this.#begin();
    if (this.#signedOut !== null) listener.signedOut(this.#signedOut);
  }

  remove(listener: ConnectionListener): void {
    this.#listeners.delete(listener);
  }

  /** Hands a message to the socket. One that can't be sent is lost, as on any connection that breaks: the document sends it again. */
  async send(message: ClientMessage): Promise<void> {
    if (!this.#isConnected) return;
    this.#joins.sent(message);
    await this.#hub?.send(message.target, message.body).catch(() => undefined);
  }

  /** Gives this connection up and makes another, after a random part of a second: those who share a leaving host do not all come at once. */
  reconnect(): void {
    const hub = this.#hub;
    if (hub === null || this.#isStopped) return;
    this.#lost(hub);
    void hub.stop();
  }

  /** Asks for a token now; the person has signed in again. */
  authenticate(source?: TokenSource): void {
    if (source !== undefined) {
      this.#source = source;
      this.#authentication.source = sourceOf(source);
    }
    if (!this.#isStopped) this.#perform(this.#authentication.renew());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#authenticationTimer);
    for (const [event, listener] of this.#wakeUps()) globalThis.removeEventListener?.(event, listener);
    const hub = this.#hub;
    this.#hub = null;
    this.#setConnected(false);
    await hub?.stop();
  }

  #begin(): void {
    this.#isStopped = false;
    for (const [event, listener] of this.#wakeUps()) globalThis.addEventListener?.(event, listener);
    this.#want();
  }

  #want(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#perform(this.#authentication.wanted(Date.now()));
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const hub = new HubConnectionBuilder()
      // Every other transport needs a request that finds the same host again. No token stands in the URL: that ends in logs.
      .withUrl(this.url, { transport: HttpTransportType.WebSockets, skipNegotiation: true })
      .withHubProtocol(this.#countingProtocol())
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
    // The token goes first; whatever the documents say stands behind it.
    this.#perform(this.#authentication.opened(this.#connectedAt));
    this.#setConnected(true);
  }

  #countingProtocol(): JsonHubProtocol {
    const protocol = new JsonHubProtocol();
    const parse = protocol.parseMessages.bind(protocol);
    protocol.parseMessages = (input, logger) => {
      this.#received += input.length;
      return parse(input, logger);
    };
    return protocol;
  }

  #receive<T extends keyof ServerMessages>(hub: HubConnection, target: T, message: ServerMessages[T]): void {
    if (this.#hub !== hub) return;
    const received = { target, message } as Received;
    if (received.target === 'authenticated') {
      this.#perform(this.#authentication.authenticated(received.message, Date.now()));
      return;
    }
    if (this.#joins.received(target, message)) for (const listener of [...this.#listeners]) listener.message(received.target, received.message);
    this.#overhear(received);
  }

  /** What documents are told may be about the token, too. */
  #overhear(received: Received): void {
    const now = Date.now();
    if (received.target === 'measured') {
      this.#authentication.measured(received.message, now);
    } else if (received.target === 'refused' && (received.message.document == null || received.message.action === 'authenticate')) {
      this.#perform(this.#authentication.refused(received.message, now));
    } else if (received.target === 'closed' && received.message.action === 'authenticate') {
      const { reason, action } = received.message;
      this.#perform(this.#authentication.refused({ verb: 'join', reason, action, detail: `The server closed the session: ${reason}.` }, now));
    } else {
      return;
    }
    this.#arm();
  }

  #lost(hub: HubConnection): void {
    if (this.#hub !== hub) return;
    this.#hub = null;
    this.#authentication.lost();
    if (this.#isConnected && Date.now() - this.#connectedAt >= stableAfter) this.#backoff.reset();
    this.#setConnected(false);
    this.#arm();
    if (this.#isStopped) return;
    this.#retry = setTimeout(() => this.#want(), this.#backoff.next());
  }

  #setConnected(isConnected: boolean): void {
    if (this.#isConnected === isConnected) return;
    this.#isConnected = isConnected;
    this.#joins = new UnansweredJoins();
    for (const listener of [...this.#listeners]) isConnected ? listener.connected() : listener.lost();
  }

  #perform(effects: readonly AuthenticationEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'ask':
          void this.#ask();
          break;
        case 'connect':
          if (this.#hub === null && !this.#isStopped) void this.#connect();
          break;
        case 'reconnect':
          this.reconnect();
          break;
        case 'send':
          void this.#hub?.send('authenticate', { token: effect.token }).catch(() => undefined);
          break;
        case 'authenticated':
          this.#signedOut = null;
          this.events.emit('authenticated', effect.identity);
          for (const listener of [...this.#listeners]) listener.authenticated();
          break;
        case 'signedOut':
          this.#signedOut = effect.signedOut;
          this.events.emit('signedOut', effect.signedOut);
          for (const listener of [...this.#listeners]) listener.signedOut(effect.signedOut);
          break;
      }
    }
    this.#arm();
  }

  async #ask(): Promise<void> {
    const asked = ++this.#asked;
    let effects: () => AuthenticationEffect[];
    try {
      const token = await obtain(this.#source!);
      effects = () => this.#authentication.obtained(token, Date.now());
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      effects = () => this.#authentication.failed(detail, Date.now());
    }
    if (asked === this.#asked && !this.#isStopped) this.#perform(effects());
  }

  #arm(): void {
    clearTimeout(this.#authenticationTimer);
    const due = this.#authentication.deadline;
    if (this.#isStopped || due === Infinity) return;
    const wait = Math.min(Math.max(1, due - Date.now()), timerLimit);
    this.#authenticationTimer = setTimeout(() => this.#perform(this.#authentication.tick(Date.now())), wait);
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
    if (this.#isStopped || globalThis.document?.visibilityState === 'hidden') return;
    this.#perform(this.#authentication.wake());
    if (this.#retry === undefined) return;
    this.#backoff.reset();
    this.#want();
  };

  /** The browser knows before the socket does. Pings would notice after half a minute. */
  readonly #sleep = (): void => this.reconnect();
}

type Received = { [T in keyof ServerMessages]: { readonly target: T; readonly message: ServerMessages[T] } }[keyof ServerMessages];

function sourceOf(source: TokenSource | undefined): Authentication['source'] {
  return source === undefined ? 'none' : typeof source === 'string' ? 'token' : 'function';
}

async function obtain(source: TokenSource): Promise<string> {
  if (typeof source === 'string') return source;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The source of tokens did not answer within ${tokenTimeout / 1_000} s.`)), tokenTimeout);
  });
  try {
    const token = await Promise.race([Promise.resolve().then(source), late]);
    if (typeof token !== 'string' || token === '') throw new Error('The source of tokens gave none.');
    return token;
  } finally {
    clearTimeout(timer);
  }
}
