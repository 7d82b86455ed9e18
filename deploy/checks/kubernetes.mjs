// Kubernetes' own API (kubernetes-models) and the Prometheus operator's. Twice, since each sees what the other does not: the packages' validators know
// formats and ranges, and let unknown fields pass; TypeScript knows from their types which fields there are, and would not say more of a number than that it is one.
import { createRequire } from 'node:module';
import ts from 'typescript';

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

    known.push({ place, module, manifest });
    try {
      new (require(module)[manifest.kind])(manifest).validate();
    } catch (failure) {
      problems.push(`${place}: ${failure.message}`);
    }
  }

  return [...problems, ...problemsOfTypes(known)];
}

function exists(module) {
  try {
    require.resolve(module);
    return true;
  } catch {
    return false;
  }
}

// Each manifest becomes a line of a program: an object literal with a field too many is an error to the compiler.
function problemsOfTypes(manifests) {
  const file = new URL('manifests.ts', import.meta.url).pathname;
  const source = manifests
    .map(({ module, manifest }, i) => `export const m${i}: import('${module}').I${manifest.kind} = ${JSON.stringify(manifest)};`)
    .join('\n');
  const options = { strict: true, noEmit: true, skipLibCheck: true, module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10, ignoreDeprecations: '5.0', types: [] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) => (name === file ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest));
  return ts.getPreEmitDiagnostics(ts.createProgram([file], options, host)).map((diagnostic) => {
    const line = diagnostic.file?.fileName === file ? diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line : undefined;
    return `${line === undefined ? 'kubernetes' : manifests[line].place}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`;
  });
}
