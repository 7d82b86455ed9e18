import { Doc as DiamondDocument } from 'diamond-types-node'
import { LoroDoc } from 'loro-crdt'
import * as Y from 'yjs'

// Libraries that keep a document which merges, behind one set of verbs: insert and delete, `written` (what was edited since it was asked last, as
// bytes), `read` (somebody else's bytes), `text`. Yjs is JavaScript; Loro and diamond-types are Rust compiled to WebAssembly.

/** One transaction of a trace: patches, each against the result of the one before. */
export function edit(replica, patches) {
  replica.transact(() => {
    for (const [at, deleted, inserted] of patches) {
      if (deleted) replica.delete(at, deleted)
      if (inserted) replica.insert(at, inserted)
    }
  })
  return replica
}

function yjs(name = 0) {
  const doc = new Y.Doc(), content = doc.getText()
  if (name) doc.clientID = name
  let update = null
  // Without one who listens Yjs encodes nothing.
  if (name) doc.on('update', (bytes) => { update = bytes })
  return {
    transact: (edits) => doc.transact(edits),
    insert: (at, text) => content.insert(at, text),
    delete: (at, length) => content.delete(at, length),
    written: () => update,
    read(bytes) { Y.applyUpdate(doc, bytes); return this },
    text: () => content.toString(),
  }
}

function loro(name = 9) {
  const doc = new LoroDoc(), content = doc.getText('text')
  doc.setPeerId(`${name}`)
  let version = doc.version()
  return {
    transact(edits) { edits(); doc.commit() },
    insert: (at, text) => content.insert(at, text),
    delete: (at, length) => content.delete(at, length),
    written() {
      const bytes = doc.export({ mode: 'update', from: version })
      version = doc.version()
      return bytes
    },
    read(bytes) { doc.import(bytes); return this },
    text: () => content.toString(),
  }
}

function diamond(name = 9) {
  const doc = new DiamondDocument(`replica-${name}`)
  let version = doc.getLocalVersion()
  return {
    transact: (edits) => edits(),
    insert: (at, text) => doc.ins(at, text),
    delete: (at, length) => doc.del(at, length),
    written() {
      const bytes = doc.getPatchSince(version)
      version = doc.getLocalVersion()
      return bytes
    },
    read(bytes) { doc.mergeBytes(bytes); return this },
    text: () => doc.get(),
  }
}

export const libraries = [{ library: 'yjs', create: yjs }, { library: 'loro-crdt', create: loro }, { library: 'diamond-types', create: diamond }]

/** What Yjs writes for each transaction of a trace. */
export function yjsUpdates(trace) {
  const replica = yjs(1)
  return trace.transactions.map(({ p }) => edit(replica, p).written())
}
