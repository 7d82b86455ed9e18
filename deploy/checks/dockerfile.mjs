// Docker's own grammar and its linter's common rules, and the instructions for the tests that compare them with the sources.
import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';

export const problemsOfDockerfile = (file, text) => validate(text).map(({ message, range }) => `${file}: line ${range.start.line + 1}: ${message}`);

/** A line continued by \ is one. Comments in between are not instructions. */
export const instructionsOf = (text) =>
  DockerfileParser.parse(text)
    .getInstructions()
    .map((instruction) => ({
      keyword: instruction.getKeyword(),
      flags: (instruction.getFlags?.() ?? []).map((flag) => flag.toString()),
      text: instruction.getArgumentsContent?.() ?? '',
    }));
