import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('the public surface is the one in api.txt; `npm run api` writes it after a change that is meant', () => {
  const root = new URL('../../', import.meta.url);
  const actual = execFileSync(process.execPath, [fileURLToPath(new URL('scripts/api.mjs', root))], { encoding: 'utf8' });
  assert.equal(actual, readFileSync(new URL('api.txt', root), 'utf8'));
});
