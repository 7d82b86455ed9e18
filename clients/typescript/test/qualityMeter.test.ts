import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QualityMeter } from '../src/qualityMeter.js';

test('the first report comes after a second, the others every ten', () => {
  const meter = new QualityMeter();
  assert.equal(meter.due, Infinity);
  meter.start(0, 100);
  assert.equal(meter.take(999, 100), null);
  assert.deepEqual(meter.take(1_000, 600), { sent: 1_000, updateRate: 0, bytesRate: 500 });
  assert.equal(meter.due, 11_000);
  meter.stop();
  assert.equal(meter.due, Infinity);
});

test('the round trip is the newest, jitter is smoothed as RFC 3550 does', () => {
  const meter = new QualityMeter();
  meter.start(0, 0);
  let now = 1_000;
  let jitter = 0;
  let last: number | null = null;
  for (const rtt of [40, 60, 60, 120, 30]) {
    meter.take(now, 0);
    meter.measured({ sent: now, at: 0 }, now + rtt);
    if (last !== null) jitter += (Math.abs(rtt - last) - jitter) / 16;
    last = rtt;
    now += 10_000;
  }
  const report = meter.take(now, 0)!;
  assert.equal(report.rtt, 30);
  assert.equal(report.jitter, Math.round(jitter * 1_000) / 1_000);
});

test('propagation runs from the author’s server time to here, on the server’s clock; own operations do not count', () => {
  const meter = new QualityMeter();
  meter.start(0, 0);
  meter.take(1_000, 0);
  meter.received(5, false, 1_010);
  // The server is 500 s ahead; the answer took 40 ms.
  meter.measured({ sent: 1_000, at: 501_020 }, 1_040);
  meter.received(501_900, false, 2_000);
  meter.received(501_960, false, 2_000);
  meter.received(400_000, true, 2_000);
  // The error of the clock does not make time run backwards.
  meter.received(502_010, false, 2_000);
  const report = meter.take(11_000, 0)!;
  assert.equal(report.propagation, Math.round((140_000) / 3) / 1_000);
  assert.equal(report.updateRate, 0.5);
});

test('the quickest answer says best what the server’s clock is', () => {
  const meter = new QualityMeter();
  meter.start(0, 0);
  meter.take(1_000, 0);
  meter.measured({ sent: 1_000, at: 1_010 }, 1_020);
  meter.take(11_000, 0);
  meter.measured({ sent: 11_000, at: 13_000 }, 13_010);
  meter.received(14_000, false, 14_005);
  assert.equal(meter.take(21_000, 0)!.propagation, 5);
});

test('what is resent is a part of what is submitted', () => {
  const meter = new QualityMeter();
  meter.start(0, 0);
  for (const isAgain of [false, false, true, false]) meter.submitted(isAgain);
  assert.equal(meter.take(1_000, 0)!.resent, 0.25);
  assert.equal(meter.take(11_000, 0)!.resent, undefined);
});

test('a device that slept reports nothing of it', () => {
  const meter = new QualityMeter();
  meter.start(0, 0);
  meter.take(1_000, 0);
  assert.equal(meter.take(3_600_000, 10), null);
  // The answer to what was sent before the sleep.
  meter.measured({ sent: 1_000, at: 0 }, 3_600_010);
  assert.deepEqual(meter.take(3_601_000, 20), { sent: 3_601_000, updateRate: 0, bytesRate: 10 });
});

test('what the server would refuse is not said', () => {
  const meter = new QualityMeter();
  meter.start(0, 0);
  meter.take(1_000, 0);
  meter.measured({ sent: 1_000, at: 0 }, 1_010);
  meter.received(-1e12, false, 2_000);
  const report = meter.take(11_000, 1e15)!;
  assert.equal(report.propagation, 600_000);
  assert.equal(report.bytesRate, 1_000_000_000);
});
