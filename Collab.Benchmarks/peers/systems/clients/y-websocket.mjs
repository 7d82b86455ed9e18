import { openSocket } from '../socket.mjs';
import { readVarUint, Updates, varUint } from './yjs.mjs';

const SYNC = 0, STEP_1 = 0, STEP_2 = 1, UPDATE = 2;

export const path = '/start';

export async function prepare() {}

/** The protocol of y-websocket. It acknowledges nothing: its broadcast, which the author gets, too, is taken for it. */
export async function open(port, document) {
  const socket = await openSocket(port, `/${document}`);
  const updates = new Updates();
  const client = { onOperation: null, insert, close: () => socket.close(), key: () => updates.key };
  let outstanding = null;

  await new Promise((resolve, reject) => {
    socket.onclose = () => reject(new Error('The connection was closed.'));
    socket.onmessage = (bytes) => {
      if (bytes[0] !== SYNC) return;
      if (bytes[1] === STEP_2) resolve();
      if (bytes[1] !== UPDATE) return;
      const update = bytes.subarray(readVarUint(bytes, 2)[1]);
      if (outstanding !== null && updates.isOwn(update)) {
        const done = outstanding;
        outstanding = null;
        done();
      } else if (client.onOperation !== null) {
        updates.others(update).forEach(client.onOperation);
      }
    };
    // "Here is nothing": an empty state vector is one byte.
    socket.sendBinary(Uint8Array.of(SYNC, STEP_1, 1, 0));
  });
  socket.onclose = () => {};
  return client;

  function insert(done) {
    outstanding = done;
    const update = updates.next();
    socket.sendBinary(Uint8Array.of(SYNC, UPDATE, ...varUint(update.length), ...update));
  }
}
