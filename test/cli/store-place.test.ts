import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { builtRma, run } from '../helpers/cli/spawn-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { COMMIT, plantFile, plantSnapshot, sha } from '../helpers/store/foreign-store.ts';
import { startHub } from '../hub/hub.ts';

let dir = '';
let endpoint = '';
beforeEach(async () => {
  dir = tempFolder();
  const hub = await startHub({ repos: { 'org/name': { files: { 'config.json': '{}' } } } });
  onTestFinished(() => hub.close());
  endpoint = hub.endpoint;
});

const rma = (...argv: readonly string[]) =>
  runRma([...argv, '--progress', 'none'], { cwd: dir, env: { HOME: dir, HF_ENDPOINT: endpoint } });

/** Writes a hub cache and a bundle to import. */
async function plantSources(): Promise<void> {
  plantSnapshot(join(dir, 'other'), { repo: 'org/name', commit: COMMIT }, { 'x.json': sha('1') });
  plantFile(join(dir, 'other'), 'huggingface/hub/models--org--name/refs/main', COMMIT);
  await rma('models', 'pull', 'hf:org/name', '--dest', 'full');
  expect(await rma('models', 'bundle', 'export', 'bundle', '--dest', 'full')).toMatchObject({ exitCode: 0 });
}

describe.each([
  'models pull hf:org/name',
  'models pull hf:org/name --dry-run',
  'models import other/huggingface/hub',
  'models bundle import bundle',
])('rma %s', (line) => {
  const argv = line.split(' ');
  beforeEach(plantSources);

  it('[req R74] names the file above the directory of a store', async () => {
    writeFileSync(join(dir, 'file'), '');
    expectFault(await rma(...argv, '--dest', 'file/store/models'), {
      exitCode: 3,
      code: 'RMA_STORE_NOT_A_FOLDER',
      words: [`not a directory at ${join(dir, 'file')} (`],
    });
  });

  it('[req R74] names a dangling link above the directory of a store', async () => {
    symlinkSync('nowhere', join(dir, 'link'));
    expectFault(await rma(...argv, '--dest', 'link/store'), {
      exitCode: 3,
      code: 'RMA_STORE_NOT_A_FOLDER',
      words: [`not a directory at ${join(dir, 'link')} (`],
    });
    expect(readdirSync(dir)).not.toContain('nowhere');
  });

  it.each(['/proc/store', '/proc/store/models'])(
    '[req R74] reports that %s cannot be created, not that space is missing',
    async (dest) => {
      expectFault(await rma(...argv, '--dest', dest), {
        exitCode: 3,
        code: 'RMA_STORE_UNWRITABLE',
        words: ['/proc', 'another directory'],
      });
    },
  );
});

it.runIf(process.getuid?.() === 0)('uses a file system without a size, which is not a full one', async () => {
  mkdirSync(join(dir, 'ram'));
  const script = [
    'set -e; mount -t tmpfs -o size=0 tmpfs ram',
    '"$@" models pull hf:org/name --progress none --dest ram --dry-run',
    '"$@" models pull hf:org/name --progress none --dest ram',
    '"$@" cache prune --min-free 1GB --dry-run --dest ram',
    '"$@" cache df --dest ram',
  ].join('; ');
  const env = { HOME: dir, HF_ENDPOINT: endpoint };
  const { stdout, stderr, exitCode } = await run(
    ['unshare', '--mount', 'sh', '-c', script, 'sh', ...builtRma()],
    { cwd: dir, env },
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain('free disk space: unknown.');
  expect(stdout).toContain('Nothing to prune.');
  expect(stdout).toMatch(/^Total: .*; free disk space unknown\.$/m);
});

it.each(['/proc/bundle', '/proc/bundle/models'])('cannot export a bundle to %s', async (target) => {
  await plantSources();
  expectFault(await rma('models', 'bundle', 'export', target, '--dest', 'full'), {
    exitCode: 3,
    code: 'RMA_STORE_UNWRITABLE',
    words: [target, 'another directory'],
  });
});

it('creates the directory of a bundle in a tar file', async () => {
  await plantSources();
  mkdirSync(join(dir, 'made'));
  const made = await rma('models', 'bundle', 'export', 'made/new/b.tar', '--dest', 'full');
  expect(made, made.stderr).toMatchObject({ exitCode: 0 });
  expect(readdirSync(join(dir, 'made/new'))).toEqual(['b.tar']);
});
