// One case against one server, in a process of its own: node load.mjs '{"system":"collab","port":5080,"server":1234,"case":{…}}'. Its result is a line of JSON.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { system, port, server, case: what } = JSON.parse(process.argv[2]);
const { open, prepare } = await import(`./clients/${system}.mjs`);

const now = () => performance.now();
const documentOf = (number) => `${what.id}-${number}`;

/** Processor time of the server so far, in microseconds: user and system, all threads (proc(5), USER_HZ is 100). */
function processorTime(process) {
  const fields = readFileSync(`/proc/${process}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Memory of the server now, in KiB. */
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server}/status`, 'latin1'))[1]);

const quantile = (sorted, share) => sorted.length === 0 ? null : sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];

function latencies(values) {
  const sorted = Float64Array.from(values).sort();
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), samples: sorted.length };
}

async function openAll() {
  const clients = [];
  for (let document = 0; document < what.documents; document++) {
    await prepare(port, documentOf(document));
    for (let client = 0; client < what.clients; client++) clients.push(await open(port, documentOf(document)));
  }
  return clients;
}

/** Runs `seconds` after as long a warm-up as told, and says what the server and this process spent meanwhile. */
async function measured(start, count) {
  await sleep(what.warmup * 1000);
  start();
  const [began, before, own, counted] = [now(), processorTime(server), processorTime('self'), count()];
  await sleep(what.seconds * 1000);
  const seconds = (now() - began) / 1000, operations = count() - counted;
  return {
    perSecond: operations / seconds,
    serverMicroseconds: (processorTime(server) - before) / operations,
    serverCore: (processorTime(server) - before) / 1e6 / seconds,
    loadCore: (processorTime('self') - own) / 1e6 / seconds,
  };
}

/** Each client has one operation in flight; the next leaves when it is acknowledged. */
async function closed() {
  const clients = await openAll();
  let acknowledged = 0, waits = [], isMeasured = false;
  for (const client of clients) {
    const next = () => {
      const sent = now();
      client.insert(() => {
        acknowledged++;
        if (isMeasured) waits.push(now() - sent);
        next();
      });
    };
    next();
  }
  const result = await measured(() => { isMeasured = true; }, () => acknowledged);
  return { ...result, acknowledged: latencies(waits) };
}

/** Typists: each a letter five times a second, at times of its own. Latency counts from when it was due. */
async function typing() {
  const clients = await openAll();
  const due = new Map();
  let acknowledged = 0, waits = [], propagations = [], isMeasured = false;
  clients.forEach((client, number) => {
    client.onOperation = (key) => {
      const sent = due.get(key);
      if (sent !== undefined && isMeasured) propagations.push(now() - sent);
    };
    let next = now() + (number / clients.length) * what.pause, isOut = false;
    setTimeout(function type() {
      // One in flight: what is due meanwhile waits, and its wait counts.
      if (!isOut && now() >= next) {
        const meant = next;
        isOut = true;
        next += what.pause;
        client.insert(() => {
          isOut = false;
          acknowledged++;
          if (isMeasured) waits.push(now() - meant);
          if (now() >= next) setImmediate(type);
        });
        const key = client.key();
        due.set(key, meant);
        setTimeout(() => due.delete(key), 10_000).unref();
      }
      if (!isOut || next > now()) setTimeout(type, Math.max(1, next - now()));
      else setTimeout(type, what.pause);
    }, next - now());
  });
  const result = await measured(() => { isMeasured = true; }, () => acknowledged);
  return { ...result, acknowledged: latencies(waits), propagation: latencies(propagations) };
}

/** Connections in a document each hundred shares, that do nothing. */
async function idle() {
  const before = memory();
  for (let number = 0; number < what.connections; number += 100) {
    await prepare(port, documentOf(number));
    for (let i = 0; i < 100; i++) await open(port, documentOf(number));
  }
  await sleep(5_000);
  const after = memory(), processor = processorTime(server), began = now();
  await sleep(what.seconds * 1000);
  return { memoryPerConnection: (after - before) / what.connections, serverCore: (processorTime(server) - processor) / 1e3 / (now() - began) };
}

/** A document with a history, joined one after the other, and by very many at once. */
async function join() {
  await prepare(port, documentOf(0));
  const writers = await Promise.all(Array.from({ length: 32 }, () => open(port, documentOf(0))));
  let left = what.operations;
  await new Promise((resolve) => writers.forEach((writer) => {
    const next = () => (left-- > 0 ? writer.insert(next) : resolve());
    next();
  }));
  await sleep(1_000);
  writers.forEach((writer) => writer.close());
  const joins = [];
  for (let i = 0; i < what.joins; i++) {
    const began = now();
    const client = await open(port, documentOf(0));
    joins.push(now() - began);
    client.close();
  }
  const began = now(), processor = processorTime(server), storm = [];
  await Promise.all(Array.from({ length: what.storm }, async () => {
    await open(port, documentOf(0));
    storm.push(now() - began);
  }));
  return { join: latencies(joins), storm: { ...latencies(storm), serverMicroseconds: (processorTime(server) - processor) / what.storm } };
}

console.log(JSON.stringify(await { closed, typing, idle, join }[what.load]()));
process.exit(0);
