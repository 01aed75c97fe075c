import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempFolder } from '../helpers/files/temp-folder.ts';

/** Returns the last lines of quickstart. */
function lastLines(variables: Readonly<Record<string, string>>): string {
  const dir = tempFolder();
  const choice = join(dir, 'engine');
  writeFileSync(choice, `${variables['engine']}\n`);
  const env = {
    PATH: process.env['PATH'],
    CHECKOUT: '/rma',
    HOME_DIR: '/rma/.quickstart',
    ENGINE_CHOICE: choice,
    ...variables,
  };
  return execFileSync('bash', ['-euc', '. scripts/quickstart/worker.sh; say_next'], {
    env,
    encoding: 'utf8',
  });
}

it('quickstart ends with how to use its engine and its hub, and how to start another worker', () => {
  const text = lastLines({ engine: 'private', HUB_KIND: 'local', HF_ENDPOINT: 'http://127.0.0.1:39147' });
  expect(text).toMatch(/use this Docker +eval "\$\(\/rma\/scripts\/engine\.sh env\)"/);
  expect(text).toMatch(/use this hub +export HF_ENDPOINT=http:\/\/127\.0\.0\.1:39147\n/);
  expect(text).toMatch(/pull a model +node \/rma\/dist\/cli\/main\.js models pull \S+ --dest \S+\n/);
  expect(text).toMatch(/stop everything +\/rma\/scripts\/quickstart\.sh --down\n/);
  expect(text).toContain('export RMA_COORDINATOR_PORT=7710');
});

it('quickstart with your own Docker and the Hugging Face hub mentions neither', () => {
  const text = lastLines({ engine: 'own', HUB_KIND: 'real' });
  expect(text).not.toContain('use this');
  expect(text).toContain('pull a model');
});
