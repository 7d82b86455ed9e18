/** What is put on the servers: loads of load.mjs, warmed up and measured for so many seconds. */
export function allCases(times) {
  const closed = (documents, clients) => ({ name: `closed loop ${documents} × ${clients}`, load: 'closed', documents, clients, ...times });
  const typing = (documents, clients) => ({ name: `typists ${documents} × ${clients}`, load: 'typing', documents, clients, pause: 200, ...times });
  const idle = (connections) => ({ name: `idle ${connections}`, load: 'idle', connections, ...times });
  return [
    closed(1, 2), closed(1, 8), closed(1, 32), closed(50, 2),
    typing(100, 2), typing(20, 5), typing(1, 32),
    idle(1000), idle(5000),
    { name: 'join after 50,000 operations', load: 'join', operations: 50_000, joins: 51, storm: 500 },
  ];
}
