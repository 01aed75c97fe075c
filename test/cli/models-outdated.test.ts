import { describe, expect, it } from 'vitest';
import { hubForTest } from '../adapters/hub-server/hub-fixture.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { writeTree } from '../helpers/files/write-tree.ts';
import { modelOf } from '../helpers/store/ollama-fixture.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const repo = (seed: number) => ({ files: { 'm.gguf': { content: tinyGguf({ seed }), lfs: true } } });

/** Writes a project with one profile, and returns what runs rma in it. */
function projectOf(services: readonly string[], endpoint: string) {
  const dir = tempFolder();
  writeTree(dir, {
    'rma.yaml': 'project: own\nprofiles: [own]\n',
    'profiles/own.yaml': ['description: own', 'services:', ...services.map((line) => `  - ${line}`), ''].join(
      '\n',
    ),
  });
  const env = {
    HOME: dir,
    HF_ENDPOINT: endpoint,
    RMA_OLLAMA_ENDPOINT: endpoint,
    MODELSCOPE_ENDPOINT: endpoint,
    DOCKER_HOST: 'unix:///nonexistent/docker.sock',
  };
  return (...argv: readonly string[]) => runRma(['models', ...argv], { cwd: dir, env });
}

/** Returns a project with a lock file for models of an Ollama registry and ModelScope. */
async function lockedModels() {
  const hub = await hubForTest({
    repos: { 'org/chat': repo(1) },
    ollama: { 'library/tiny:latest': modelOf('{"num_ctx":1}') },
  });
  const rma = projectOf(
    [
      '{ engine: ollama, gpus: 0, models: [ollama:tiny] }',
      "{ engine: llamacpp, gpus: 0, models: ['ms:org/chat:*.gguf'] }",
    ],
    hub.endpoint,
  );
  expect(await rma('lock')).toMatchObject({ exitCode: 0 });
  return { hub, rma };
}

it('compares the digests of Ollama registries and the files of ModelScope, which has no commits', async () => {
  const { hub, rma } = await lockedModels();
  const outdated = async () => JSON.parse((await rma('outdated', '--json')).stdout).entries;
  expect(await outdated()).toMatchObject([
    { name: 'ms:org/chat:*.gguf', state: 'current' },
    { name: 'ollama:tiny', state: 'current' },
  ]);
  hub.publishOllama('library/tiny:latest', modelOf('{"num_ctx":2}'));
  hub.publish('org/chat', repo(2));
  const entries = await outdated();
  expect(entries).toMatchObject([
    { name: 'ms:org/chat:*.gguf', state: 'outdated', bytes: tinyGguf({ seed: 2 }).length },
    { name: 'ollama:tiny', state: 'outdated' },
  ]);
  for (const { locked, current } of entries) expect(locked).not.toBe(current);
});

it.each([
  ['its ETag', (etag: string) => ({ kind: 'etag', etag }) as const],
  ['its Last-Modified', (date: string) => ({ kind: 'last-modified', date }) as const],
])('notices by %s that a URL without a hash has other content of the same size', async (_name, fault) => {
  const hub = await hubForTest({ files: { 'm.gguf': tinyGguf({ seed: 1 }) } });
  const rma = projectOf(
    [`{ engine: llamacpp, gpus: 0, models: ['${hub.endpoint}/files/m.gguf'] }`],
    hub.endpoint,
  );
  hub.faults.add(fault('one'));
  expect(await rma('lock')).toMatchObject({ exitCode: 0 });
  expect(await rma('outdated', '--detailed-exitcode')).toMatchObject({ exitCode: 0 });
  hub.faults.clear();
  hub.faults.add(fault('two'));
  hub.log.clear();
  const { stdout, exitCode } = await rma('outdated', '--detailed-exitcode', '--json');
  expect(exitCode).toBe(10);
  const [entry] = JSON.parse(stdout).entries;
  expect(entry).toMatchObject({ state: 'outdated', bytes: tinyGguf({ seed: 1 }).length });
  expect(entry.locked).not.toBe(entry.current);
  expect(hub.log.entries().filter(({ path, method }) => path.endsWith('.gguf') && method !== 'HEAD')).toEqual(
    [],
  );
  expect(await rma('lock', '--refresh')).toMatchObject({ exitCode: 0 });
  expect(await rma('outdated', '--detailed-exitcode')).toMatchObject({ exitCode: 0 });
});

it('compares the manifest of hf.co/ORG/REPO:QUANT, also from a mirror', async () => {
  const quant = (seed: number) => ({ files: { 'tiny-Q4_K_M.gguf': tinyGguf({ seed }) } });
  const hub = await hubForTest({ repos: { 'me/Tiny-GGUF': quant(1) } });
  const name = 'ollama:hf.co/me/Tiny-GGUF:Q4_K_M';
  const rma = projectOf([`{ engine: ollama, gpus: 0, models: ['${name}'] }`], hub.endpoint);
  const outdated = async () => JSON.parse((await rma('outdated', '--json')).stdout).entries;
  expect(await rma('lock')).toMatchObject({ exitCode: 0 });
  expect(await outdated()).toMatchObject([{ name, state: 'current' }]);
  hub.publish('me/Tiny-GGUF', quant(2));
  expect(await outdated()).toMatchObject([{ name, state: 'outdated', bytes: tinyGguf({ seed: 2 }).length }]);
});

describe('a registry that cannot be compared', () => {
  const rows = (stdout: string) =>
    JSON.parse(stdout).entries.map(({ name, state, current }: Record<string, unknown>) => [
      name,
      state,
      current === null,
    ]);

  it.each([
    ['a private one', { kind: 'status', status: 401, path: '/v2/*' }, 'requires authentication'],
    ['one that is down', { kind: 'status', status: 503, path: '/v2/*' }, 'HTTP 503'],
  ] as const)('%s is a row of its own, and is not up to date', async (_name, fault, message) => {
    const { hub, rma } = await lockedModels();
    hub.faults.add(fault);
    const { stdout, exitCode } = await rma('outdated', '--json');
    expect(rows(stdout)).toEqual([
      ['ms:org/chat:*.gguf', 'current', false],
      ['ollama:tiny', 'unknown', true],
    ]);
    expect(JSON.parse(stdout).entries[1].message).toContain(message);
    expect(exitCode).toBe(0);
    expect(await rma('outdated', '--detailed-exitcode')).toMatchObject({ exitCode: 8 });
    hub.publish('org/chat', repo(2));
    expect(await rma('outdated', '--detailed-exitcode')).toMatchObject({ exitCode: 10 });
  });

  it('with --detailed-exitcode, exits with 1 if nothing could be compared', async () => {
    const { hub, rma } = await lockedModels();
    hub.faults.add({ kind: 'status', status: 404 });
    const { stdout, exitCode } = await rma('outdated', '--detailed-exitcode', '--json');
    expect(rows(stdout)).toEqual([
      ['ms:org/chat:*.gguf', 'unknown', true],
      ['ollama:tiny', 'unknown', true],
    ]);
    expect(exitCode).toBe(1);
  });
});
