import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';

// A WebSocket (RFC 6455) that does nothing but frames. The load of all peers runs on one core, and a library's work on each of the
// hundreds of thousands of messages that it receives would be measured as the servers' limit.

const TEXT = 0x1, BINARY = 0x2, CLOSE = 0x8, PING = 0x9, PONG = 0xa;

// What is read is used up before the next read, so that one buffer does for all sockets; without it each read makes one, and an event.
const received = Buffer.allocUnsafeSlow(1 << 18);
const nothing = Buffer.alloc(0);

/** Connects; `socket.onmessage(buffer, isText)` gets each message whole, which is good only during the call. */
export function openSocket(port, path) {
  return new Promise((resolve, reject) => {
    const key = randomBytes(16).toString('base64');
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    let head = nothing, read = answer;
    const callback = (length, buffer) => {
      read(buffer.subarray(0, length));
      return true;
    };
    const tcp = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: received, callback } });
    const closed = () => reject(new Error(`Port ${port} closed the connection during the handshake.`));
    tcp.once('error', reject);
    tcp.once('close', closed);
    tcp.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`);

    function answer(chunk) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text = head.toString('latin1', 0, end);
      if (!text.startsWith('HTTP/1.1 101') || !text.includes(accept)) {
        reject(new Error(`The handshake at port ${port} is answered by: ${text.split('\r\n', 1)[0]}`));
        tcp.destroy();
        return;
      }
      tcp.off('error', reject);
      tcp.off('close', closed);
      const socket = new Socket(tcp);
      read = (bytes) => socket.read(bytes);
      resolve(socket);
      const rest = head.subarray(end + 4);
      if (rest.length > 0) setImmediate(() => socket.read(rest));
    }
  });
}

class Socket {
  #tcp;
  #rest = nothing;
  #fragments = [];
  onmessage = () => {};
  onclose = () => {};

  constructor(tcp) {
    this.#tcp = tcp;
    tcp.on('error', () => {});
    tcp.on('close', () => this.onclose());
  }

  /** Of ASCII only. */
  sendText(text) {
    const frame = this.#frame(TEXT, text.length);
    frame.latin1Write(text, frame.length - text.length);
    this.#tcp.write(frame);
  }

  sendBinary(bytes) { this.#send(BINARY, bytes); }

  close() { this.#tcp.destroy(); }

  #send(code, bytes) {
    const frame = this.#frame(code, bytes.length);
    frame.set(bytes, frame.length - bytes.length);
    this.#tcp.write(frame);
  }

  // Masked with zeros: a client's frames have to be masked, and zeros cost nothing.
  #frame(code, length) {
    const bytes = length < 126 ? 0 : length < 65536 ? 2 : 8;
    const frame = Buffer.allocUnsafe(2 + bytes + 4 + length);
    frame[0] = 0x80 | code;
    frame[1] = 0x80 | (bytes === 0 ? length : bytes === 2 ? 126 : 127);
    if (bytes === 2) frame.writeUInt16BE(length, 2);
    if (bytes === 8) frame.writeBigUInt64BE(BigInt(length), 2);
    frame.writeUInt32BE(0, 2 + bytes);
    return frame;
  }

  /** Bytes from the server, good only during the call. */
  read(chunk) {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
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
      this.#received(data[at] & 0x0f, (data[at] & 0x80) !== 0, data.subarray(start, start + length));
      at = start + length;
    }
    this.#rest = at === data.length ? nothing : Buffer.from(data.subarray(at));
  }

  #received(code, isLast, payload) {
    if (code === PING) return this.#send(PONG, payload);
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
