// Collab, durable, beside servers that keep everything in memory: the same loads on the same machine in one run, the server on one core and the load
// on another. Usage: node compare.mjs COLLAB_WEB_DLL [runs] [seconds] [part of a case's name]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const [, , collab, runs = '3', seconds = '5', only = ''] = process.argv;
if (!collab) {
  console.error('usage: ./collab bench peers [runs] [seconds] [part of a case\'s name]');
  process.exit(2);
}

const here = dirname(fileURLToPath(import.meta.url));
const [serverCore, loadCore] = ['0', '1'];
const times = { warmup: Math.max(2, Number(seconds) / 2), seconds: Number(seconds) };

const closed = (documents, clients) => ({ name: `closed loop ${documents} × ${clients}`, load: 'closed', documents, clients, ...times });
const typing = (documents, clients) => ({ name: `typists ${documents} × ${clients}`, load: 'typing', documents, clients, pause: 200, ...times });
const idle = (connections) => ({ name: `idle ${connections}`, load: 'idle', connections, ...times });

const cases = [
  closed(1, 2), closed(1, 8), closed(1, 32), closed(50, 2),
  typing(100, 2), typing(20, 5), typing(1, 32),
  idle(1000), idle(5000),
  { name: 'join after 50,000 operations', load: 'join', operations: 50_000, joins: 51, storm: 500 },
].filter((each) => each.name.includes(only));
if (cases.length === 0) {
  console.error(`No case's name has '${only}' in it.`);
  process.exit(2);
}

const peer = (name) => ({ name, start: (port) => [process.execPath, join(here, 'servers', `${name}.mjs`), `${port}`] });

// Limits that keep one person from using up a server are no part of what is compared: they are set beyond the load. Everything else is as it comes,
// and an acknowledgement means that the operation is on the disk.
const unlimited = ['Limits:OperationsPerSecond', 'Documents:OperationsPerSecond', 'Limits:RequestsPerSecond', 'Limits:MessagesPerSecond', 'Limits:RestRequestsPerSecond']
  .flatMap((name) => [`--Collab:${name}`, '100000']);

const systems = [
  {
    name: 'collab',
    start: (port, folder, silo, gateway) => [
      'dotnet', collab, '--urls', `http://127.0.0.1:${port}`, '--environment', 'Development', '--Logging:LogLevel:Default', 'Warning',
      '--Collab:Cluster:SiloPort', `${silo}`, '--Collab:Cluster:GatewayPort', `${gateway}`, '--Collab:Cluster:KeysPath', join(folder, 'keys'),
      '--Collab:Log:Path', join(folder, 'collab.db'), '--Collab:Limits:Connections', '20000', '--Collab:Limits:ConnectionsPerAddress', '20000',
      '--Collab:Limits:SessionsPerDocument', '1000', ...unlimited,
    ],
    isReady: async (port) => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok,
  },
  peer('sharedb'), peer('hocuspocus'), peer('y-websocket'),
];

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

async function withServer(system, use) {
  const folder = mkdtempSync(join(tmpdir(), 'collab-peers-'));
  const port = await freePort();
  const began = performance.now();
  const server = spawn('taskset', ['-c', serverCore, ...system.start(port, folder, await freePort(), await freePort())], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    while (!(await (system.isReady ?? answers)(port).catch(() => false))) {
      if (server.exitCode !== null || performance.now() - began > 60_000) throw new Error(`${system.name} did not start.`);
      await sleep(10);
    }
    const start = performance.now() - began;
    await sleep(1_000);
    return { start, memory: Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'latin1'))[1]) / 1024, ...(await use(port, server.pid)) };
  } finally {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

const answers = async (port) => {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  });
};

async function load(system, port, server, what) {
  const argument = JSON.stringify({ system: system.name, port, server, case: { ...what, id: `peers-${Math.random().toString(36).slice(2)}` } });
  const child = spawn('taskset', ['-c', loadCore, process.execPath, join(here, 'load.mjs'), argument], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  if (output === '') throw new Error(`${system.name}, ${what.name}: no result.`);
  return JSON.parse(output);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const at = (path, result) => path.split('.').reduce((value, name) => value?.[name], result);
const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

const columns = {
  closed: [['acknowledged/s', 'perSecond'], ['server µs each', 'serverMicroseconds'], ['p50 ms', 'acknowledged.p50'], ['p99 ms', 'acknowledged.p99'], ['server core', 'serverCore'], ['load core', 'loadCore']],
  typing: [['to others p50 ms', 'propagation.p50'], ['p99 ms', 'propagation.p99'], ['own p99 ms', 'acknowledged.p99'], ['operations/s', 'perSecond'], ['server µs each', 'serverMicroseconds'], ['load core', 'loadCore']],
  idle: [['KiB each', 'memoryPerConnection'], ['server core', 'serverCore']],
  join: [['join p50 ms', 'join.p50'], ['p99 ms', 'join.p99'], ['storm p50 ms', 'storm.p50'], ['storm p99 ms', 'storm.p99'], ['server µs each in the storm', 'storm.serverMicroseconds']],
};

const results = new Map();
for (let run = 1; run <= Number(runs); run++) {
  for (const what of cases) {
    // In turn, so that what else the machine does falls on all alike.
    for (const system of systems) {
      const result = await withServer(system, (port, server) => load(system, port, server, what));
      const key = `${what.name}/${system.name}`;
      results.set(key, [...(results.get(key) ?? []), result]);
      console.error(`run ${run}, ${key}: ${columns[what.load].map(([title, path]) => `${title} ${digits(at(path, result) ?? NaN)}`).join(', ')}`);
    }
  }
}

const versions = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).dependencies;
const uptime = readFileSync('/proc/loadavg', 'latin1').trim();
console.log(`Median of ${runs} runs of ${seconds} s (lowest–highest). ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}; Node ${process.version}; load average ${uptime}.`);
for (const what of cases) {
  console.log(`\n**${what.name}**\n\n| | ${columns[what.load].map(([title]) => title).join(' | ')} |\n| --- |${' --- |'.repeat(columns[what.load].length)}`);
  for (const system of systems) {
    const cells = columns[what.load].map(([, path]) => {
      const values = results.get(`${what.name}/${system.name}`).map((result) => at(path, result) ?? NaN);
      return `${digits(median(values))} (${digits(Math.min(...values))}–${digits(Math.max(...values))})`;
    });
    console.log(`| ${system.name} | ${cells.join(' | ')} |`);
  }
}

console.log('\n**a process that has nothing to do**\n\n| | until it accepts, ms | MiB |\n| --- | --- | --- |');
for (const system of systems) {
  const all = [...results].filter(([key]) => key.endsWith(`/${system.name}`)).flatMap(([, each]) => each);
  console.log(`| ${system.name} | ${digits(median(all.map((each) => each.start)))} | ${digits(median(all.map((each) => each.memory)))} |`);
}
