// ShareDB in memory, with the text type that is fastest in it; its own example's way to WebSockets.
import { createServer } from 'node:http';
import { Duplex } from 'node:stream';
import ShareDB from 'sharedb';
import { type } from 'ot-text-unicode';
import { WebSocketServer } from 'ws';

ShareDB.types.register(type);
const backend = new ShareDB();
const http = createServer();

new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (socket) => {
  const stream = new Duplex({
    objectMode: true,
    read() {},
    write(message, _, done) {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
      done();
    },
  });
  socket.on('message', (data) => stream.push(JSON.parse(data)));
  socket.on('close', () => { stream.push(null); stream.destroy(); });
  backend.listen(stream);
});

http.listen(Number(process.argv[2]), '127.0.0.1');
