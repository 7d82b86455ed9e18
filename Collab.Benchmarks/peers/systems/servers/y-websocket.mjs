// The reference server of y-websocket, in memory, as it comes.
process.env.HOST = '127.0.0.1';
process.env.PORT = process.argv[2];
await import('@y/websocket-server/server');
