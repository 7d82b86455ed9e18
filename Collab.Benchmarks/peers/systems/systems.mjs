import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

// Limits that keep one person from using up a server are no part of what is compared: they are set beyond the load. Everything else is as it comes,
// and an acknowledgement means that the operation is on the disk.
const unlimited = [
  ...['Limits:OperationsPerSecond', 'Documents:OperationsPerSecond', 'Limits:RequestsPerSecond', 'Limits:MessagesPerSecond', 'Limits:RestRequestsPerSecond']
    .map((name) => [name, '100000']),
  ['Limits:Connections', '20000'], ['Limits:ConnectionsPerAddress', '20000'], ['Limits:SessionsPerDocument', '1000'],
].flatMap(([name, value]) => [`--Collab:${name}`, value]);

const peer = (name) => ({ name, driver: name, isPeer: true, start: (port) => [process.execPath, join(here, 'servers', `${name}.mjs`), `${port}`] });

// What SignalR alone costs: a hub that orders and broadcasts, keeps nothing, and hears the messages of Collab's.
const bareHub = (name, benchmarks, environment = {}) => ({ name, driver: 'collab', environment, start: (port) => ['dotnet', benchmarks, 'barehub', `${port}`] });

/** What can be compared, by how it is started and which of `clients/` drives it. Ratios are to the best of the peers. */
export const systems = ({ web, benchmarks }) => [
  {
    name: 'collab',
    driver: 'collab',
    start: (port, folder, silo, gateway) => [
      'dotnet', web, '--urls', `http://127.0.0.1:${port}`, '--environment', 'Development', '--Logging:LogLevel:Default', 'Warning',
      '--Collab:Cluster:SiloPort', `${silo}`, '--Collab:Cluster:GatewayPort', `${gateway}`, '--Collab:Cluster:KeysPath', join(folder, 'keys'),
      '--Collab:Log:Path', join(folder, 'collab.db'), ...unlimited,
    ],
    isReady: async (port) => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok,
  },
  peer('sharedb'), peer('hocuspocus'), peer('y-websocket'),
  bareHub('bare-hub', benchmarks),
  bareHub('bare-hub-tuned', benchmarks, { DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS: '1', DOTNET_TieredCompilation: '0', DOTNET_ReadyToRun: '0' }),
];
