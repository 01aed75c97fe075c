import { existsSync, linkSync, mkdirSync, statSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { FakeTerminal } from '../helpers/cli/fake-terminal.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import {
  COMMIT,
  OTHER,
  ollamaManifest,
  plantFile,
  plantSnapshot,
  sha,
} from '../helpers/store/foreign-store.ts';
import { testStore } from '../helpers/store/store-fixture.ts';

const HUB = 'huggingface/hub/models--org--name';
const A = 'ollama/manifests/registry.ollama.ai/library/a/latest';

let dir = '';
let store = '';

/** Makes files look as if they were last changed some days ago. */
function age(days: number, ...paths: readonly string[]): void {
  const time = Date.now() / 1000 - days * 86_400;
  for (const path of paths) utimesSync(join(store, path), time, time);
}

beforeEach(async () => {
  dir = tempFolder();
  store = join(dir, 'store');
  plantSnapshot(store, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1'), 'x.json': sha('2') });
  plantFile(store, `${HUB}/refs/main`, COMMIT);
  plantFile(store, `${HUB}/blobs/${sha('8')}.incomplete`);
  plantFile(store, `${HUB}/blobs/${sha('9')}`);
  for (const digit of ['3', '4']) plantFile(store, `ollama/blobs/sha256-${sha(digit)}`, 'x'.repeat(75));
  plantFile(store, A, ollamaManifest([sha('3')], sha('4')));
  // a file with a hole occupies less than its size
  plantFile(store, 'notes.txt');
  truncateSync(join(store, 'notes.txt'), 2 ** 20);
  age(40, `${HUB}/blobs/${sha('1')}`, `${HUB}/blobs/${sha('2')}`);
  age(8, `${HUB}/blobs/${sha('8')}.incomplete`, `${HUB}/blobs/${sha('9')}`);
  age(50, `ollama/blobs/sha256-${sha('3')}`, `ollama/blobs/sha256-${sha('4')}`, 'notes.txt');
  await testStore(store).prepare();
});

const rma = (...argv: readonly string[]) =>
  runRma(['cache', ...argv, '--dest', store], { cwd: dir, env: { HOME: dir } });
const preview = async (...argv: readonly string[]) =>
  JSON.parse((await rma('prune', '--dry-run', '--json', ...argv)).stdout);
const disk = (...paths: readonly string[]) =>
  paths.reduce((sum, path) => sum + statSync(join(store, path)).blocks * 512, 0);

it('[req T2] would remove leftovers past their age without a policy, and no model', async () => {
  const { plan } = await preview();
  expect(plan.entries).toMatchObject([
    { kind: 'partial', path: `${HUB}/blobs/${sha('8')}.incomplete`, reason: 'no progress for 8d' },
    { kind: 'orphan', path: `${HUB}/blobs/${sha('9')}`, reason: 'unused for 8d' },
  ]);
  expect(plan.diskBytes).toBe(disk(`${HUB}/blobs/${sha('8')}.incomplete`, `${HUB}/blobs/${sha('9')}`));
  expect(existsSync(join(store, `${HUB}/blobs/${sha('9')}`))).toBe(true);
});

it('would remove models by age, with their content and bytes on disk, and none that a worker needs', async () => {
  const leftovers = ['--partials', 'never', '--orphans', 'never'];
  const blobs = ['3', '4'].map((digit) => `ollama/blobs/sha256-${sha(digit)}`);
  expect((await preview('--keep', '45d', ...leftovers)).plan.entries).toMatchObject([
    {
      kind: 'model',
      name: 'ollama:a',
      reason: 'not used for 50d',
      names: [A],
      contents: blobs,
      diskBytes: disk(...blobs),
    },
  ]);
  await testStore(store).recordNeeds({ host: 'box', project: 'demo', profile: 'chat', refs: ['ollama:a'] });
  expect((await preview('--keep', '45d', ...leftovers)).plan.entries).toEqual([]);
});

it('selects models by the filters of hf', async () => {
  const names = async (...argv: readonly string[]) =>
    (await preview(...argv)).plan.entries
      .filter(({ kind }: { kind: string }) => kind === 'model')
      .map(({ name }: { name: string }) => name);
  expect(await names('--filter', 'source=hf')).toEqual(['hf:org/name']);
  expect(await names('--filter', 'accessed>45d')).toEqual(['ollama:a']);
  expect(await names('--keep', '30d', '--filter', 'refs=main')).toEqual(['hf:org/name']);
  expect(await names('--filter', 'size>1GB')).toEqual([]);
});

it('shows action, size, name and reason in a table', async () => {
  const { stdout } = await rma('prune', '--dry-run', '--keep', '45d');
  expect(stdout).toMatch(/^ACTION +ON DISK +REASON +NAME$/m);
  expect(stdout).toMatch(/^mark +[\d.]+ KiB +not used for 50d +ollama:a$/m);
  expect(stdout).toMatch(/^To delete: 0 B; to mark for deletion: [\d.]+ KiB\.$/m);
});

it('reports what is not freed because of hard links outside of the store', async () => {
  linkSync(join(store, `ollama/blobs/sha256-${sha('3')}`), join(dir, 'copy'));
  const leftovers = ['--partials', 'never', '--orphans', 'never'];
  expect((await rma('prune', '--dry-run', '--keep', '45d', ...leftovers)).stdout).toMatch(
    /^To delete: 0 B; to mark for deletion: 4.0 KiB; 4.0 KiB not freed: other hard links to the files\.$/m,
  );
  expect((await rma('prune', '--keep', '45d', ...leftovers)).stdout).toBe(
    'Marked 1 entry (4.0 KiB) for deletion; 4.0 KiB not freed: other hard links to the files.\n',
  );
});

it('counts partial downloads as models du does', async () => {
  const part = '.rma/staging/sha256-abc-0123456789abcdef/1.part';
  plantFile(store, part);
  truncateSync(join(store, part), 2 ** 20);
  plantFile(store, `${part}.json`, '{}');
  mkdirSync(join(store, '.rma/staging/empty'));
  const { usage } = JSON.parse((await rma('df', '--json')).stdout);
  const isPartial = ({ type }: { type: string }) => type === 'partial downloads';
  expect(usage.find(isPartial)).toMatchObject({ count: 2, diskBytes: 3 * 4096 });
  const du = await runRma(['models', 'du', '--json', '--dest', store], { cwd: dir, env: { HOME: dir } });
  const bytes = 4096 + '{}'.length + `${HUB}/blobs/${sha('8')}.incomplete`.length;
  expect(JSON.parse(du.stdout).rows.find(isPartial)).toMatchObject({ count: 2, bytes });
});

it('shows which models would go on 80 columns, however long their names are', async () => {
  const name = (digit: string) => `${digit.repeat(6)}/a-model-with-a-rather-long-name-${digit}-instruct`;
  for (const digit of ['3', '4']) {
    const manifest = `ollama/manifests/registry.ollama.ai/${name(digit)}/latest`;
    plantFile(store, manifest, ollamaManifest([sha(digit)], sha(digit)));
    age(50, manifest);
  }
  const terminal = new FakeTerminal(80);
  const argv = ['cache', 'prune', '--dry-run', '--max-size', '1KB', '--dest', store];
  await runRma(argv, { cwd: dir, env: { HOME: dir, NO_COLOR: '1' }, terminal });
  const rows = terminal.screen.split('\n').filter((line) => line.startsWith('mark'));
  for (const digit of ['3', '4']) {
    expect(rows).toContainEqual(
      expect.stringMatching(
        new RegExp(`^mark .* above --max-size; not used for 50d   ollama:\\S+-${digit}-instruct$`),
      ),
    );
  }
});

it('shows 28 columns of long names on 80 columns, however long the reasons are', async () => {
  const name = 'organization/a-model-with-a-rather-long-name';
  plantSnapshot(store, { repo: name, commit: OTHER }, { 'w.gguf': sha('6') });
  const refs = [`hf:${name}`];
  await testStore(store).recordNeeds({ host: 'box', project: 'research', profile: 'gpu-worker', refs });
  const terminal = new FakeTerminal(80);
  const argv = ['cache', 'ls', '--dest', store];
  await runRma(argv, { cwd: dir, env: { HOME: dir, NO_COLOR: '1' }, terminal });
  expect(terminal.screen).toMatch(/^model .* needed by res\.\.\. {3}hf:\S{25}$/m);
});

it('reports if there is nothing to prune', async () => {
  store = tempFolder();
  expect(await rma('prune', '--dry-run')).toMatchObject({ exitCode: 0, stdout: 'Nothing to prune.\n' });
});

it('removes nothing while the needs of a worker cannot be read', async () => {
  plantFile(store, '.rma/projects/box-demo.chat.json', '{');
  expectFault(await rma('prune', '--dry-run'), {
    code: 'RMA_CACHE_ROOTS_UNREADABLE',
    exitCode: 3,
    words: ['.rma/projects/box-demo.chat.json', 'nothing was removed'],
  });
});

it.each([
  ['--keep', '30'],
  ['--max-size', 'much'],
  ['--max-size', '200'],
  ['--min-free', '80GB:50GB'],
  ['--min-free', '50:80GB'],
  ['--keep-revisions', '0'],
  ['--filter', 'name=x'],
  ['--partials', 'soon'],
])('rejects %s %s', async (option, value) => {
  expectFault(await rma('prune', '--dry-run', option, value), {
    code: 'RMA_USAGE_INVALID_VALUE',
    exitCode: 2,
    words: [option, value],
  });
});

it('lists models by the name of their source, also plain directories, and with 8 digits of a commit', async () => {
  plantFile(store, 'local/acme/plain/model.safetensors');
  plantSnapshot(store, { repo: 'org/name', commit: OTHER }, { 'w.gguf': sha('1') });
  const list = async (source: string) => (await rma('ls', '--filter', `source=${source}`)).stdout;
  expect(await list('local')).toMatch(/ unknown source +local\/acme\/plain\n1 entry, /);
  expect(await list('hf')).toMatch(/ hf:org\/name@bbbbbbbb$/m);
  expect(await list('ollama')).not.toContain('org/name');
});

it('shows what occupies the disk, by kind', async () => {
  const { usage, freeBytes, capacityBytes } = JSON.parse((await rma('df', '--json')).stdout);
  expect(usage.map(({ type, count }: { type: string; count: number }) => [type, count])).toEqual([
    ['hf models', 1],
    ['ollama models', 1],
    ['partial downloads', 1],
    ['content without a model', 1],
    ['quarantined files', 0],
    ['unknown files', 1],
    ['marked for deletion', 0],
  ]);
  expect(freeBytes).toBeLessThan(capacityBytes);
  const unknown = usage.find(({ type }: { type: string }) => type === 'unknown files');
  expect(unknown).toMatchObject({ diskBytes: disk('notes.txt'), reclaimableBytes: 0 });
  expect((await rma('df')).stdout).toMatch(/^hf models +1 +[\d.]+ KiB +[\d.]+ KiB$/m);
});
