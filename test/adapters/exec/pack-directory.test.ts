import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';
import { packDirectory } from '../../../src/adapters/exec/pack-directory.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';

const local = new LocalRunner(process.env);

test('a build context is sent without what its .dockerignore excludes', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'keys'));
  mkdirSync(join(folder, 'empty'));
  for (const name of ['Dockerfile', '.env', 'keys/a.key', 'keys/public', '-x', "it's"]) {
    writeFileSync(join(folder, name), name);
  }
  symlinkSync('/nonexistent', join(folder, 'link'));
  writeFileSync(join(folder, '.dockerignore'), '.env\n**/*.key\n');
  const list = ['tar', '-tf', '-'] as const;
  const { stdout } = await local.run({ argv: list, stdin: { bytes: packDirectory(local, folder) } });
  expect(stdout.trim().split('\n')).toEqual([
    './-x',
    './.dockerignore',
    './Dockerfile',
    './empty/',
    "./it's",
    './keys/',
    './keys/public',
    './link',
  ]);
});

test('a context that cannot be read is an error with its path', async () => {
  const archive = packDirectory(local, '/nonexistent/context');
  await expect(archive.next()).rejects.toMatchObject({
    code: 'RMA_FILE_UNREADABLE',
    exitCode: 3,
    message: 'cannot read /nonexistent/context (ENOENT)',
  });
});
