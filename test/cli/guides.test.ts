import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hubForTest } from '../adapters/hub-server/hub-fixture.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { guideCommands } from '../helpers/files/guide-commands.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import type { RepoSpec } from '../hub/repos.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';
import { tinySafetensors } from '../standins/tiny-safetensors.ts';

/** Runs the commands of sections of a guide, with /data in a temporary directory. Returns that directory. */
async function follow(
  page: string,
  sections: readonly string[],
  repos: Readonly<Record<string, RepoSpec>>,
): Promise<string> {
  const hub = await hubForTest({ repos });
  const dir = tempFolder();
  const options = { cwd: dir, env: { HOME: dir, HF_ENDPOINT: hub.endpoint } };
  const commands = sections.flatMap((section) => guideCommands(page, section));
  expect(commands.length).toBeGreaterThan(sections.length);
  for (const args of commands) {
    const here = args.map((word) => word.replace(/^\/data\//, `${dir}/data/`));
    const { exitCode, stderr } = await runRma(here, options);
    expect([args, exitCode, exitCode === 0 ? '' : stderr]).toEqual([args, 0, '']);
  }
  return dir;
}

test('[req N06] [req N07] [req N16] the guide for servers of GGUF models fills a directory, and writes manifests', async () => {
  const dir = await follow('nlocalmodels.md', ['A directory of models', 'On Kubernetes'], {
    'lmstudio-community/gemma-2-2b-it-GGUF': { files: { 'gemma-2-2b-it-Q4_K_M.gguf': tinyGguf() } },
    'TheBloke/Llama-2-7B-Chat-GGUF': { files: { 'llama-2-7b-chat.Q4_K_M.gguf': tinyGguf({ seed: 2 }) } },
  });
  expect(readdirSync(join(dir, 'data/models/gguf/starter')).sort()).toEqual([
    'gemma-2-2b-it.Q4_K_M.gguf',
    'llama-2-7b-chat.Q4_K_M.gguf',
  ]);
  expect(readdirSync(join(dir, 'k8s'))).toContain('kustomization.yaml');
});

test('[req K03] [req K04] the guide for tokenizers fills a directory with their files alone, and writes manifests', async () => {
  const tokenizer = { 'config.json': '{}', 'tokenizer.json': '{}', 'vocab.json': '{}' };
  const repo = { files: { ...tokenizer, 'model.safetensors': 'weights' } };
  const names = ['Qwen/Qwen3-8B', 'deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B'];
  const dir = await follow(
    'tokenizer.md',
    ['Fill a directory', 'On a machine with Docker', 'On Kubernetes'],
    Object.fromEntries(names.map((name) => [name, repo])),
  );
  for (const name of names)
    expect(readdirSync(join(dir, 'data/model-cache/local', name)).sort()).toEqual(Object.keys(tokenizer));
  expect(existsSync(join(dir, 'k8s/deployment.yaml'))).toBe(true);
});

test('[req L07] [req L09] [req L12] [req L13 K8s] the guide for llm-d downloads a model, prints its path, and writes values and manifests', async () => {
  const files = { 'config.json': '{}', 'model.safetensors': tinySafetensors(), 'tokenizer.json': '{}' };
  const dir = await follow('llm-d.md', ['Look at the model', 'On Kubernetes'], {
    'mistralai/Mistral-7B-Instruct-v0.2': { files },
  });
  const snapshots = 'data/models/huggingface/hub/models--mistralai--Mistral-7B-Instruct-v0.2/snapshots';
  const [commit = ''] = readdirSync(join(dir, snapshots));
  expect(readdirSync(join(dir, snapshots, commit)).sort()).toEqual(Object.keys(files));
  expect(readdirSync(join(dir, 'k8s')).sort()).toEqual([
    'configmap.yaml',
    'job.yaml',
    'kustomization.yaml',
    'namespace.yaml',
    'persistentvolumeclaim.yaml',
    'pod.yaml',
    'values-vllm-vllm.yaml',
  ]);
  const values = readFileSync(join(dir, 'k8s/values-vllm-vllm.yaml'), 'utf8');
  expect(values).toContain(`- ${commit}\n`);
  expect(values).toContain('replicas: 2');
});
