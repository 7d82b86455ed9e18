import * as Y from 'yjs';
import { once } from './once.mjs';

const CONTENT_STRING = 0x04, HAS_ORIGIN = 0x80;

/**
 * Makes one client's updates, each one letter behind its last, as Yjs writes them (version 1), and reads those of others. Without a document of
 * Yjs: with one, the load's core would be busy with what are the browsers' cores in reality.
 */
export class Updates {
  #client = 1 + Math.floor(Math.random() * 0x7fffffff);
  #id = varUint(this.#client);
  #clock = 0;

  get key() { return `${this.#client}:${this.#clock - 1}`; }

  next() {
    const clock = this.#clock++;
    const place = clock === 0 ? [CONTENT_STRING, 1, 4, ...TEXT] : [CONTENT_STRING | HAS_ORIGIN, ...this.#id, ...varUint(clock - 1)];
    // One client, one struct, from its clock on; where it stands; the letter; nothing deleted.
    return [1, 1, ...this.#id, ...varUint(clock), ...place, 1, X, 0];
  }

  /** Whether an update that says one thing only says it of this client; its name stands behind two bytes. */
  isOwn(update) {
    return readVarUint(update, 2)[0] === this.#client;
  }

  /** The keys of what others have inserted. */
  others(update) {
    return read(update).filter(({ client }) => client !== this.#client).map(({ key }) => key);
  }
}

const TEXT = Buffer.from('text'), X = 'x'.charCodeAt(0);

const read = once((update) => Y.decodeUpdate(update).structs.flatMap(({ id, length }) =>
  Array.from({ length }, (_, i) => ({ client: id.client, key: `${id.client}:${id.clock + i}` }))));

export const readVarUint = (bytes, at) => {
  let value = 0, shift = 1;
  for (; bytes[at] > 0x7f; at++, shift *= 128) value += (bytes[at] & 0x7f) * shift;
  return [value + bytes[at] * shift, at + 1];
};

export const varUint = (value) => {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push(0x80 | (value & 0x7f));
  return [...bytes, value];
};
