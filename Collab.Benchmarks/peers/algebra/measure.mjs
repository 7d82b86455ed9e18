// Measures npm's libraries on the editing traces, by the same workloads as TraceWorkloads.cs, and prints
// one JSON object a line: {library, workload, trace, operations, milliseconds: [...]}. Every run's result is checked against the trace's hash.
// usage: node measure.mjs <corpus folder> <runs>
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type as text } from 'ot-text-unicode'
import QuillDelta from 'quill-delta'
import * as Y from 'yjs'
import { edit, libraries as replicated, yjsUpdates } from './replicated.mjs'

const Delta = QuillDelta.default ?? QuillDelta
const [corpus, runs] = [process.argv[2], Number(process.argv[3])]

function read(name, kind) {
  const lines = gunzipSync(readFileSync(join(corpus, `${name}.${kind}.jsonl.gz`))).toString('utf8').trimEnd().split('\n')
  return { name, sha: JSON.parse(lines[0]).finalSha256, transactions: lines.slice(1).map((line) => JSON.parse(line)) }
}

function check(trace, library, final) {
  const sha = createHash('sha256').update(final).digest('hex')
  if (sha !== trace.sha) throw new Error(`${library} ends ${trace.name} in another text`)
}

function measure(library, workload, trace, run, result) {
  // Both runtimes compile while they run: two seconds of processor time, and one whole run at least, for ours and for these.
  const spent = () => process.cpuUsage().user + process.cpuUsage().system
  const warmUp = spent()
  do run()
  while (spent() - warmUp < 2e6)
  const milliseconds = []
  for (let i = 0; i < runs; i++) {
    globalThis.gc?.()
    // Processor time, with that of collector and compiler threads: on a shared machine the clock on the wall tells more about the neighbours.
    const start = process.cpuUsage()
    const final = run()
    const { user, system } = process.cpuUsage(start)
    milliseconds.push((user + system) / 1000)
    if (result) check(trace, library, result(final))
  }
  console.log(JSON.stringify({ library, workload, trace: trace.name, operations: trace.transactions.length, milliseconds }))
}

const quill = {
  library: 'quill-delta',
  empty: () => new Delta(),
  operation: (patches) => patches.reduce((all, [at, deleted, inserted]) => {
    const patch = new Delta().retain(at)
    if (inserted) patch.insert(inserted)
    if (deleted) patch.delete(deleted)
    return all.compose(patch)
  }, new Delta()),
  apply: (content, delta) => content.compose(delta),
  rebase: (delta, over) => over.transform(delta, true),
  text: (content) => content.ops.map((op) => op.insert).join(''),
  decode: (json) => new Delta(JSON.parse(json)),
}

const otText = {
  library: 'ot-text-unicode',
  empty: () => '',
  operation: (patches) => patches.reduce((all, [at, deleted, inserted]) => {
    const patch = [at]
    if (inserted) patch.push(inserted)
    if (deleted) patch.push({ d: deleted })
    return text.compose(all, text.normalize(patch))
  }, []),
  apply: (content, operation) => text.apply(content, operation),
  rebase: (operation, over) => text.transform(operation, over, 'right'),
  text: (content) => content,
  decode: (json) => {
    const operation = JSON.parse(json)
    text.checkOp(operation)
    return operation
  },
}

for (const trace of [read('sveltecomponent', 'seq'), read('rustcode', 'seq')]) {
  for (const algebra of [quill, otText]) {
    const operations = trace.transactions.map(({ p }) => algebra.operation(p))
    measure(algebra.library, 'apply', trace, () => operations.reduce(algebra.apply, algebra.empty()), algebra.text)
    measure(algebra.library, 'encode', trace, () => operations.map((operation) => JSON.stringify(operation)))
    const encoded = operations.map((operation) => JSON.stringify(operation))
    measure(algebra.library, 'decode', trace, () => encoded.map(algebra.decode))
    measure(algebra.library, 'send', trace, () => operations.reduce((content, operation) => {
      JSON.stringify(operation)
      return algebra.apply(content, operation)
    }, algebra.empty()), algebra.text)
    measure(algebra.library, 'receive', trace, () => encoded.reduce((content, json) => algebra.apply(content, algebra.decode(json)), algebra.empty()), algebra.text)
  }

  for (const { library, create } of replicated) {
    measure(library, 'apply', trace, () => trace.transactions.reduce((replica, { p }) => edit(replica, p), create()), (replica) => replica.text())
    const write = () => {
      const replica = create(1), updates = []
      for (const { p } of trace.transactions) updates.push(edit(replica, p).written())
      return { replica, updates }
    }
    measure(library, 'send', trace, write, ({ replica }) => replica.text())
    const { updates } = write()
    measure(library, 'receive', trace, () => updates.reduce((replica, update) => replica.read(update), create()), (replica) => replica.text())
  }
  const updates = yjsUpdates(trace)
  measure('yjs', 'decode', trace, () => updates.map(Y.decodeUpdate))
}

const concurrent = read('clownschool', 'conc')
for (const algebra of [quill, otText]) {
  const submitted = concurrent.transactions.map(({ sp, p }) => algebra.operation(sp ?? p))
  measure(algebra.library, 'rebase', concurrent, () => {
    const log = []
    let content = algebra.empty()
    concurrent.transactions.forEach(({ base }, i) => {
      let operation = submitted[i]
      for (let over = base; over < i; over++) operation = algebra.rebase(operation, log[over])
      log.push(operation)
      content = algebra.apply(content, operation)
    })
    return content
  }, algebra.text)
}

// Those have no server that orders: three replicas make the updates, each having seen exactly what its author had, and what is timed is a
// fourth one that merges them all.
for (const { library, create } of replicated) {
  const replicas = [1, 2, 3].map((name) => ({ replica: create(name), seen: [0, 0, 0] }))
  const byAgent = [[], [], []]
  const updates = concurrent.transactions.map(({ a, vv, p }, index) => {
    const { replica, seen } = replicas[a]
    // In the order in which they were made: diamond-types refuses an edit whose base it has not seen.
    const missed = byAgent.flatMap((made, other) => (other === a ? [] : made.slice(seen[other], vv[other]))).sort((one, another) => one.index - another.index)
    for (const { update } of missed) replica.read(update)
    vv.forEach((count, other) => { seen[other] = Math.max(seen[other], count) })
    replica.written()
    const update = edit(replica, p).written()
    byAgent[a].push({ index, update })
    return update
  })
  measure(library, 'rebase', concurrent, () => updates.reduce((replica, update) => replica.read(update), create(4)), (replica) => replica.text())
}
