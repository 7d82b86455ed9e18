import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Authentication, type AuthenticationEffect } from '../src/authentication.js';

const refusal = { verb: 'authenticate', reason: 'unauthenticated', detail: 'No.', action: 'authenticate' as const };
const expired = { verb: 'join', reason: 'token_expired', detail: 'Over.', action: 'authenticate' as const };
const told = (effects: readonly AuthenticationEffect[]): string => effects.map((effect) => ('token' in effect ? `${effect.type} ${effect.token}` : effect.type)).join(' ');

/** Connected at 0 with token `a`, good until `expiresAt`. */
function signedIn(expiresAt?: number): Authentication {
  const authentication = new Authentication('function', () => 0.5);
  assert.equal(told(authentication.wanted(0)), 'ask');
  assert.equal(told(authentication.obtained('a', 0)), 'connect');
  assert.equal(told(authentication.opened(0)), 'send a');
  assert.equal(told(authentication.authenticated({ subject: 'ann', ...(expiresAt !== undefined && { expiresAt }) }, 0)), 'authenticated');
  return authentication;
}

test('without a source nothing is sent, and connecting waits for nothing', () => {
  const authentication = new Authentication('none');
  assert.equal(told(authentication.wanted(0)), 'connect');
  assert.equal(told(authentication.opened(0)), '');
  assert.equal(authentication.deadline, Infinity);
});

test('a token is refreshed at four fifths of its lifetime, on the same connection', () => {
  const authentication = signedIn(100_000);
  assert.equal(authentication.deadline, 80_000);
  assert.equal(told(authentication.tick(80_000)), 'ask');
  assert.equal(told(authentication.obtained('b', 80_100)), 'send b');
  assert.equal(told(authentication.authenticated({ expiresAt: 180_100 }, 80_100)), 'authenticated');
  assert.equal(authentication.deadline, 160_100);
});

test('the end of a token is on the server’s clock', () => {
  const authentication = signedIn(1_000_000);
  authentication.measured({ sent: 1_000, at: 901_050 }, 1_100);
  assert.equal(authentication.deadline, 80_000);
});

test('a refresh that fails is tried again ever later, and nobody is signed out while the token is good', () => {
  const authentication = signedIn(100_000);
  const asked: number[] = [];
  let now = 0;
  while (!authentication.isSignedOut) {
    now = authentication.deadline;
    asked.push(now);
    assert.equal(told(authentication.tick(now)), 'ask');
    authentication.failed('The back end is away.', now);
  }
  assert.ok(now >= 100_000);
  assert.ok(asked.length <= 8, `asked ${asked.length} times in 20 s`);
});

test('a source that gives the same token again is not asked in a loop', () => {
  const authentication = signedIn(100_000);
  let asks = 0;
  for (let now = authentication.deadline; now < 100_000; now = authentication.deadline) {
    asks++;
    authentication.tick(now);
    authentication.obtained('a', now);
  }
  assert.ok(asks <= 8, `asked ${asks} times in 20 s`);
});

test('a token that ended is replaced at once, and nothing is said about it', () => {
  const authentication = signedIn(100_000);
  assert.equal(told(authentication.refused(expired, 50_000)), '');
  assert.equal(authentication.deadline, 50_000);
  assert.equal(told(authentication.tick(50_000)), 'ask');
  // What the documents are told meanwhile is about the old one.
  assert.equal(told(authentication.refused(expired, 50_010)), '');
  assert.equal(told(authentication.obtained('b', 50_100)), 'send b');
  assert.equal(told(authentication.refused(expired, 50_110)), '');
  assert.equal(told(authentication.authenticated({}, 50_120)), 'authenticated');
  assert.equal(authentication.deadline, Infinity);
});

test('tokens that the server never takes are asked for ever later, and the person is told', () => {
  const authentication = signedIn();
  let now = 50_000;
  let asks = 0;
  let toldOut = 0;
  authentication.refused(expired, now);
  for (; now < 50_000 + 600_000; now = Math.max(now, authentication.deadline)) {
    assert.equal(told(authentication.tick(now)), 'ask');
    authentication.obtained(`token ${asks++}`, now);
    toldOut += authentication.refused(refusal, now).filter(({ type }) => type === 'signedOut').length;
  }
  assert.ok(asks <= 22, `asked ${asks} times in ten minutes`);
  assert.equal(toldOut, asks);
});

test('a token that ends as soon as it is taken does not make the waits short', () => {
  const authentication = signedIn();
  let now = 0;
  let asks = 0;
  authentication.refused(expired, now);
  for (; now < 600_000; now = Math.max(now, authentication.deadline)) {
    authentication.tick(now);
    authentication.obtained(`token ${asks++}`, now);
    authentication.authenticated({}, now);
    authentication.refused(expired, now + 1);
  }
  assert.ok(asks <= 22, `asked ${asks} times in ten minutes`);
});

test('one token has one chance; another may be given', () => {
  const authentication = new Authentication('token');
  authentication.wanted(0);
  authentication.obtained('a', 0);
  authentication.opened(0);
  assert.equal(told(authentication.refused(refusal, 10)), 'signedOut');
  assert.equal(authentication.deadline, Infinity);
  // The server closes a connection that does not authenticate. There is nothing to come back with.
  authentication.lost();
  assert.equal(told(authentication.wanted(10_000)), 'ask');
  assert.equal(told(authentication.obtained('a', 10_000)), 'signedOut');
  assert.equal(told(authentication.renew()), 'ask');
  assert.equal(told(authentication.obtained('b', 20_000)), 'connect');
  assert.equal(told(authentication.opened(20_000)), 'send b');
});

test('somebody whom cookies name gets another handshake, ever later', () => {
  const authentication = new Authentication('none', () => 0.5);
  authentication.opened(0);
  assert.equal(told(authentication.refused({ ...refusal, verb: 'join' }, 10)), 'signedOut');
  assert.equal(told(authentication.refused({ ...refusal, verb: 'join' }, 11)), '');
  const due = authentication.deadline;
  assert.ok(due >= 510);
  assert.equal(told(authentication.tick(due)), 'reconnect');
  authentication.lost();
  assert.equal(told(authentication.wanted(due + 100)), 'connect');
});

test('a token that expired while there was no connection is replaced before there is one', () => {
  const authentication = signedIn(100_000);
  authentication.lost();
  assert.equal(told(authentication.wanted(20_000)), 'connect');
  assert.equal(told(authentication.wanted(120_000)), 'ask');
  assert.equal(told(authentication.failed('Offline.', 120_100)), 'signedOut');
  assert.equal(told(authentication.wanted(120_200)), '');
  assert.equal(told(authentication.wake()), 'ask');
  assert.equal(told(authentication.obtained('b', 121_000)), 'connect');
});

test('an authenticate that is refused for now is sent again, one that is not answered ends the connection', () => {
  const authentication = signedIn(100_000);
  authentication.tick(80_000);
  authentication.obtained('b', 80_000);
  assert.equal(told(authentication.refused({ ...refusal, reason: 'rate_limited', action: 'retry', retryAfter: 700 }, 80_010)), '');
  assert.equal(told(authentication.tick(80_709)), '');
  assert.equal(told(authentication.tick(80_710)), 'send b');
  assert.equal(told(authentication.tick(95_710)), 'reconnect');
});

test('a server from before there were tokens is left alone', () => {
  const authentication = new Authentication('token');
  authentication.wanted(0);
  authentication.obtained('a', 0);
  authentication.opened(0);
  assert.equal(told(authentication.refused({ ...refusal, verb: '?', reason: 'malformed', action: 'give_up' }, 10)), '');
  assert.equal(authentication.deadline, Infinity);
});
