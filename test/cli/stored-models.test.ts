import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { COMMIT, plantFile, plantSnapshot, sha } from '../helpers/store/foreign-store.ts';
import { testStore } from '../helpers/store/store-fixture.ts';
import { startHub } from '../hub/hub.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const OURS = 'hf:Org/Model:model.gguf';
const THEIRS = 'hf:other/repo';

let dir = '';
let store = '';
let endpoint = '';
beforeEach(async () => {
  dir = tempFolder();
  store = join(dir, 'store');
  const hub = await startHub({ repos: { 'Org/Model': { files: { 'model.gguf': tinyGguf() } } } });
  onTestFinished(() => hub.close());
  endpoint = hub.endpoint;
});

const rma = (...argv: readonly string[]) =>
  runRma([...argv, '--dest', store], { cwd: dir, env: { HOME: dir, HF_ENDPOINT: endpoint } });

/** Fills the store: one model of rma that a worker needs, one of another program, a download and a file of its own. */
async function fill(): Promise<void> {
  expect(await rma('models', 'pull', OURS, '--quiet')).toMatchObject({ exitCode: 0 });
  await testStore(store).recordNeeds({ host: 'box', project: 'demo', profile: 'chat', refs: [OURS] });
  plantSnapshot(
    store,
    { repo: 'other/repo', commit: COMMIT },
    { 'w.safetensors': sha('1'), 'x.json': sha('2') },
  );
  plantFile(store, 'huggingface/hub/models--other--repo/refs/main', COMMIT);
  plantFile(store, `huggingface/hub/models--other--repo/blobs/${sha('3')}.incomplete`, 'part');
  plantFile(store, 'notes/todo.txt', 'a file of the user');
}

it('models pull and repair succeed in a project without profiles', async () => {
  writeFileSync(join(dir, 'rma.yaml'), 'project: demo\n');
  expect(await rma('models', 'pull', OURS, '--quiet')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await rma('models', 'repair', '--quiet')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await rma('models', 'ls', OURS, '--quiet')).toMatchObject({ exitCode: 0, stderr: '' });
});

describe('models ls of a store', () => {
  it('[req L10] lists the files of all models or of those named, with size and state', async () => {
    await fill();
    const rows = async (...args: readonly string[]) => {
      const { stdout, exitCode } = await rma('models', 'ls', '--files', ...args);
      expect(exitCode).toBe(0);
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {3,}/));
    };
    const theirs = ['w.safetensors', 'x.json'].map((file) => [THEIRS, file, 'unverified']);
    const all = await rows();
    expect(all[0]).toEqual(['MODEL', 'FILE', 'STATE', 'SIZE']);
    expect(all.slice(1).map(([, file, state]) => [file, state])).toEqual([
      ['model.gguf', 'verified'],
      ['w.safetensors', 'unverified'],
      ['x.json', 'unverified'],
    ]);
    expect((await rows(THEIRS)).slice(1).map((row) => row.slice(0, 3))).toEqual(theirs);
    const { stdout } = await rma('models', 'ls', '--files', OURS, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'rma.model-files/v1',
      models: [{ state: 'present', files: [{ path: 'model.gguf', verified: true }] }],
    });
    expectFault(await rma('models', 'ls', '--files', 'hf:no/where'), {
      exitCode: 1,
      code: 'RMA_MODEL_NOT_FOUND',
      words: ['hf:no/where'],
    });
    expectFault(await rma('models', 'ls', '--files', '--catalog'), {
      exitCode: 2,
      code: 'RMA_USAGE_INVALID',
      words: ['--files'],
    });
  });

  it('rejects --service together with what selects models otherwise', async () => {
    for (const other of ['--catalog', '--stored', '--unused', OURS])
      expectFault(await rma('models', 'ls', '--service', 'chat-llm', other), {
        exitCode: 2,
        code: 'RMA_USAGE_INVALID',
        words: ['--service cannot be combined with', other.startsWith('--') ? other : 'names of models'],
      });
  });

  it('lists everything in the store, from rma and other programs, for a project without profiles', async () => {
    await fill();
    const { stdout, exitCode } = await rma('models', 'ls');
    expect(exitCode).toBe(0);
    const [header, ...rows] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {3,}/));
    expect(header).toEqual(['REFERENCE', 'SIZE', 'VERIFIED', 'LAST USED', 'NEEDED BY']);
    const age = expect.stringMatching(/^(just now|\d+ (second|minute)s? ago)$/);
    expect(rows).toEqual([
      ['hf:Org/Model', expect.stringMatching(/KiB|MiB/), 'yes', age, 'demo/chat'],
      [THEIRS, '150 B', 'no', age, '-'],
      ['Not listed: 4 B in partial downloads, 18 B in unknown files.'],
    ]);
    expect((await rma('models', 'ls', '--stored', '-q')).stdout).toBe(`hf:Org/Model\n${THEIRS}\n`);
  });

  it('does not mention leftovers without content', async () => {
    plantFile(store, 'notes/empty.txt', '');
    expect((await rma('models', 'ls', '--stored')).stdout).toBe('No models in the store.\n');
  });

  it('lists only models that no worker needs with --unused, and their references with -q', async () => {
    await fill();
    expect((await rma('models', 'ls', '--unused', '-q')).stdout).toBe(`${THEIRS}\n`);
  });

  it('fills the template of the help, as the list of a project does', async () => {
    await fill();
    const { stdout } = await rma('models', 'ls', '--stored', '--format', '{{name}} {{state}}');
    expect(stdout).toBe(`hf:Org/Model present\n${THEIRS} present\n`);
  });

  it('prints every fact as JSON', async () => {
    await fill();
    const { stdout } = await rma('models', 'ls', '--stored', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'rma.store/v1',
      models: [
        {
          reference: 'hf:Org/Model',
          verified: 'all',
          lastUsedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          neededBy: [{ host: 'box', project: 'demo', profile: 'chat' }],
        },
        {
          reference: THEIRS,
          references: [THEIRS, `hf:other/repo@${COMMIT}`],
          source: 'hf',
          path: `huggingface/hub/models--other--repo/snapshots/${COMMIT}`,
          commit: COMMIT,
          bytes: 150,
          sharedBytes: 0,
          verified: 'none',
          lastUsedAt: null,
          neededBy: [],
          missing: [],
          files: [
            {
              path: 'w.safetensors',
              content: `huggingface/hub/models--other--repo/blobs/${sha('1')}`,
              bytes: 75,
              digest: { algorithm: 'sha256', hex: sha('1') },
              verified: false,
              shared: false,
            },
            { path: 'x.json' },
          ],
        },
      ],
      partial: [{ bytes: 4 }],
      orphans: [],
      unknown: [{ path: 'notes', files: 1, bytes: 18 }],
    });
  });

  it('still lists the state of models by name', async () => {
    await fill();
    const { stdout } = await rma('models', 'ls', OURS, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'rma.models/v1', models: [{ state: 'present' }] });
  });

  it('reports an empty store', async () => {
    store = tempFolder();
    expect(await rma('models', 'ls')).toMatchObject({ exitCode: 0, stdout: 'No models in the store.\n' });
    expect(await rma('models', 'ls', '--unused')).toMatchObject({
      stdout: 'No unused models in the store.\n',
    });
  });

  it.each([[['--unused', 'x']], [['--stored', '--refresh']], [['--catalog', '--unused']]])(
    'rejects %j, which contradict each other',
    async (options) => {
      expectFault(await rma('models', 'ls', ...options), { code: 'RMA_USAGE_INVALID', exitCode: 2 });
    },
  );
});
