import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { setAge } from '../helpers/store/cache-fixture.ts';
import { ollamaManifest, plantFile, sha } from '../helpers/store/foreign-store.ts';

const A = 'ollama/manifests/registry.ollama.ai/library/a/latest';
const blob = (digit: string) => `ollama/blobs/sha256-${sha(digit)}`;

let dir = '';
let store = '';
beforeEach(() => {
  dir = tempFolder();
  store = join(dir, 'store');
  for (const digit of ['3', '4', '9']) plantFile(store, blob(digit), 'x'.repeat(75));
  plantFile(store, A, ollamaManifest([sha('3')], sha('4')));
  setAge(store, 40, blob('3'), blob('4'), blob('9'));
});

const rma = (...argv: readonly string[]) =>
  runRma(['cache', ...argv, '--dest', store], { cwd: dir, env: { HOME: dir } });

it('marks leftovers without a policy, prints one line, then has nothing to do', async () => {
  const { stdout, stderr, exitCode } = await rma('prune');
  expect(exitCode).toBe(0);
  expect(stderr).toContain(`rma cache undo --dest ${store}`);
  expect(stdout).toMatch(/^Marked 1 entry \([\d.]+ K?i?B\) for deletion\.\n$/);
  expect(existsSync(join(store, A))).toBe(true);
  expect(await rma('prune')).toMatchObject({ exitCode: 0, stdout: 'Nothing to prune.\n' });
});

it('marks exactly what the dry run shows, and undo restores it', async () => {
  const preview = JSON.parse((await rma('prune', '--keep', '30d', '--dry-run', '--json')).stdout);
  const { marked, failed } = JSON.parse((await rma('prune', '--keep', '30d', '--json')).stdout);
  expect(failed).toEqual([]);
  const facts = (items: readonly { name: string; diskBytes: number }[]) =>
    items.map(({ name, diskBytes }) => [name, diskBytes]);
  expect(facts(marked)).toEqual(facts(preview.plan.entries));
  expect(readdirSync(join(store, 'ollama/blobs'))).toEqual([]);
  expect(await rma('undo', 'ollama:a', '--json')).toMatchObject({ exitCode: 0 });
  expect(existsSync(join(store, A))).toBe(true);
  expect(existsSync(join(store, blob('3')))).toBe(true);
  expect((await rma('undo')).stdout).toMatch(
    /^ollama\/blobs\/sha256-999999999999\.\.\.: restored\nRestored: [\d.]+ K?i?B\.\n$/,
  );
  expect((await rma('undo')).stdout).toBe('Nothing is marked for deletion.\n');
});

it('lists what undo restored by name', async () => {
  const blobs = ['5', '6', '7', '8', '9', 'a'].map(blob);
  for (const path of blobs) plantFile(store, path);
  setAge(store, 40, ...blobs);
  await rma('prune');
  expect((await rma('undo', '-q')).stdout.trim().split('\n')).toEqual(blobs);
});

it('counts what is marked in the total of df, as in its table', async () => {
  await rma('prune', '--keep', '30d');
  const { stdout } = await rma('df');
  const [, size] = /^marked for deletion +2 +(\S+ \S+) /m.exec(stdout) ?? [];
  expect(stdout).toContain(`\nTotal: ${size}; `);
});

it('names what is marked if undo names something else', async () => {
  await rma('prune');
  expectFault(await rma('undo', 'ollama:b'), {
    code: 'RMA_CACHE_NOT_MARKED',
    exitCode: 1,
    words: ['ollama:b', `marked entries: ${blob('9')}; to list all: rma cache ls --filter type=marked`],
  });
});

it('counts what only the grace period keeps, and names the way to prune it', async () => {
  setAge(store, 0, blob('3'), blob('4'), blob('9'));
  const policy = ['--keep', '0d', '--orphans', '0s'];
  const text = 'Nothing to prune: the grace period keeps 2 recent entries; wait, or use --grace 0s.\n';
  expect((await rma('prune', ...policy, '--dry-run')).stdout).toBe(text);
  expect((await rma('prune', ...policy)).stdout).toBe(text);
  expect((await rma('ls')).stdout).toMatch(/ recent +ollama:a$/m);
  expect((await rma('prune', '--orphans', '0s')).stdout).toContain('the grace period keeps 1 recent entry;');
  expect((await rma('prune', ...policy, '--grace', '0s')).stdout).toMatch(/^Marked 2 entries /);
});

it('warns if a limit cannot be met', async () => {
  plantFile(store, 'mine.bin', Buffer.alloc(100_000));
  const { stderr, exitCode } = await rma('prune', '--max-size', '1KB', '--keep', '30d');
  expect(exitCode).toBe(0);
  expect(stderr).toContain('the store is above --max-size, and everything else is needed');
});

it('lists entries with the reason why they stay, what is marked, and sorts and filters them', async () => {
  plantFile(store, 'gguf/default/mine.gguf', Buffer.alloc(10_000, 'GGUF'));
  await rma('prune');
  const names = async (...argv: readonly string[]) =>
    (await rma('ls', '-q', ...argv)).stdout.trim().split('\n');
  expect(await names()).toEqual([blob('9'), 'gguf/default/mine.gguf', 'ollama:a']);
  expect(await names('--sort', 'size')).toEqual(['gguf/default/mine.gguf', 'ollama:a', blob('9')]);
  expect(await names('--filter', 'type=marked')).toEqual([blob('9')]);
  expect(await names('--filter', 'accessed>30d', '--filter', 'type=model')).toEqual(['ollama:a']);
  const { stdout } = await rma('ls');
  expect(stdout).toMatch(/^model +[\d.]+ KiB +[\d-]+ +unknown source +gguf\/default\/mine\.gguf$/m);
  expect(stdout).toMatch(/^3 entries, [\d.]+ KiB on disk\.$/m);
});

it('keeps pinned models, in any spelling of their reference, until they are unpinned', async () => {
  expect((await rma('pin', 'ollama:a:latest', 'org/later')).stdout).toBe(
    'ollama:a: pinned\nhf:org/later: pinned\n',
  );
  expect((await rma('pin', 'ollama:a')).stdout).toBe('ollama:a: already pinned\n');
  expect((await rma('prune', '--keep', '30d', '--orphans', 'never')).stdout).toBe('Nothing to prune.\n');
  expect((await rma('ls')).stdout).toMatch(/^model .* pinned +ollama:a$/m);
  expect((await rma('unpin', 'ollama:a')).stdout).toBe('ollama:a: unpinned\n');
  expect((await rma('prune', '--keep', '30d', '--orphans', 'never', '-q')).stdout).toBe('ollama:a\n');
  expectFault(await rma('pin', 'no reference'), { code: 'RMA_MODEL_REF_INVALID', exitCode: 2 });
});

it('prints the reference of a pin, however it is spelled', async () => {
  expect((await rma('pin', 'org/a')).stdout).toBe('hf:org/a: pinned\n');
  expect((await rma('pin', 'org/a@main')).stdout).toBe('hf:org/a: already pinned\n');
  expect((await rma('unpin', 'org/a')).stdout).toBe('hf:org/a: unpinned\n');
  expect((await rma('unpin', 'org/a')).stdout).toBe('hf:org/a: not pinned\n');
});

it('pins a model by its name in the catalog, with a warning if the store does not have it', async () => {
  const ref = 'hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:qwen2.5-0.5b-instruct-q4_k_m.gguf';
  const { exitCode, stdout, stderr } = await rma('pin', 'qwen2.5-0.5b-instruct', 'ollama:a');
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${ref}: pinned\nollama:a: pinned\n` });
  expect(stderr).toContain(`${ref} is not in the store; its pin applies after its download`);
  expect(stderr).not.toContain('ollama:a');
  expect((await rma('unpin', 'qwen2.5-0.5b-instruct')).stdout).toBe(`${ref}: unpinned\n`);
});

it('removes nothing while a pin cannot be read', async () => {
  plantFile(store, '.rma/pins/x.json', '{');
  expectFault(await rma('prune', '--keep', '30d'), { code: 'RMA_CACHE_ROOTS_UNREADABLE', exitCode: 3 });
  expect(existsSync(join(store, A))).toBe(true);
});
