import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { hubForTest } from '../adapters/hub-server/hub-fixture.ts';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { writeTree } from '../helpers/files/write-tree.ts';
import { testStore } from '../helpers/store/store-fixture.ts';
import type { Hub } from '../hub/hub.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const GGUF = { content: tinyGguf(), lfs: true };
const REF = 'hf:org/chat:*.gguf';

let dir = '';
let hub: Hub;
let first = '';
beforeEach(async () => {
  dir = tempFolder();
  hub = await hubForTest({
    repos: {
      'org/chat': { files: { 'm.gguf': GGUF, 'a.gguf.txt': 'one' } },
      'org/more': { files: { 'm.gguf': GGUF } },
    },
  });
  first = hub.commit('org/chat').sha;
  project([REF]);
});

/** Writes a project with one profile that runs these models. */
function project(refs: readonly string[]): void {
  const services = refs.map((ref) => `  - { engine: llamacpp, gpus: 0, models: ['${ref}'] }`);
  writeTree(dir, {
    'rma.yaml': 'project: own\nprofiles: [own]\n',
    'profiles/own.yaml': ['description: own', 'services:', ...services, ''].join('\n'),
  });
}

const rma = (...argv: readonly string[]) =>
  runRma(argv, {
    cwd: dir,
    env: { HOME: dir, HF_ENDPOINT: hub.endpoint, DOCKER_HOST: 'unix:///nonexistent/docker.sock' },
  });
const pull = (...argv: readonly string[]) => rma('models', 'pull', '--dest', join(dir, 'store'), ...argv);
const lockText = () => readFileSync(join(dir, 'rma.lock'), 'utf8');
const resolving = () => hub.log.entries().filter(({ path }) => path.includes('/api/'));

/** Publishes another version of the model. */
function publish(): string {
  hub.publish('org/chat', {
    files: { 'm.gguf': { ...GGUF, content: tinyGguf({ seed: 2 }) }, 'a.gguf.txt': 'two' },
  });
  return hub.commit('org/chat').sha;
}

describe('rma models lock', () => {
  it('writes commit, size and hash of each file, the same bytes each time', async () => {
    expect(await rma('models', 'lock')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`${REF}: added (${first})`),
    });
    const text = lockText();
    expect(JSON.parse(text)).toMatchObject({
      schema: 'rma.lock/v1',
      models: {
        [REF]: { ref: REF, commit: first, files: [{ path: 'm.gguf', digest: { algorithm: 'sha256' } }] },
      },
    });
    hub.log.clear();
    expect((await rma('models', 'lock')).stdout).toContain('rma.lock is up to date (1 model, 0 images).');
    expect(lockText()).toBe(text);
    expect(hub.log.entries()).toEqual([]);
  });

  it('keeps what is locked, adds and removes models of the project, and resolves again what --update names', async () => {
    await rma('models', 'lock');
    const second = publish();
    project([REF, 'hf:org/more:*.gguf']);
    expect((await rma('models', 'lock')).stdout).toContain('hf:org/more:*.gguf: added');
    expect(lockText()).toContain(first);
    expect((await rma('models', 'lock', '--update', REF, '--dry-run')).stdout).toContain(
      `${REF}: updated (${second})`,
    );
    expect(lockText()).toContain(first);
    await rma('models', 'lock', '--update', REF);
    expect(lockText()).toContain(second);
    expect(lockText()).not.toContain(first);
    project([REF]);
    expect((await rma('models', 'lock')).stdout).toContain('hf:org/more:*.gguf: removed');
  });

  it('locks what can be resolved, and exits with 8 if a profile cannot run from it', async () => {
    project([REF, 'hf:org/none:*.gguf']);
    const { exitCode, stderr } = await rma('models', 'lock');
    expect(exitCode).toBe(8);
    expect(stderr).toContain('not locked: ');
    expect(Object.keys(JSON.parse(lockText()).models)).toEqual([REF]);
    const variant = (name: string, ref: string) =>
      `  - { name: ${name}, services: [{ engine: llamacpp, gpus: 0, models: ['${ref}'] }] }`;
    const variants = [variant('a', 'hf:org/none:*.gguf'), variant('b', REF)];
    writeTree(dir, { 'profiles/own.yaml': ['description: own', 'variants:', ...variants, ''].join('\n') });
    expect(await rma('models', 'lock')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('not locked: '),
    });
  });

  it('needs an rma.yaml', async () => {
    rmSync(join(dir, 'rma.yaml'));
    expectFault(await rma('models', 'lock', '--profile', 'cpu-worker'), {
      code: 'RMA_LOCKFILE_NO_PROJECT',
      exitCode: 2,
    });
  });
});

describe('--frozen', () => {
  it('downloads what is locked although the branch has moved, and resolves nothing on a hub', async () => {
    await rma('models', 'lock');
    publish();
    hub.log.clear();
    expect(await pull('--frozen')).toMatchObject({ exitCode: 0 });
    expect(resolving()).toEqual([]);
    expect(existsSync(join(dir, 'store/huggingface/hub/models--org--chat/snapshots', first, 'm.gguf'))).toBe(
      true,
    );
  });

  it('protects the locked models in the store', async () => {
    await rma('models', 'lock');
    await pull('--frozen');
    const { models } = await testStore(join(dir, 'store')).inventory();
    expect(
      models.map(({ neededBy }) => neededBy.map(({ project: name, profile }) => `${name}/${profile}`)),
    ).toEqual([['own/rma.lock']]);
  });

  it('refuses a model that is not locked, and names it', async () => {
    await rma('models', 'lock');
    project([REF, 'hf:org/more:*.gguf']);
    hub.log.clear();
    for (const argv of [
      ['models', 'pull', '--dest', join(dir, 'store')],
      ['compose', 'render'],
    ]) {
      expectFault(await rma(...argv, '--frozen', '--quiet'), {
        code: 'RMA_LOCKFILE_MODEL',
        exitCode: 2,
        words: ['hf:org/more:*.gguf', 'rma models lock'],
      });
    }
    expectFault(await pull('hf:org/else', '--frozen', '--quiet'), {
      code: 'RMA_LOCKFILE_MODEL',
      exitCode: 2,
      words: ['hf:org/else'],
    });
    expect(hub.log.entries()).toEqual([]);
  });

  it('refuses a project that uses another version, and names both; --refresh uses the locked one', async () => {
    await rma('models', 'lock');
    const second = publish();
    expect((await rma('compose', 'render', '-o', join(dir, 'out'), '--quiet')).stderr).not.toContain(
      'LOCKFILE',
    );
    const record = JSON.parse(lockText());
    const other = { ...record.models[REF], commit: second };
    writeTree(dir, {
      '.rma/resolved.json': JSON.stringify({ schema: 'rma.resolved/v1', models: { [REF]: other } }),
    });
    expectFault(await pull('--frozen', '--quiet'), {
      code: 'RMA_LOCKFILE_DIFFERS',
      exitCode: 2,
      words: [REF, first, second, '--refresh'],
    });
    const lock = await rma('models', 'lock', '--dry-run');
    expect(lock.stdout).toContain(`${REF}: updated (${second})`);
    expect(await pull('--frozen', '--refresh')).toMatchObject({ exitCode: 0 });
    // now the project uses the locked one
    expect(await pull('--frozen', '--quiet')).toMatchObject({ exitCode: 0 });
    expect((await rma('models', 'lock')).stdout).toContain('rma.lock is up to date (1 model, 0 images).');
  });

  it('renders a Compose file without a request', async () => {
    await rma('models', 'lock');
    hub.log.clear();
    const { exitCode, stdout } = await rma('compose', 'render', '--frozen', '--quiet');
    expect([exitCode, stdout.includes(first)]).toEqual([0, true]);
    expect(resolving()).toEqual([]);
  });

  it('needs a valid rma.lock', async () => {
    expectFault(await pull('--frozen', '--quiet'), {
      code: 'RMA_LOCKFILE_MISSING',
      exitCode: 2,
      words: ['rma models lock'],
    });
    writeFileSync(join(dir, 'rma.lock'), '{"schema":"rma.lock/v1","models":{"hf:a/b":{}}}');
    expectFault(await pull('--frozen', '--quiet'), {
      code: 'RMA_LOCKFILE_INVALID',
      exitCode: 2,
      words: ['rma.lock'],
    });
  });
});

describe('rma models outdated', () => {
  it('lists locked and current versions with the size to download; 10 with --detailed-exitcode', async () => {
    await rma('models', 'lock');
    expect(await rma('models', 'outdated', '--detailed-exitcode', '-q')).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
    const second = publish();
    const { stdout, exitCode } = await rma('models', 'outdated');
    expect(exitCode).toBe(0);
    const bytes = tinyGguf({ seed: 2 }).length;
    expect(stdout.split('\n')[1]).toMatch(
      new RegExp(`^hf:org/chat:\\*\\.gguf +outdated +${first.slice(0, 12)} +${second.slice(0, 12)} +`),
    );
    expect(JSON.parse((await rma('models', 'outdated', '--json')).stdout)).toMatchObject({
      schema: 'rma.models-outdated/v1',
      entries: [{ kind: 'model', name: REF, state: 'outdated', locked: first, current: second, bytes }],
    });
    expect(await rma('models', 'outdated', '--detailed-exitcode', '-q')).toMatchObject({
      exitCode: 10,
      stdout: `${REF}\n`,
    });
  });

  it('reports a source that does not respond, and compares the rest', async () => {
    project([REF, 'hf:org/more:*.gguf']);
    await rma('models', 'lock');
    hub.publish('org/chat', { files: {} });
    const { stdout, stderr, exitCode } = await rma('models', 'outdated');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('RMA_LOCKFILE_UNKNOWN');
    expect(stdout).toMatch(/hf:org\/chat:\*\.gguf +unknown/);
    expect(stdout).toMatch(/hf:org\/more:\*\.gguf +current/);
  });
});
