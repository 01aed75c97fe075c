import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { tinyOllamaEmbedder } from '../hub/ollama/tiny-models.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

let dir = '';
let hub: Hub;
beforeEach(async () => {
  dir = tempFolder();
  hub = await startHub({
    repos: { 'TheBloke/Tiny-GGUF': { files: { 'tiny-q4.gguf': tinyGguf(), 'README.md': '#' } } },
    ollama: { 'library/llava:7b': tinyOllamaEmbedder(), 'me/embed:q4': tinyOllamaEmbedder() },
  });
  onTestFinished(() => hub.close());
});

async function rma(...args: readonly string[]) {
  const env = { HOME: dir, RMA_OLLAMA_ENDPOINT: hub.endpoint, HF_ENDPOINT: hub.endpoint };
  return runRma([...args, '--dest', join(dir, 'store'), '--json'], { cwd: dir, env });
}

async function refsOf(...args: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr, exitCode } = await rma(...args);
  expect(exitCode, stderr).toBe(0);
  const { models } = JSON.parse(stdout) as { readonly models: readonly { name: string; ref: string }[] };
  return models.map(({ ref }) => ref);
}

it.each([
  ['TheBloke/Tiny-GGUF', 'hf:TheBloke/Tiny-GGUF'],
  ['https://huggingface.co/TheBloke/Tiny-GGUF/blob/main/tiny-q4.gguf', 'hf:TheBloke/Tiny-GGUF:tiny-q4.gguf'],
  ['ollama run llava:7b', 'ollama:llava:7b'],
  ['ollama.com/me/embed:q4', 'ollama:me/embed:q4'],
])('[case F21] models pull, ls and path accept %s', async (name, ref) => {
  expect(await refsOf('models', 'pull', name)).toEqual([ref]);
  expect(await refsOf('models', 'ls', name)).toEqual([ref]);
  expect(JSON.parse((await rma('models', 'path', name)).stdout)).toMatchObject({ ref });
});

it('[case F22] every name that models ls and pull print is accepted as input', async () => {
  await mkdir(join(dir, 'profiles'));
  const services = ['llava:7b', 'TheBloke/Tiny-GGUF:tiny-q4.gguf', 'ollama pull me/embed:q4'].map(
    (model) => ({
      engine: model.includes('GGUF') ? 'llamacpp' : 'ollama',
      models: [model],
    }),
  );
  await writeFile(join(dir, 'profiles/own.yaml'), JSON.stringify({ description: 'own', services }));
  await writeFile(join(dir, 'rma.yaml'), 'project: own\nprofiles: [own]\n');
  for (const verb of ['ls', 'pull', 'ls']) {
    const listed = JSON.parse((await rma('models', verb)).stdout) as {
      readonly models: readonly { readonly name: string; readonly ref: string }[];
    };
    expect(listed.models.map(({ name }) => name).sort()).toEqual(['llava:7b', 'me/embed:q4', 'tiny-q4']);
    for (const { name, ref } of listed.models) expect(await refsOf('models', verb, name)).toEqual([ref]);
  }
});

it('models pull --include and --exclude select files of one repository, as for hf download', async () => {
  hub.publish('org/many', {
    files: {
      'a.json': '{}',
      'b.json': '{}',
      'c.txt': 'c',
      'model.safetensors': 'x',
      'pytorch_model.bin': 'y',
    },
  });
  const pull = ['models', 'pull', 'org/many'];
  expect(await refsOf(...pull, '--include', '*.json', '--include', 'c.txt', '--exclude', 'b*')).toEqual([
    'hf:org/many:*.json,c.txt,!b*',
  ]);
  const paths = () =>
    hub.log.contentRequests().map(({ path }) => decodeURIComponent(path.replace(/^.*\//, '')));
  expect(paths().sort()).toEqual(['a.json', 'c.txt']);
  hub.log.clear();
  expect(await refsOf(...pull, '--exclude', '*.json')).toEqual(['hf:org/many:!*.json']);
  expect(paths()).toEqual(['model.safetensors']);
});

it.each([
  [['org/a', 'org/b'], 'RMA_USAGE_INVALID', 'select files of one model'],
  [[], 'RMA_USAGE_INVALID', 'select files of one model'],
  [['all'], 'RMA_USAGE_INVALID', 'select files of one model'],
  [['ollama:llava:7b'], 'RMA_MODEL_REF_INVALID', 'only the files of a repository'],
  [['hf:org/a:*.json'], 'RMA_MODEL_REF_INVALID', 'it selects files already: *.json'],
] as const)('models pull %j with --include is a usage error', async (names, code, text) => {
  const { exitCode, stderr } = await rma('models', 'pull', ...names, '--include', '*.txt');
  expect([exitCode, JSON.parse(stderr).error]).toMatchObject([
    2,
    { code, message: expect.stringContaining(text) },
  ]);
});
