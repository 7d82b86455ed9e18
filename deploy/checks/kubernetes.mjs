// Kubernetes' own API (kubernetes-models) and the Prometheus operator's. Twice, since each sees what the other does not: the packages' validators know
// formats and ranges, and let unknown fields pass; TypeScript knows from their types which fields there are, and would not say more of a number than that it is one.
import { createRequire } from 'node:module';
import { problemsOfTypes } from './types.mjs';

const packages = ['kubernetes-models', '@kubernetes-models/prometheus-operator'];
const require = createRequire(import.meta.url);

/** @param {{ file: string, manifest: any }[]} manifests */
export async function problemsOfManifests(manifests) {
  const problems = [];
  const known = [];
  for (const { file, manifest } of manifests) {
    const path = `${manifest.apiVersion}/${manifest.kind}`;
    const module = packages.map((name) => `${name}/${path}`).find(exists);
    const place = `${file} (${manifest.kind} ${manifest.metadata?.name})`;
    if (!module) {
      problems.push(`${place}: there is no schema of ${path}`);
      continue;
    }

    known.push({ place, type: `import('${module}').I${manifest.kind}`, value: manifest });
    try {
      new (require(module)[manifest.kind])(manifest).validate();
    } catch (failure) {
      problems.push(`${place}: ${failure.message}`);
    }
  }

  return [...problems, ...problemsOfTypes('kubernetes', '', known)];
}

function exists(module) {
  try {
    require.resolve(module);
    return true;
  } catch {
    return false;
  }
}
