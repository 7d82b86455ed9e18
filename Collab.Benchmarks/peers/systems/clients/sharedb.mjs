import { type } from 'ot-text-unicode';
import { openSocket } from '../socket.mjs';
import { once } from './once.mjs';

export const path = '/';

const read = once((bytes) => JSON.parse(bytes.latin1Slice()));

export async function prepare(port, document) {
  const client = await open(port, document, true);
  client.close();
}

/** The protocol of ShareDB 7, without its client's document: every operation inserts one letter behind its author's last, of a version that was seen. */
export async function open(port, document, creates = false) {
  const socket = await openSocket(port, path);
  const client = { onOperation: null, insert, close: () => socket.close(), key: () => `${source}:${sequence}` };
  let source, version = 0, sequence = 0, outstanding = null, caret = 0;

  await new Promise((resolve, reject) => {
    socket.onclose = () => reject(new Error('The connection was closed.'));
    socket.onmessage = (bytes) => {
      const message = read(bytes);
      if (message.error) throw new Error(`Refused: ${bytes}`);
      switch (message.a) {
        case 'hs':
          source = message.id;
          if (creates) outstanding = resolve;
          if (creates) send({ a: 'op', c: 'documents', d: document, v: 0, seq: ++sequence, x: {}, create: { type: type.uri, data: '' } });
          else send({ a: 's', c: 'documents', d: document, v: null });
          break;
        case 's':
          version = message.data.v;
          resolve();
          break;
        case 'op':
          // What a submission missed is sent before its answer, and once more by the stream.
          if (message.v < version) break;
          if (message.v > version && !creates) throw new Error(`A gap: ${version}, then ${message.v}.`);
          version = message.v + 1;
          if (message.src !== source) {
            if (message.op && (message.op[0] > 0 ? message.op[0] : 0) < caret) caret++;
            client.onOperation?.(`${message.src}:${message.seq}`);
          } else if (message.seq === sequence) {
            caret++;
            outstanding();
          }
          break;
      }
    };
    send({ a: 'hs', id: null, protocol: 1, protocolMinor: 2 });
  });
  socket.onclose = () => {};
  return client;

  function send(message) {
    socket.sendText(JSON.stringify(message));
  }

  function insert(done) {
    outstanding = done;
    send({ a: 'op', c: 'documents', d: document, v: version, seq: ++sequence, x: {}, op: caret === 0 ? ['x'] : [caret, 'x'] });
  }
}
