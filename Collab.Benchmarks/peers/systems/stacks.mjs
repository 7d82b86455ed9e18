// Sorts samples of `perf script -F comm,ip,sym,dso` by whose work they were.

// A frame of ours, of the framework or of a library; from the leaf outwards, the first frame that is somebody's decides. So what the runtime does (a cast,
// an allocation) and what a string costs is its caller's.
const components = [
  ['SQLite and the log', /sqlite|Collab\.Grains\.Log/i],
  ['resilience (Polly)', /Polly|Collab\.Resilience/],
  ['metrics', /Prometheus|Collab\.Observability/],
  ['filters of grain calls', /Collab\.Grains\.Filters/],
  ['the engine (Orleans or its stand-in)', /Orleans/],
  ['SignalR', /AspNetCore\.SignalR/],
  ['WebSockets', /System\.Net\.WebSockets|AspNetCore\.Http\.Connections|AspNetCore\.WebSockets/],
  ['Kestrel', /Kestrel/],
  ['pipelines', /System\.IO\.Pipelines/],
  ['sockets', /System\.Net\.Sockets/],
  ['messages (Collab.Web)', /Collab\.Web\.Messages/],
  ['delivery (Collab.Web)', /Collab\.Web\.Delivery/],
  ['connections (Collab.Web)', /Collab\.Web/],
  ['the algebra', /Collab\.Operations/],
  ['documents (Collab.Grains)', /Collab\.Grains|Collab\.Contracts/],
  ['JSON', /System\.Text\.Json/],
  ['thread pool', /ThreadPool|WorkerThread|PortableThreadPool/],
];

const kernel = [
  ['kernel: send', /sys_sendto|sys_sendmsg/],
  ['kernel: receive', /sys_recvfrom|sys_recvmsg/],
  ['kernel: epoll', /epoll/],
  ['kernel: wait and wake (futex)', /futex/],
  ['kernel: yield', /sched_yield/],
  ['kernel: sync', /fsync|fdatasync|sync_file_range/],
  ['kernel: write', /pwrite|sys_write|vfs_write|ksys_write/],
  ['kernel: the rest', /./],
];

function componentOf(frames) {
  if (frames[0].library.includes('kernel')) {
    const all = frames.map(({ name }) => name).join(' ');
    return kernel.find(([, pattern]) => pattern.test(all))[0];
  }

  for (const { name, library } of frames) {
    const found = components.find(([, pattern]) => pattern.test(`${name} ${library}`));
    if (found) return found[0];
  }

  const file = frames[0].library.split('/').at(-1);
  return /coreclr|clrjit|clrgc/.test(file) ? `the runtime (${file})` : `others (${file})`;
}

// "    7f12 Namespace.Type::Method(args)[Optimized] (/tmp/perf-1.map)": what stands in the last parentheses is where the code is from.
const FRAME = /^\s+[0-9a-f]+ (.*) \(([^()]*(?:\([^()]*\))?)\)$/;

/** Shares of the components, largest first, and how often each stack was seen, outermost frame first, as flame graphs want it. */
export async function sorted(lines) {
  const shares = new Map(), stacks = new Map();
  let total = 0, thread = '', frames = [];
  const add = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
  const finish = () => {
    if (frames.length === 0) return;
    total++;
    add(shares, componentOf(frames));
    add(stacks, [thread, ...frames.map(({ name }) => name.replaceAll(';', ',')).reverse()].join(';'));
    frames = [];
  };
  for await (const line of lines) {
    const frame = FRAME.exec(line);
    if (frame) frames.push({ name: frame[1].replace(/\[(Optimized|OptimizedTier1|Tier0|PreJIT|QuickJitted)[^\]]*\]|class |instance |valuetype /g, ''), library: frame[2] });
    else if (line.trim() === '') finish();
    else thread = line.trim().split(/\s+/)[0];
  }

  finish();
  return { total, stacks, shares: [...shares].map(([name, count]) => ({ name, share: count / total })).sort((a, b) => b.share - a.share) };
}
