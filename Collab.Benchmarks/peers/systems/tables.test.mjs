// node --test tables.test.mjs; CI runs it by Collab.Tests/Benchmarks/PeersScriptTests.cs.
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { allCases } from './cases.mjs';
import { once } from './clients/once.mjs';
import { syncedWrites } from './machine.mjs';
import { sorted } from './stacks.mjs';
import { markdown } from './tables.mjs';

const [what] = allCases({ warmup: 1, seconds: 1 });
const collab = { name: 'collab' }, slow = { name: 'slow', isPeer: true }, fast = { name: 'fast', isPeer: true }, yardstick = { name: 'yardstick' };
const result = (perSecond, more = {}) => ({ perSecond, serverMicroseconds: 1e6 / perSecond, acknowledged: { p50: 1, p99: 2 }, loadCore: 0.5, start: 100, idle: 10, ...more });

function table(results) {
  return markdown([what], [collab, slow, fast, yardstick], (_, system) => results[system.name] ?? []).split('\n');
}

test('The ratio is to the best peer, by medians, and not to the yardstick', () => {
  const lines = table({ collab: [result(100), result(300), result(200)], slow: [result(50)], fast: [result(100)], yardstick: [result(1000)] });
  assert.match(lines.find((line) => line.startsWith('| collab |')), /^\| collab \| 200 \(100–300\) \| 5000 \(3333–10000\) \|/);
  assert.match(lines.find((line) => line.startsWith('| *collab')), /\| \*\*2\.00×\*\* fast \| \*\*0\.50×\*\* fast \|/);
});

test('A run that did not finish is a line that says so, and counts in no median', () => {
  const lines = table({ collab: [result(100), { failure: 'did not finish within 5 s' }], fast: [{ failure: 'did not finish within 5 s' }], slow: [result(50)] });
  assert.ok(lines.includes(`| fast, 1 of 1 runs | did not finish within 5 s |${' |'.repeat(7)}`));
  assert.ok(lines.some((line) => line.startsWith('| collab, 1 of 2 runs | did not finish')));
  assert.match(lines.find((line) => line.startsWith('| *collab')), /\*\*2\.00×\*\* slow/);
});

test('A load that is at its limit is told of', () => {
  assert.ok(table({ collab: [result(100)], slow: [result(50, { loadCore: 0.95 })] }).some((line) => line.startsWith("The load's core was 0.95 busy with slow")));
});

test('A sample is whose frame comes first from the leaf; in the kernel the system call says', async () => {
  const script = `.NET TP Worker
\t7f01 memmove (/usr/lib/libc.so.6)
\t7f02 [System.Text.Json] System.Text.Json.Utf8JsonReader::Read()[Optimized] (/tmp/perf-1.map)
\t7f03 [Collab.Web] Collab.Web.Messages.ClientMessageReader::Read(class [x]y)[Optimized] (/tmp/perf-1.map)

.NET TP Worker
\tffff tcp_sendmsg ([kernel.kallsyms])
\tffff __x64_sys_sendto ([kernel.kallsyms])

sqlite
\t7f09 walWrite (/x/libe_sqlite3.so)
`;
  const { total, shares, stacks } = await sorted(script.split('\n'));
  assert.equal(total, 3);
  assert.deepEqual(shares.map(({ name }) => name).sort(), ['JSON', 'SQLite and the log', 'kernel: send']);
  assert.ok([...stacks.keys()].some((stack) => stack.endsWith('System.Text.Json.Utf8JsonReader::Read();memmove')));
});

test('What everybody is told is read once', () => {
  let read = 0;
  const reader = once((bytes) => { read++; return bytes.toString(); });
  for (const text of ['a', 'a', 'b', 'b', 'b']) assert.equal(reader(Buffer.from(text)), text);
  assert.equal(read, 2);
});

test('The disk is measured by writes that were synced', () => {
  const disk = syncedWrites(tmpdir(), 5);
  assert.ok(disk.p50 > 0 && disk.p99 >= disk.p50);
});
