import { openSocket } from '../socket.mjs';
import { once } from './once.mjs';

const SEPARATOR = '\x1e', END = 0x1e;

export const path = '/collab';

export async function prepare(port, document) {
  const answer = await fetch(`http://127.0.0.1:${port}/api/documents`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ id: document, kind: 'text' }),
  });
  if (!answer.ok) throw new Error(`POST /api/documents: ${answer.status} ${await answer.text()}`);
}

const grown = (delta) => delta.reduce((sum, component) => typeof component === 'string' ? sum + component.length : component < 0 ? sum + component : sum, 0);

// With where each operation is, and by how much it makes the document longer, so that this, too, is found out once for all.
const read = once((bytes) => bytes.latin1Slice(0, bytes.length - 1).split(SEPARATOR).map((text) => {
  const message = JSON.parse(text);
  if (message.target === 'operations') {
    for (const operation of message.arguments[0].operations) {
      operation.grown = grown(operation.delta);
      operation.at = operation.delta[0] > 0 ? operation.delta[0] : 0;
    }
  }

  return message;
}));

/** Inserts one letter at a time, each behind its last; or where `place(length)` says. */
export async function open(port, document, place = null) {
  const socket = await openSocket(port, path);
  const client = { onOperation: null, insert, paste, close: () => socket.close(), key: () => `${session}:${sequence}` };
  let session, revision = 0, head = 0, sequence = 0, outstanding = null, length = 0, caret = 0;

  await new Promise((resolve, reject) => {
    let rest = Buffer.alloc(0);
    socket.onclose = () => reject(new Error('The connection was closed.'));
    socket.onmessage = (bytes) => {
      if (rest.length > 0) bytes = Buffer.concat([rest, bytes]);
      if (bytes.at(-1) !== END) {
        rest = Buffer.from(bytes);
        return;
      }
      rest = rest.subarray(0, 0);
      for (const { target, arguments: [argument] = [] } of read(bytes)) {
        switch (target) {
          case 'joined':
            session = argument.session;
            revision = argument.snapshot.revision;
            length = argument.snapshot.content.length;
            head = argument.revision;
            if (revision === head) resolve();
            break;
          case 'operations':
            operations(argument);
            // Who joins has the document when what came after the snapshot is there, too.
            if (revision >= head) resolve();
            break;
          case 'presence': case undefined: break;
          default: throw new Error(`Unexpected: ${bytes}`);
        }
      }
    };
    socket.sendText(`{"protocol":"json","version":1}${SEPARATOR}`);
    send('join', { document, version: 1, name: 'load' });
  });
  const ping = setInterval(() => socket.sendText(`{"type":6}${SEPARATOR}`), 10_000).unref();
  socket.onclose = () => clearInterval(ping);
  return client;

  function send(target, argument) {
    socket.sendText(`${JSON.stringify({ type: 1, target, arguments: [argument] })}${SEPARATOR}`);
  }

  function insert(done) {
    const at = place === null ? caret : place(length);
    submit(at === 0 ? (length === 0 ? ['x'] : ['x', length]) : at === length ? [at, 'x'] : [at, 'x', length - at], done);
  }

  function paste(text, done) {
    submit(length === 0 ? [text] : [text, length], done);
  }

  function submit(delta, done) {
    outstanding = done;
    send('submit', { document, sequence: ++sequence, base: revision, delta });
  }

  function operations(batch) {
    const skipped = revision + 1 - batch.revision;
    if (skipped < 0) throw new Error(`A gap: ${revision}, then ${batch.revision}.`);
    for (const operation of skipped === 0 ? batch.operations : batch.operations.slice(skipped)) {
      revision++;
      length += operation.grown;
      if (operation.session === session) caret = operation.at + 1;
      else if (operation.at < caret) caret = Math.max(operation.at, caret + operation.grown);
      if (operation.session !== session) client.onOperation?.(`${operation.session}:${operation.sequence}`);
      else if (operation.sequence === sequence) {
        const done = outstanding;
        outstanding = null;
        // When the whole batch has been seen, which the next operation is based on.
        queueMicrotask(done);
      }
    }
  }
}
