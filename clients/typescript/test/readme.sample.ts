import { CollabClient } from '../src/index.js';

const client = new CollabClient('http://localhost:5080/collab', { name: 'Anna' });
const document = await client.open('minutes', { kind: 'text' });

document.onChange(({ delta, origin }) => console.log(origin?.author ?? 'somebody', 'changed', delta));
document.edit([document.length, 'Hello, world.\n']); // keep everything, then insert
await document.whenSaved(); // on the server's disk
await client.close();
