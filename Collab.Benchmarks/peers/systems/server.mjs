import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { memory } from './machine.mjs';
import { openSocket } from './socket.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const [START_LIMIT_SECONDS, POLL_MILLISECONDS, REST_MILLISECONDS] = [60, 5, 1000];

export const [serverCore, loadCore] = ['0', '1'];

/** Where servers keep what they keep. */
export const newFolder = () => mkdtempSync(join(process.env.COLLAB_PEERS_FOLDER ?? tmpdir(), 'collab-peers-'));

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** Starts a server of its own for `use`; the result has its start in milliseconds up to the first WebSocket that it accepts, and its MiB after a second's rest. */
export async function withServer(system, use) {
  const folder = newFolder(), port = await freePort(), [silo, gateway] = [await freePort(), await freePort()];
  const { path } = await import(`./clients/${system.driver}.mjs`);
  system.fill?.(folder);
  const began = performance.now();
  const server = spawn('taskset', ['-c', serverCore, ...system.start(port, folder, silo, gateway)], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...system.environment } });
  try {
    const become = async (fact) => {
      while (!(await fact().catch(() => false))) {
        if (server.exitCode !== null || performance.now() - began > START_LIMIT_SECONDS * 1000) throw new Error(`${system.name} did not start within ${START_LIMIT_SECONDS} s.`);
        await sleep(POLL_MILLISECONDS);
      }
    };
    await become(async () => { (await openSocket(port, path)).close(); return true; });
    const start = performance.now() - began;
    if (system.isReady) await become(() => system.isReady(port));
    await sleep(REST_MILLISECONDS);
    const idle = memory(server.pid) / 1024;
    return { ...(await use(port, server.pid)), start, idle };
  } finally {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts one case on a server, from a process on the load's core; what takes longer than `limit` seconds is given up. */
export async function load(system, port, server, what, limit) {
  const argument = JSON.stringify({ driver: system.driver, port, server, case: { id: `peers-${Math.random().toString(36).slice(2)}`, ...what } });
  const child = spawn('taskset', ['-c', loadCore, process.execPath, join(here, 'load.mjs'), argument], { stdio: ['ignore', 'pipe', 'inherit'] });
  let isLate = false, output = '';
  const timer = setTimeout(() => { isLate = true; child.kill('SIGKILL'); }, limit * 1000);
  for await (const chunk of child.stdout) output += chunk;
  clearTimeout(timer);
  if (isLate) return { failure: `did not finish within ${limit} s` };
  return output === '' ? { failure: 'failed' } : JSON.parse(output);
}
