import { openSocket } from '../socket.mjs';
import { readVarUint, Updates, varUint } from './yjs.mjs';

const SYNC = 0, AUTH = 2, SYNC_REPLY = 4, SYNC_STATUS = 8;
const STEP_1 = 0, STEP_2 = 1, UPDATE = 2;

export const path = '/';

export async function prepare() {}

/** The protocol of Hocuspocus 4: an update is acknowledged by a message of its own. */
export async function open(port, document) {
  const socket = await openSocket(port, path);
  const updates = new Updates();
  const client = { onOperation: null, insert, close: () => socket.close(), key: () => updates.key };
  const address = [...varUint(document.length), ...Buffer.from(document)];
  let outstanding = null;

  await new Promise((resolve, reject) => {
    socket.onclose = () => reject(new Error('The connection was closed.'));
    socket.onmessage = (bytes) => {
      const at = address.length;
      if (bytes[at] === SYNC_STATUS) {
        if (bytes[at + 1] !== 1) throw new Error('An update was not applied.');
        const done = outstanding;
        outstanding = null;
        done?.();
      } else if (bytes[at] === SYNC || bytes[at] === SYNC_REPLY) {
        if (bytes[at + 1] === STEP_2) resolve();
        if (bytes[at + 1] === UPDATE && client.onOperation !== null)
          updates.others(bytes.subarray(readVarUint(bytes, at + 2)[1])).forEach(client.onOperation);
      }
    };
    socket.sendBinary(Uint8Array.of(...address, AUTH, 0, 0));
    socket.sendBinary(Uint8Array.of(...address, SYNC, STEP_1, 1, 0));
  });
  socket.onclose = () => {};
  return client;

  function insert(done) {
    outstanding = done;
    const update = updates.next();
    socket.sendBinary(Uint8Array.of(...address, SYNC, UPDATE, ...varUint(update.length), ...update));
  }
}
