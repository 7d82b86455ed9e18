import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';

// A WebSocket (RFC 6455) that does nothing but frames. The load of all peers runs on one core, and a library's work on each of the
// hundreds of thousands of messages that it receives would be measured as the servers' limit.

const TEXT = 0x1, BINARY = 0x2, CLOSE = 0x8, PING = 0x9, PONG = 0xa;

/** Connects; `socket.onmessage(buffer, isText)` gets each message whole, which is good only during the call. */
export function openSocket(port, path) {
  return new Promise((resolve, reject) => {
    const key = randomBytes(16).toString('base64');
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const tcp = connect({ port, host: '127.0.0.1', noDelay: true });
    tcp.once('error', reject);
    tcp.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
    let head = Buffer.alloc(0);
    tcp.on('data', function answer(chunk) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text = head.toString('latin1', 0, end);
      if (!text.startsWith('HTTP/1.1 101') || !text.includes(accept)) {
        tcp.destroy();
        reject(new Error(`The handshake at port ${port} is answered by: ${text.split('\r\n', 1)[0]}`));
        return;
      }
      tcp.off('data', answer);
      tcp.off('error', reject);
      resolve(new Socket(tcp, head.subarray(end + 4)));
    });
  });
}

class Socket {
  #tcp;
  #rest = Buffer.alloc(0);
  #fragments = [];
  onmessage = () => {};
  onclose = () => {};

  constructor(tcp, rest) {
    this.#tcp = tcp;
    tcp.on('data', (chunk) => this.#read(chunk));
    tcp.on('error', () => {});
    tcp.on('close', () => this.onclose());
    if (rest.length > 0) setImmediate(() => this.#read(rest));
  }

  sendText(text) { this.#frame(TEXT, Buffer.from(text)); }

  sendBinary(bytes) { this.#frame(BINARY, bytes); }

  close() { this.#tcp.destroy(); }

  // Masked with zeros: a client's frames have to be masked, and zeros cost nothing.
  #frame(code, payload) {
    const length = payload.length;
    const bytes = length < 126 ? 0 : length < 65536 ? 2 : 8;
    const frame = Buffer.allocUnsafe(2 + bytes + 4 + length);
    frame[0] = 0x80 | code;
    frame[1] = 0x80 | (bytes === 0 ? length : bytes === 2 ? 126 : 127);
    if (bytes === 2) frame.writeUInt16BE(length, 2);
    if (bytes === 8) frame.writeBigUInt64BE(BigInt(length), 2);
    frame.writeUInt32BE(0, 2 + bytes);
    frame.set(payload, 6 + bytes);
    this.#tcp.write(frame);
  }

  #read(chunk) {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (data.length - at >= 2) {
      let length = data[at + 1] & 0x7f, start = at + 2;
      if (length === 126) {
        if (data.length - at < 4) break;
        length = data.readUInt16BE(at + 2);
        start = at + 4;
      } else if (length === 127) {
        if (data.length - at < 10) break;
        length = Number(data.readBigUInt64BE(at + 2));
        start = at + 10;
      }
      if (data.length - start < length) break;
      this.#frameReceived(data[at] & 0x0f, (data[at] & 0x80) !== 0, data.subarray(start, start + length));
      at = start + length;
    }
    this.#rest = at === data.length ? Buffer.alloc(0) : data.subarray(at);
  }

  #frameReceived(code, isLast, payload) {
    if (code === PING) return this.#frame(PONG, payload);
    if (code === CLOSE) return this.#tcp.destroy();
    if (code === PONG) return;
    if (isLast && this.#fragments.length === 0) return this.onmessage(payload, code === TEXT);
    this.#fragments.push(Buffer.from(payload));
    if (!isLast) return;
    const whole = Buffer.concat(this.#fragments);
    this.#fragments = [];
    this.onmessage(whole, code !== BINARY);
  }
}
