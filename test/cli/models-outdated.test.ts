import { expect, it } from 'vitest';
import { hubForTest } from '../adapters/hub-server/hub-fixture.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { writeTree } from '../helpers/files/write-tree.ts';
import { modelOf } from '../helpers/store/ollama-fixture.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const repo = (seed: number) => ({ files: { 'm.gguf': { content: tinyGguf({ seed }), lfs: true } } });

it('compares the digests of Ollama registries and the files of ModelScope, which has no commits', async () => {
  const hub = await hubForTest({
    repos: { 'org/chat': repo(1) },
    ollama: { 'library/tiny:latest': modelOf('{"num_ctx":1}') },
  });
  const dir = tempFolder();
  writeTree(dir, {
    'rma.yaml': 'project: own\nprofiles: [own]\n',
    'profiles/own.yaml': [
      'description: own',
      'services:',
      '  - { engine: ollama, gpus: 0, models: [ollama:tiny] }',
      "  - { engine: llamacpp, gpus: 0, models: ['ms:org/chat:*.gguf'] }",
      '',
    ].join('\n'),
  });
  const env = {
    HOME: dir,
    RMA_OLLAMA_ENDPOINT: hub.endpoint,
    MODELSCOPE_ENDPOINT: hub.endpoint,
    DOCKER_HOST: 'unix:///nonexistent/docker.sock',
  };
  const rma = (...argv: readonly string[]) => runRma(['models', ...argv], { cwd: dir, env });
  const outdated = async () => JSON.parse((await rma('outdated', '--json')).stdout).entries;
  expect(await rma('lock')).toMatchObject({ exitCode: 0 });
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
