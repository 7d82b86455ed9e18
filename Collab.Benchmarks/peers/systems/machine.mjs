import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// All of Linux, where USER_HZ is 100: a tick is 10 ms (proc(5)).
const TICK_MICROSECONDS = 10_000;

/** Processor time of a process so far, in microseconds: user and system, all threads. */
export function processorTime(process) {
  const fields = readFileSync(`/proc/${process}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS;
}

/** Memory of a process now, in KiB. */
export const memory = (process) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${process}/status`, 'latin1'))[1]);

/** What the machine has done so far, in microseconds of its cores: all that ran, and what the hypervisor kept to itself meanwhile. */
export function machineTime() {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'latin1').split('\n')[0].split(/\s+/).slice(1).map(Number);
  return { busy: (user + nice + system + irq + softirq) * TICK_MICROSECONDS, stolen: steal * TICK_MICROSECONDS };
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

/** What the disk does whatever the program: 4 KB written over, and synced, in a file that has its blocks already. In microseconds. */
export function syncedWrites(folder, count = 400) {
  const path = join(folder, `synced-writes-${process.pid}`), file = openSync(path, 'w'), page = Buffer.alloc(4096, 'x'), pages = 64;
  try {
    for (let i = 0; i < pages; i++) writeSync(file, page, 0, page.length, i * page.length);
    fdatasyncSync(file);
    const times = [], before = process.cpuUsage();
    for (let i = 0; i < count; i++) {
      const began = performance.now();
      writeSync(file, page, 0, page.length, (i % pages) * page.length);
      fdatasyncSync(file);
      times.push((performance.now() - began) * 1000);
    }
    const { user, system } = process.cpuUsage(before);
    times.sort((a, b) => a - b);
    return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), processor: (user + system) / count };
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

/** The probe in a process of its own on the server's core. */
export const syncedWritesOn = (core, folder) =>
  JSON.parse(spawnSync('taskset', ['-c', core, process.execPath, fileURLToPath(import.meta.url), folder], { encoding: 'utf8' }).stdout);

/** One line about the machine and what runs on it. */
export function facts() {
  const dotnet = spawnSync('dotnet', ['--list-runtimes'], { encoding: 'utf8' }).stdout?.match(/Microsoft\.NETCore\.App (\S+)/g)?.at(-1).split(' ')[1];
  return `${cpus().length} × ${cpus()[0].model.trim()} (${arch()}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}; Node ${process.version}, .NET ${dotnet}; ` +
    `load average ${readFileSync('/proc/loadavg', 'latin1').split(' ').slice(0, 3).join(' ')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(syncedWrites(process.argv[2])));
