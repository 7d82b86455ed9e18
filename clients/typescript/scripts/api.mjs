// Prints the public surface of the package as its emitted declarations have it, one line a member: `npm run api > api.txt`
// after a change that is meant. A test compares.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const entry = fileURLToPath(new URL('../dist/index.d.ts', import.meta.url));
const program = ts.createProgram([entry], { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, types: [], lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'] });
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

const lines = [];
for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)))) {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  for (const declaration of symbol.declarations) {
    const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    const text = printer.printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile());
    lines.push([exported.name, text.split('\n').filter((line) => line.trim() !== '#private;').join('\n')]);
  }
}
lines.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
console.log(lines.map(([, text]) => text.replace(/^export (declare )?/, '')).join('\n\n'));
