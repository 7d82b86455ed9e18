// What the compiler says of literals: fields that a type does not have, and values of the wrong kind. Each becomes a line of a program, for an object literal with a field too many is an error to TypeScript.
import ts from 'typescript';

/**
 * @param {string} name of the program, for messages that belong to no literal
 * @param {string} head types that the literals' own are made of
 * @param {{ place: string, type: string, value: any }[]} literals
 */
export function problemsOfTypes(name, head, literals) {
  const file = new URL(`${name}.ts`, import.meta.url).pathname;
  const first = head.split('\n').length;
  const source = [head, ...literals.map(({ type, value }, i) => `export const v${i}: ${type} = ${JSON.stringify(value)};`)].join('\n');
  const options = { strict: true, noEmit: true, skipLibCheck: true, module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10, ignoreDeprecations: '5.0', types: [] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.getSourceFile = (path, ...rest) => (path === file ? ts.createSourceFile(path, source, ts.ScriptTarget.ES2022) : getSourceFile(path, ...rest));
  return ts.getPreEmitDiagnostics(ts.createProgram([file], options, host)).map((diagnostic) => {
    const line = diagnostic.file?.fileName === file ? diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line - first : -1;
    return `${literals[line]?.place ?? name}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`;
  });
}
