import { Backoff } from './backoff.js';
import type { Authenticated, Measured, Refused } from './messages.js';
import { ServerClock } from './serverClock.js';

/** Where tokens come from: one token, or a function that is asked for one whenever one is needed. */
export type TokenSource = string | (() => string | Promise<string>);

/** Who the server takes this client for. */
export interface Identity {
  /** Null for somebody anonymous. */
  readonly subject: string | null;
  readonly name: string | null;
  /** By the server's clock, milliseconds; null for a token that does not expire. */
  readonly expiresAt: number | null;
}

/** There is no token that the server takes. */
export interface SignedOut {
  /** What the server said last; null if it was not asked. */
  readonly refusal: Pick<Refused, 'verb' | 'reason' | 'detail'> | null;
  /** A sentence for developers. */
  readonly detail: string;
}

/** What an input leads to, in order. `connect`: a connection may be made; `reconnect`: the one that is there is no good any more. */
export type AuthenticationEffect =
  | { readonly type: 'ask' | 'connect' | 'reconnect' }
  | { readonly type: 'send'; readonly token: string }
  | { readonly type: 'authenticated'; readonly identity: Identity }
  | { readonly type: 'signedOut'; readonly signedOut: SignedOut };

/** Milliseconds. After a token that the server did not take, and after a source that failed, the next one is asked for in this time, and ever later. */
const backoffStart = 1_000;
const backoffLimit = 60_000;

/** A token that was good for this long counts as a success: when it ends, the next one is asked for at once. */
const stableAfter = 5_000;

/** Part of its lifetime after which a token is refreshed; and the shortest time in which it is. */
const refreshAfter = 0.8;
const refreshInterval = 1_000;

/** An `authenticate` that stays unanswered for this long gives the connection up. */
const answerPatience = 15_000;

/**
 * The token of a connection: asked for before it is made, refreshed ahead of its end, asked for again when the server does not take it. Pure: it is told what happened and when,
 * and answers with effects.
 *
 * It never loops. The first token that the server does not take is replaced at once; from then on there is a wait before each, a second at first and a minute in the end, and only one that held
 * makes the waits short again. A token that was refused is not sent a second time.
 */
export class Authentication {
  #token: string | null = null;
  /** As the server said of `#token`. */
  #takenAt: number | null = null;
  #expiresAt: number | null = null;
  #refused: string | null = null;
  /** The newest refusal since a token was taken. */
  #refusal: SignedOut['refusal'] = null;
  #refusals = 0;
  #identity: Identity | null = null;
  #isOpen = false;
  #isAsking = false;
  #isSignedOut = false;
  #askDue = Infinity;
  #sendDue = Infinity;
  #answerDue = Infinity;
  readonly #clock = new ServerClock();
  readonly #refusedBackoff: Backoff;
  readonly #failedBackoff: Backoff;
  #effects: AuthenticationEffect[] = [];

  /** @param source `none`: nothing is sent, and cookies may tell the server who this is. */
  constructor(
    public source: 'none' | 'token' | 'function',
    random: () => number = Math.random,
  ) {
    // At least half of each wait, whatever the dice say.
    const jitter = (): number => 0.5 + random() / 2;
    this.#refusedBackoff = new Backoff(backoffStart, backoffLimit, jitter);
    this.#failedBackoff = new Backoff(backoffStart, backoffLimit, jitter);
  }

  /** Null before the server has said. */
  get identity(): Identity | null {
    return this.#identity;
  }

  get isSignedOut(): boolean {
    return this.#isSignedOut;
  }

  /** When `tick` wants to be called; Infinity for never. */
  get deadline(): number {
    return Math.min(this.#askDue, this.#isAsking ? Infinity : this.#refreshDue, this.#isOpen ? this.#sendDue : Infinity, this.#answerDue);
  }

  // Inputs.

  /** A connection is to be made. `connect` follows, now or when there is a token for it. */
  wanted(now: number): AuthenticationEffect[] {
    const isReady = this.source === 'none' ? !this.#isSignedOut : this.#isUsable(now) && now < this.#refreshDue;
    if (isReady) this.#effects.push({ type: 'connect' });
    else if (this.#askDue === Infinity) this.#ask();
    return this.#taken();
  }

  /** There is a connection. Its first message is the token. */
  opened(now: number): AuthenticationEffect[] {
    this.#isOpen = true;
    if (this.#token !== null) this.#send(now);
    return this.#taken();
  }

  lost(): void {
    this.#isOpen = false;
    this.#sendDue = this.#answerDue = Infinity;
  }

  /** The source gave a token. */
  obtained(token: string, now: number): AuthenticationEffect[] {
    this.#isAsking = false;
    if (token === this.#refused) return this.failed('The token is the one that the server refused.', now);
    if (token === this.#token && this.#isOpen) return this.failed('The token is the one that there is.', now);
    this.#failedBackoff.reset();
    if (token !== this.#token) this.#takenAt = this.#expiresAt = null;
    this.#token = token;
    if (this.#isOpen) this.#send(now);
    else this.#effects.push({ type: 'connect' });
    return this.#taken();
  }

  /** The source failed, or gave what is of no use. A token that has not expired serves on. */
  failed(detail: string, now: number): AuthenticationEffect[] {
    this.#isAsking = false;
    if (this.source === 'function') this.#askDue = now + this.#failedBackoff.next();
    if (!this.#isUsable(now)) this.#signOut(`No token could be had. ${detail}`);
    else if (!this.#isOpen) this.#effects.push({ type: 'connect' });
    return this.#taken();
  }

  authenticated({ subject, name, expiresAt }: Authenticated, now: number): AuthenticationEffect[] {
    this.#answerDue = this.#sendDue = this.#askDue = Infinity;
    this.#isSignedOut = false;
    this.#refused = this.#refusal = null;
    this.#refusals = 0;
    this.#takenAt = now;
    this.#expiresAt = expiresAt ?? null;
    this.#identity = { subject: subject ?? null, name: name ?? null, expiresAt: this.#expiresAt };
    this.#effects.push({ type: 'authenticated', identity: this.#identity });
    return this.#taken();
  }

  /** The server refused the token, or told a document that its own is not good any more. */
  refused({ verb, reason, detail, action, retryAfter }: Pick<Refused, 'verb' | 'reason' | 'detail' | 'action' | 'retryAfter'>, now: number): AuthenticationEffect[] {
    // A server from before there was this verb calls it so.
    const isAnswer = verb === 'authenticate' || (verb === '?' && this.#answerDue !== Infinity);
    // What documents are told while a token is on its way, or looked for, is about the one before.
    const isOld = this.source === 'none' ? this.#isSignedOut : this.#token === null || this.#answerDue !== Infinity;
    if (isAnswer) this.#answerDue = Infinity;
    else if (isOld) return [];
    if (action === 'retry') this.#sendDue = now + (retryAfter ?? this.#refusedBackoff.next());
    // Anything else is a server from before there was such a verb. It wants no token.
    else if (action === 'authenticate' || reason === 'forbidden') this.#reject({ verb, reason, detail }, now);
    return this.#taken();
  }

  measured({ sent, at }: Pick<Measured, 'sent' | 'at'>, now: number): void {
    this.#clock.measure(sent, at, now);
  }

  /** Asks now, whatever wait is left: somebody signed in again. */
  renew(): AuthenticationEffect[] {
    this.#isAsking = false;
    this.#ask();
    return this.#taken();
  }

  /** Ends a wait early: somebody looks at the page. */
  wake(): AuthenticationEffect[] {
    if (this.#isSignedOut && this.#askDue !== Infinity) this.#ask();
    return this.#taken();
  }

  tick(now: number): AuthenticationEffect[] {
    if (now >= this.#answerDue) {
      this.#answerDue = Infinity;
      this.#effects.push({ type: 'reconnect' });
    }
    if (this.#isOpen && now >= this.#sendDue && this.#token !== null) this.#send(now);
    if (now >= this.#askDue || (!this.#isAsking && now >= this.#refreshDue)) this.#ask();
    return this.#taken();
  }

  // What follows from the inputs.

  #taken(): AuthenticationEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #serverTime(now: number): number {
    return now + (this.#clock.offset ?? 0);
  }

  #isUsable(now: number): boolean {
    return this.#token !== null && (this.source === 'token' || this.#expiresAt === null || this.#serverTime(now) < this.#expiresAt);
  }

  /** Asked for again and in vain, `#askDue` says when: then the end of the token is not what counts. */
  get #refreshDue(): number {
    if (this.source !== 'function' || this.#expiresAt === null || this.#takenAt === null || this.#askDue !== Infinity) return Infinity;
    const lifetime = this.#expiresAt - this.#serverTime(this.#takenAt);
    return this.#takenAt + Math.max(refreshInterval, refreshAfter * lifetime);
  }

  #ask(): void {
    this.#askDue = Infinity;
    if (this.source === 'none') {
      // Another handshake is all that can be tried. It counts as signed in until the server says otherwise.
      this.#isSignedOut = false;
      this.#effects.push({ type: this.#isOpen ? 'reconnect' : 'connect' });
    } else if (!this.#isAsking) {
      this.#isAsking = true;
      this.#effects.push({ type: 'ask' });
    }
  }

  #send(now: number): void {
    this.#sendDue = Infinity;
    this.#answerDue = now + answerPatience;
    this.#effects.push({ type: 'send', token: this.#token! });
  }

  #reject(refusal: NonNullable<SignedOut['refusal']>, now: number): void {
    if (this.#takenAt !== null && now - this.#takenAt >= stableAfter) this.#refusedBackoff.reset();
    const isFirst = this.#refusedBackoff.isFresh;
    const wait = this.#refusedBackoff.next();
    this.#refused = this.#token;
    this.#refusal = refusal;
    this.#token = this.#takenAt = this.#expiresAt = null;
    if (this.source === 'function') this.#askDue = now + (isFirst ? 0 : wait);
    else if (this.source === 'none') this.#askDue = now + wait;
    if (++this.#refusals > 1 || this.source !== 'function') this.#signOut(refusal.detail);
  }

  #signOut(detail: string): void {
    this.#isSignedOut = true;
    this.#effects.push({ type: 'signedOut', signedOut: { refusal: this.#refusal, detail } });
  }
}
