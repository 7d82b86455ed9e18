// Collab, durable, beside servers that keep everything in memory: the same loads on the same machine in one run, the server on one core and the load on another.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { allCases } from './cases.mjs';
import { facts, syncedWritesOn } from './machine.mjs';
import { load, loadCore, newFolder, serverCore, withServer } from './server.mjs';
import { systems as all } from './systems.mjs';
import { line, markdown } from './tables.mjs';

const USAGE = `usage: ./collab bench peers [runs] [seconds] [part of a case's name]
  [--systems collab,sharedb,hocuspocus,y-websocket,bare-hub,bare-hub-tuned]   default: all but the last
  [--warmup SECONDS]   before each measurement, the same for all; default 8, or as long as is measured if that is longer
  [--limit SECONDS]    after which a case is given up; default 300
  [--json FILE]        keeps every run there, and shows what earlier calls have left there together with this one`;

// On one core a JIT is busy for several seconds with what it has seen to be hot; a shorter warm-up measures compilers.
const WARMUP_SECONDS = 8;

function refuse(why) {
  console.error(`${why}\n${USAGE}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { systems: { type: 'string', default: 'collab,sharedb,hocuspocus,y-websocket,bare-hub' }, warmup: { type: 'string' }, limit: { type: 'string', default: '300' }, json: { type: 'string' } },
    });
  } catch (failure) {
    return refuse(failure.message);
  }
}

const number = (text, name) => Number(text) > 0 ? Number(text) : refuse(`${name} is '${text}'; a number above 0 is wanted.`);

const { values, positionals: [web, benchmarks, runsGiven = '3', secondsGiven = '5', only = '', ...more] } = options();
if (!benchmarks || more.length > 0) refuse('Programs, runs, seconds and a part of a name are what comes before the options.');
const runs = number(runsGiven, 'runs'), seconds = number(secondsGiven, 'seconds'), limit = number(values.limit, '--limit');
const times = { warmup: values.warmup === undefined ? Math.max(WARMUP_SECONDS, seconds) : number(values.warmup, '--warmup'), seconds };

const every = allCases(times);
const cases = every.filter((each) => each.name.includes(only));
if (cases.length === 0) refuse(`No case's name has '${only}' in it: ${every.map(({ name }) => name).join('; ')}.`);

const known = all({ web, benchmarks });
const systems = values.systems.split(',').map((name) => known.find((system) => system.name === name) ?? refuse(`There is no system '${name}'.`));

// This process stays off the server's core, too.
spawnSync('taskset', ['-cp', loadCore, `${process.pid}`]);
const probed = newFolder();
const disk = syncedWritesOn(serverCore, probed);
rmSync(probed, { recursive: true });

const keyOf = (what, system) => `${what.name}/${system.name}`;
const results = values.json !== undefined && existsSync(values.json) ? JSON.parse(readFileSync(values.json, 'utf8')) : {};
for (let run = 1; run <= runs; run++) {
  for (const what of cases) {
    // In turn, so that what else the machine does falls on all alike.
    for (const system of systems) {
      const result = await withServer(system, (port, server) => load(system, port, server, what, limit)).catch((failure) => ({ failure: failure.message }));
      (results[keyOf(what, system)] ??= []).push({ seconds, warmup: times.warmup, at: new Date().toISOString(), ...result });
      console.error(`run ${run}, ${keyOf(what, system)}: ${line(what, result)}`);
      if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, null, 1));
    }
  }
}

const { dependencies } = JSON.parse(readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'package.json'), 'utf8'));
const shown = values.json === undefined ? [cases, systems] : [every, known];
console.log(`${facts()}.
${Object.entries(dependencies).map(([name, version]) => `${name} ${version}`).join(', ')}.
Server on core ${serverCore}, load on core ${loadCore}. Medians of ${runs} runs of ${seconds} s after ${times.warmup} s of warm-up (lowest–highest); *others*: cores that neither server nor load had, *stolen*: cores that the hypervisor kept.
The disk alone: 4 KB written over and synced in ${disk.p50.toFixed(0)} µs (p99 ${disk.p99.toFixed(0)} µs), ${disk.processor.toFixed(0)} µs of them processor time. Two clients with one operation in flight each are on the disk at most ${(2e6 / disk.p50).toFixed(0)} times a second.

${markdown(...shown, (what, system) => results[keyOf(what, system)] ?? [])}`);
