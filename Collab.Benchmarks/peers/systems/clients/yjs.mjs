import * as Y from 'yjs';

/** Makes one client's updates, each one letter behind its last, and reads those of others; nothing is integrated. */
export class Updates {
  #document = new Y.Doc();
  #text = this.#document.getText('text');
  #last;

  constructor() {
    this.#document.on('update', (update) => { this.#last = update; });
  }

  get key() { return `${this.#document.clientID}:${this.#text.length - 1}`; }

  next() {
    this.#text.insert(this.#text.length, 'x');
    return this.#last;
  }

  /** Whether an update that says one thing only says it of this client; how far behind the first byte stands is `at`. */
  isOwn(update) {
    let value = 0, shift = 1, at = 2;
    for (; update[at] > 0x7f; at++, shift *= 128) value += (update[at] & 0x7f) * shift;
    return value + update[at] * shift === this.#document.clientID;
  }

  others(update) {
    return Y.decodeUpdate(update).structs.filter((struct) => struct.id.client !== this.#document.clientID)
      .flatMap((struct) => Array.from({ length: struct.length }, (_, i) => `${struct.id.client}:${struct.id.clock + i}`));
  }
}

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
