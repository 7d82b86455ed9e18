// node deploy/grafana/build.mjs: writes dashboards/*.json from source/. With --check it writes nothing, and names the files that are not what source/ makes.
import { readFileSync, writeFileSync } from 'node:fs';
import collaboration from './source/collaboration.mjs';
import infrastructure from './source/infrastructure.mjs';
import loadTest from './source/loadTest.mjs';
import overview from './source/overview.mjs';
import service from './source/service.mjs';

const file = (dashboard) => new URL(`dashboards/${dashboard.uid.replace('collab-', '')}.json`, import.meta.url);
const text = (dashboard) => JSON.stringify(dashboard, null, 2) + '\n';

const all = [overview, collaboration, service, infrastructure, loadTest];
if (process.argv[2] === '--check') {
  const stale = all.filter((dashboard) => readFileSync(file(dashboard), 'utf8') !== text(dashboard));
  for (const dashboard of stale) console.error(`${file(dashboard).pathname} is not what source/ makes: node deploy/grafana/build.mjs`);
  process.exitCode = stale.length ? 1 : 0;
} else {
  for (const dashboard of all) writeFileSync(file(dashboard), text(dashboard));
}
