// How Collab's cost grows: with clients in a document, documents, the size of a document, the length of its history. A server of its own for each point.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { facts } from './machine.mjs';
import { load, loadCore, withServer } from './server.mjs';
import { systems } from './systems.mjs';

const [, , web, benchmarks, secondsGiven = '3', only = ''] = process.argv;
const seconds = Number(secondsGiven), WARMUP_SECONDS = 6, LIMIT_SECONDS = 240;
const collab = benchmarks && systems({ web, benchmarks }).find(({ name }) => name === 'collab');
if (!collab || !(seconds > 0)) {
  console.error('usage: ./collab bench curves [seconds for each point] [clients|documents|size|history]');
  process.exit(2);
}

const closed = (what) => ({ load: 'closed', documents: 1, clients: 2, warmup: Math.max(WARMUP_SECONDS, seconds), seconds, ...what });

// The document that `Collab.Benchmarks prewrite` has made.
const WRITTEN = 'written-0';

const curves = [
  {
    name: 'clients', axis: 'clients in one document', points: [2, 4, 8, 16, 32, 64, 128, 256],
    case: (clients) => closed({ clients }),
    // Everybody is told everything.
    columns: [['deliveries/s', ({ perSecond }, clients) => perSecond * clients], ['server µs for a delivery', ({ serverMicroseconds }, clients) => serverMicroseconds / clients]],
  },
  {
    name: 'documents', axis: 'documents, one client in each', points: [1, 10, 50, 200, 500, 1000, 2000],
    case: (documents) => closed({ documents, clients: 1 }),
    columns: [['MiB', ({ memory }) => memory]],
  },
  {
    name: 'size', axis: 'size of the document, UTF-16 code units', points: [1e3, 1e4, 1e5, 1e6, 1e7],
    case: (size) => closed({ size, anywhere: true }),
    columns: [['MiB', ({ memory }) => memory]],
  },
  {
    name: 'history', axis: 'operations before', points: [1e3, 1e4, 1e5, 1e6],
    case: () => closed({ id: WRITTEN.replace(/-0$/, ''), anywhere: true, joins: 51 }),
    system: (operations) => ({
      ...collab,
      fill(folder) {
        const { status, stderr } = spawnSync('dotnet', [benchmarks, 'prewrite', join(folder, 'collab.db'), WRITTEN, `${operations}`], { encoding: 'utf8' });
        if (status !== 0) throw new Error(`prewrite: ${stderr}`);
      },
    }),
    columns: [['first join ms', ({ firstJoin }) => firstJoin], ['join p50 ms', ({ join: later }) => later?.p50]],
  },
];

const digits = (value) => value === undefined || !Number.isFinite(value) ? '–' : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const BAR = 24;
const bar = (value, most) => '█'.repeat(Math.max(1, Math.round((value / most) * BAR)));

spawnSync('taskset', ['-cp', loadCore, `${process.pid}`]);
console.log(`${facts()}. Closed loop: each client has one operation in flight, a letter behind its last, in documents with a size or a history at a random place; ${seconds} s after ${Math.max(WARMUP_SECONDS, seconds)} s of warm-up.`);
for (const curve of curves.filter(({ name }) => name.includes(only))) {
  const rows = [];
  for (const point of curve.points) {
    const what = { name: `${curve.name} ${point}`, ...curve.case(point) }, system = curve.system?.(point) ?? collab;
    const result = await withServer(system, (port, server) => load(system, port, server, what, LIMIT_SECONDS)).catch((failure) => ({ failure: failure.message }));
    console.error(`${what.name}: ${result.failure ?? `${digits(result.perSecond)}/s, ${digits(result.serverMicroseconds)} µs`}`);
    rows.push([point, result]);
  }

  const columns = [
    ['operations/s', ({ perSecond }) => perSecond], ['server µs each', ({ serverMicroseconds }) => serverMicroseconds], ['p50 ms', ({ acknowledged }) => acknowledged?.p50],
    ['p99 ms', ({ acknowledged }) => acknowledged?.p99], ...curve.columns, ['load core', ({ loadCore: share }) => share], ['others', ({ otherCores }) => otherCores],
  ];
  const most = Math.max(...rows.map(([, { serverMicroseconds = 0 }]) => serverMicroseconds));
  console.log(`\n| ${curve.axis} | ${columns.map(([title]) => title).join(' | ')} | server µs each |\n| --- |${' --- |'.repeat(columns.length + 1)}`);
  for (const [point, result] of rows) {
    const cells = result.failure ? [result.failure, ...columns.slice(1).map(() => '')] : columns.map(([, value]) => digits(value(result, point)));
    console.log(`| ${point.toLocaleString('en-US')} | ${cells.join(' | ')} | ${result.failure ? '' : bar(result.serverMicroseconds, most)} |`);
  }
}
