// node check.mjs [folder/]: reads every file of deploy/ (or of a copy of it) that has a schema, checks it against it, and writes one JSON object for Collab.Tests/Deploy:
//   problems: what a schema or a linter says, one line each, beginning with the file
//   documents: each YAML document as JSON, by its file
//   dockerfile: the instructions, in their order
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { problemsOfCompose } from './compose.mjs';
import { instructionsOf, problemsOfDockerfile } from './dockerfile.mjs';
import { problemsOfDashboards } from './grafana.mjs';
import { problemsOfManifests } from './kubernetes.mjs';

const deploy = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const problems = [];
const documents = {};

for (const folder of ['', 'kubernetes/', 'prometheus/', 'prometheus/rules/', 'prometheus/tests/', 'prometheus/targets/'])
  for (const name of readdirSync(deploy + folder).filter((name) => name.endsWith('.yaml')))
    documents[folder + name] = parse(folder + name);

const manifests = Object.entries(documents).filter(([file]) => file.startsWith('kubernetes/') && file !== 'kubernetes/kustomization.yaml');
problems.push(...(await problemsOfManifests(manifests.flatMap(([file, all]) => all.map((manifest) => ({ file, manifest }))))));
problems.push(...problemsOfCompose('compose.yaml', documents['compose.yaml'][0]));

const dashboards = readdirSync(deploy + 'grafana/dashboards').map((name) => `grafana/dashboards/${name}`);
problems.push(...problemsOfDashboards(dashboards.map((file) => ({ file, dashboard: JSON.parse(readFileSync(deploy + file, 'utf8')) }))));

const dockerfile = readFileSync(deploy + 'Dockerfile', 'utf8');
problems.push(...problemsOfDockerfile('Dockerfile', dockerfile));

console.log(JSON.stringify({ problems, documents, dockerfile: instructionsOf(dockerfile) }));

function parse(file) {
  return parseAllDocuments(readFileSync(deploy + file, 'utf8'), { merge: true, uniqueKeys: true, prettyErrors: true }).map((document) => {
    for (const trouble of [...document.errors, ...document.warnings]) problems.push(`${file}: ${trouble.message}`);
    return document.toJS();
  });
}
