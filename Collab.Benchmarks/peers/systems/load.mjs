// One case against one server, in a process of its own: node load.mjs '{"driver":"collab","port":5080,"server":1234,"case":{…}}'. Its result is a line of JSON.
import { setTimeout as sleep } from 'node:timers/promises';
import { machineTime, memory, processorTime } from './machine.mjs';

const { driver, port, server, case: what } = JSON.parse(process.argv[2]);
const { open, prepare } = await import(`./clients/${driver}.mjs`);

const now = () => performance.now();
const documentOf = (number) => `${what.id}-${number}`;

const quantile = (sorted, share) => sorted.length === 0 ? null : sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];

function latencies(values) {
  const sorted = Float64Array.from(values).sort();
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), samples: sorted.length };
}

// What was pasted at once stays below every limit of a message.
const PASTE = 400_000;
const anywhere = (length) => Math.floor(Math.random() * (length + 1));

/** A document of this length, pasted by one who leaves. */
async function fill(document, size) {
  const writer = await open(port, document);
  for (let left = size; left > 0; left -= PASTE) await new Promise((done) => writer.paste('lorem ipsum '.repeat(PASTE / 12 + 1).slice(0, Math.min(left, PASTE)), done));
  writer.close();
}

async function openAll() {
  const clients = [];
  for (let document = 0; document < what.documents; document++) {
    await prepare(port, documentOf(document));
    if (what.size) await fill(documentOf(document), what.size);
    for (let client = 0; client < what.clients; client++) clients.push(await open(port, documentOf(document), what.anywhere ? anywhere : null));
  }
  return clients;
}

/** What server, load, and everybody else on the machine had of its cores since it was made. */
function watch() {
  const [began, machine, its, own] = [now(), machineTime(), processorTime(server), processorTime('self')];
  return () => {
    const microseconds = (now() - began) * 1000, { busy, stolen } = machineTime();
    const [serverTime, loadTime] = [processorTime(server) - its, processorTime('self') - own];
    return {
      seconds: microseconds / 1e6,
      serverTime,
      serverCore: serverTime / microseconds,
      loadCore: loadTime / microseconds,
      otherCores: Math.max(0, busy - machine.busy - serverTime - loadTime) / microseconds,
      stolenCores: (stolen - machine.stolen) / microseconds,
    };
  };
}

/** Runs `seconds` after as long a warm-up as told. */
async function measured(start, count) {
  await sleep(what.warmup * 1000);
  start();
  const seen = watch(), counted = count();
  await sleep(what.seconds * 1000);
  const { seconds, serverTime, ...cores } = seen(), operations = count() - counted;
  return { perSecond: operations / seconds, serverMicroseconds: serverTime / operations, ...cores };
}

/** How long it takes to join the first document: by its first visitor, for whom it is loaded, and by those after; the server has warmed up with another one. */
async function joining(count) {
  const other = documentOf('other');
  await prepare(port, other);
  for (let i = 0; i < count; i++) await timedJoin(other);
  return { firstJoin: await timedJoin(documentOf(0)), join: latencies(await inTurn(count, () => timedJoin(documentOf(0)))) };
}

async function timedJoin(document) {
  const began = now(), client = await open(port, document), took = now() - began;
  client.close();
  return took;
}

async function inTurn(count, act) {
  const results = [];
  for (let i = 0; i < count; i++) results.push(await act());
  return results;
}

/** Each client has one operation in flight; the next leaves when it is acknowledged. */
async function closed() {
  const joined = what.joins ? await joining(what.joins) : {};
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
  return { ...result, acknowledged: latencies(waits), ...joined, memory: memory(server) / 1024 };
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
  const before = memory(server);
  for (let number = 0; number < what.connections; number += 100) {
    await prepare(port, documentOf(number));
    for (let i = 0; i < 100; i++) await open(port, documentOf(number));
  }
  await sleep(5_000);
  const seen = watch(), memoryPerConnection = (memory(server) - before) / what.connections;
  await sleep(what.seconds * 1000);
  const { seconds, serverTime, ...cores } = seen();
  return { memoryPerConnection, ...cores };
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
  const joins = await inTurn(what.joins, () => timedJoin(documentOf(0)));
  const began = now(), processor = processorTime(server), storm = [];
  await Promise.all(Array.from({ length: what.storm }, async () => {
    await open(port, documentOf(0));
    storm.push(now() - began);
  }));
  return { join: latencies(joins), storm: { ...latencies(storm), serverMicroseconds: (processorTime(server) - processor) / what.storm } };
}

console.log(JSON.stringify(await { closed, typing, idle, join }[what.load]()));
process.exit(0);
