import { cpSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Judge } from './judge-program.ts';
import { judgeHome, runJudge } from './judges.ts';
import { loggedBuffers } from './llama-server-log.ts';
import { startOllama } from './ollama-server.ts';

/** A store of rma with `org/chat` in every layout, and the hub that it came from. */
export interface ReadStore {
  readonly root: string;
  readonly endpoint: string;
  readonly commit: string;
}

/** A program of someone else that reads one layout of a store. Its `read` rejects if it does not accept what it finds. */
export interface OutsideReader {
  readonly layout: 'hub cache' | 'plain directory' | 'Ollama store' | 'ModelScope directory' | 'GGUF file';
  readonly program: string;
  readonly read: (store: ReadStore) => Promise<void>;
}

const GGUF = 'tiny.gguf';
const STRICT = ['--fail-on-missing-files', '--fail-on-extra-files'];

const SNAPSHOTS = `
import os, sys
from huggingface_hub import snapshot_download
for revision in sys.argv[2:]:
    folder = snapshot_download(sys.argv[1], revision=revision)
    print(os.path.basename(folder), *sorted(os.listdir(folder)))
`;

/** The configuration, the tokenizer and the weights of a model, by a name or a directory. PyTorch is not installed: tensors are numpy's. */
const PRETRAINED = `
import sys
from safetensors.numpy import load_file
from transformers import AutoConfig, AutoTokenizer
from transformers.utils import cached_file
config = AutoConfig.from_pretrained(sys.argv[1])
tokens = AutoTokenizer.from_pretrained(sys.argv[1])('hello world').input_ids
tensors = load_file(cached_file(sys.argv[1], 'model.safetensors'))
print(config.model_type, tokens, sorted(tensors))
`;

const MODELSCOPE = `
import sys
from modelscope import snapshot_download
print(snapshot_download('org/chat', local_files_only=True, local_dir=sys.argv[1]))
print(snapshot_download('org/chat', local_files_only=True, cache_dir=sys.argv[2]))
`;

const plain = ({ root }: ReadStore) => join(root, 'local/org/chat');
const modelScope = ({ root }: ReadStore) => join(root, 'modelscope/org/chat');
const snapshot = ({ root, commit }: ReadStore) =>
  join(root, 'huggingface/hub/models--org--chat/snapshots', commit);

/** Every layout with the programs that read it. */
export const OUTSIDE_READERS: readonly OutsideReader[] = [
  ...(['hf1', 'hf2'] as const).flatMap((judge): readonly OutsideReader[] => [
    { layout: 'hub cache', program: judge, read: (store) => readHubCache(judge, store) },
    {
      layout: 'plain directory',
      program: judge,
      read: async (store) => {
        const verify = ['cache', 'verify', 'org/chat', ...STRICT, '--local-dir', plain(store)];
        await output(judge, ['hf', ...verify], { HF_ENDPOINT: store.endpoint });
      },
    },
  ]),
  {
    layout: 'hub cache',
    program: 'transformers',
    read: async (store) => {
      await readPretrained('org/chat', { HF_HOME: join(store.root, 'huggingface'), HF_HUB_OFFLINE: '1' });
    },
  },
  { layout: 'plain directory', program: 'transformers', read: (store) => readPretrained(plain(store)) },
  {
    layout: 'ModelScope directory',
    program: 'transformers',
    read: (store) => readPretrained(modelScope(store)),
  },
  { layout: 'hub cache', program: 'llama-server', read: (store) => load(join(snapshot(store), GGUF)) },
  { layout: 'plain directory', program: 'llama-server', read: (store) => load(join(plain(store), GGUF)) },
  {
    layout: 'ModelScope directory',
    program: 'llama-server',
    read: (store) => load(join(modelScope(store), GGUF)),
  },
  {
    layout: 'GGUF file',
    program: 'llama-server',
    read: ({ root }) => load(join(root, 'gguf/default', GGUF)),
  },
  { layout: 'ModelScope directory', program: 'modelscope', read: readModelScope },
  { layout: 'Ollama store', program: 'ollama', read: readOllama },
];

async function readHubCache(judge: 'hf1' | 'hf2', { root, endpoint, commit }: ReadStore): Promise<void> {
  const env = { HF_HOME: join(root, 'huggingface'), HF_ENDPOINT: endpoint };
  const listed = await output(judge, ['hf', 'cache', 'ls'], env);
  expect(listed).toContain('org/chat');
  expect(listed).not.toMatch(/warn|corrupt/i);
  await output(judge, ['hf', 'cache', 'verify', 'org/chat', ...STRICT], env);
  const offline = { ...env, HF_HUB_OFFLINE: '1' };
  const found = await output(judge, ['python', '-c', SNAPSHOTS, 'org/chat', 'main', commit], offline);
  const files = `${commit} config.json model.safetensors ${GGUF} tokenizer.json tokenizer_config.json`;
  expect(found.trim().split('\n')).toEqual([files, files]);
}

async function readPretrained(name: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const text = await output('transformers', ['python', '-c', PRETRAINED, name], env);
  expect(text.trim()).toBe("llama [1, 2] ['model.weight']");
}

/** A server that logs its buffers has loaded the file. */
async function load(file: string): Promise<void> {
  const { weights } = await loggedBuffers({ file, context: 64, concurrency: 1, embeddings: false });
  expect(weights).toBeGreaterThan(0);
}

async function readModelScope(store: ReadStore): Promise<void> {
  const folder = modelScope(store);
  const env = { MODELSCOPE_ENDPOINT: store.endpoint };
  const found = await output(
    'modelscope',
    ['python', '-c', MODELSCOPE, folder, join(store.root, 'modelscope')],
    env,
  );
  expect(found.split('\n').filter((line) => line === folder)).toHaveLength(2);
  const verify = ['modelscope', 'cache', 'verify', 'org/chat', '--local-dir', folder, ...STRICT] as const;
  await output('modelscope', verify, env);
}

/** Starts a server on a copy, old enough for its prune of unused blobs, which must find none. */
async function readOllama({ root }: ReadStore): Promise<void> {
  const store = join(judgeHome(), 'models');
  cpSync(join(root, 'ollama'), store, { recursive: true });
  const files = filesIn(store);
  for (const name of files) utimesSync(join(store, name), 1, 1);
  const server = await startOllama(store);
  expect(filesIn(store)).toEqual(files);
  expect((await server.ollama('list')).stdout).toMatch(/^tiny:latest\s/m);
  expect((await server.ollama('show', 'tiny')).stdout).toMatch(/architecture\s+llama/);
  const run = await server.ollama('run', 'tiny', 'What is it?');
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout.trim()).toMatch(/[a-z]{2,}/);
  await server.stop();
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
}

/** Returns what a program printed. Its home directory is empty. @throws with its errors if it fails */
async function output(
  judge: Judge,
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, stdout, stderr } = await runJudge(judge, command, { HOME: judgeHome(), ...env });
  if (code !== 0) throw new Error(`${command.slice(0, 3).join(' ')} exited with ${code}: ${stdout}${stderr}`);
  return stdout;
}
