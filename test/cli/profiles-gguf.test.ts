import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';

function setUp() {
  const dir = tempFolder();
  const own = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  own('rma.yaml', 'project: here\n');
  const rma = (...args: readonly string[]) => runRma(args, { cwd: dir, env: { HOME: dir } });
  return { own, rma };
}

it('[case F23] refuses several GGUF files for an engine that loads one, once the project has resolved them', async () => {
  const { own, rma } = setUp();
  const ref = 'hf:org/tiny:*.gguf';
  own(
    'profiles/tiny.yaml',
    `description: Tiny\nservices:\n  - engine: llamacpp\n    models: ["${ref}"]\n    gpus: 0\n`,
  );
  expect((await rma('profiles', 'check')).exitCode).toBe(0);
  const files = ['q4.gguf', 'q8.gguf', 'mmproj-f16.gguf'].map((path) => ({ path, bytes: 1, digest: null }));
  const pinned = {
    source: 'hf',
    ref,
    repo: 'org/tiny',
    revision: 'main',
    commit: 'a'.repeat(40),
    complete: false,
  };
  const models = { [ref]: { ...pinned, files } };
  own('.rma/resolved.json', JSON.stringify({ schema: 'rma.resolved/v1', models }));
  const result = await rma('profiles', 'check');
  expectFault(result, { exitCode: 2, code: 'RMA_MODEL_AMBIGUOUS' });
  expect(result.stderr).toContain(`${ref} selects 2: q4.gguf, q8.gguf`);
  expect(result.stderr).toContain('name one of them, such as hf:org/tiny:q4.gguf');
});
