// Where the processor time of one acknowledged operation goes: Collab under one case's load, sampled with Linux' perf.
import { spawn, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { allCases } from './cases.mjs';
import { facts } from './machine.mjs';
import { load, loadCore, newFolder, withServer } from './server.mjs';
import { sorted } from './stacks.mjs';
import { systems } from './systems.mjs';

const { values, positionals: [web, benchmarks, only = 'closed loop 50 × 2', secondsGiven = '10'] } = parseArgs({ allowPositionals: true, options: { stacks: { type: 'string' } } });
const seconds = Number(secondsGiven), WARMUP_SECONDS = 15, LIMIT_SECONDS = 300, HERTZ = '999';
const what = allCases({ warmup: WARMUP_SECONDS, seconds }).find(({ name, load: kind }) => name.includes(only) && kind !== 'idle' && kind !== 'join');
if (!benchmarks || !what || !(seconds > 2)) {
  console.error(`usage: ./collab bench profile [part of a case's name] [seconds] [--stacks FILE]
  cases: those of ./collab bench peers with clients that write; default: closed loop 50 × 2, 10 s
  --stacks FILE   every stack and how often it was seen, a line each, as flame graph programs read them`);
  process.exit(2);
}

if (spawnSync('perf', ['--version']).error) {
  console.error('perf is not on the PATH (Debian: apt install linux-perf).');
  process.exit(2);
}

// All code compiled in the process, fully optimized, with its names in /tmp/perf-PID.map: precompiled code has no names for perf.
const named = { DOTNET_PerfMapEnabled: '1', DOTNET_ReadyToRun: '0', DOTNET_TieredCompilation: '0', DOTNET_EnableWriteXorExecute: '0' };
const collab = { ...systems({ web, benchmarks }).find(({ name }) => name === 'collab'), environment: named };
const folder = newFolder(), recorded = join(folder, 'perf.data');

try {
  spawnSync('taskset', ['-cp', loadCore, `${process.pid}`]);
  let samples;
  const result = await withServer(collab, async (port, server) => {
    const measured = load(collab, port, server, what, LIMIT_SECONDS);
    await sleep((WARMUP_SECONDS + 1) * 1000);
    const perf = spawn('perf', ['record', '-F', HERTZ, '-g', '-p', `${server}`, '-o', recorded, '--', 'sleep', `${seconds - 1}`], { stdio: 'ignore' });
    await new Promise((resolve) => perf.on('exit', resolve));
    const outcome = await measured;
    const script = spawn('perf', ['script', '-i', recorded, '-F', 'comm,ip,sym,dso'], { stdio: ['ignore', 'pipe', 'ignore'] });
    samples = await sorted(createInterface({ input: script.stdout }));
    rmSync(`/tmp/perf-${server}.map`, { force: true });
    rmSync(`/tmp/perfinfo-${server}.map`, { force: true });
    return outcome;
  });
  if (result.failure) throw new Error(result.failure);

  console.log(`${facts()}.
${what.name}: ${result.perSecond.toFixed(0)} operations/s, ${result.serverMicroseconds.toFixed(0)} µs of the server's processor time each; ${samples.total} samples.

| | share | µs for an operation |
| --- | --- | --- |`);
  for (const { name, share } of samples.shares) console.log(`| ${name} | ${(share * 100).toFixed(1)} % | ${(share * result.serverMicroseconds).toFixed(1)} |`);
  if (values.stacks) writeFileSync(values.stacks, [...samples.stacks].map(([stack, count]) => `${stack} ${count}\n`).join(''));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
