import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { guideCommands } from '../helpers/files/guide-commands.ts';
import { PATIENCE } from '../helpers/patience.ts';
import { llamaServerImage } from '../helpers/stack/engine-env.ts';
import { type Stack, startStack } from '../helpers/stack/stack.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const SERVER = 'gguf-llamacpp-router';
const GEMMA = 'lmstudio-community/gemma-2-2b-it-GGUF';
const LLAMA = 'TheBloke/Llama-2-7B-Chat-GGUF';
const MISTRAL = 'TheBloke/Mistral-7B-Instruct-v0.2-GGUF';

const repo = (file: string, seed: number) => ({ files: { [file]: tinyGguf({ seed }) } });
const REPOS = {
  [GEMMA]: repo('gemma-2-2b-it-Q4_K_M.gguf', 1),
  [LLAMA]: repo('llama-2-7b-chat.Q4_K_M.gguf', 2),
  [MISTRAL]: repo('mistral-7b-instruct-v0.2.Q4_K_M.gguf', 3),
};

test('[req N12] [req N13] [req N17] [req N18] a set of GGUF models is served, and changes with the catalog', async () => {
  const stack = await startStack({ hub: { repos: REPOS } });
  await writeFile(join(stack.dir, 'rma.yaml'), settings(stack, 'gguf', SERVER));
  await stack.up();
  expect(await served(stack)).toEqual(['gemma-2-2b-it', 'llama-2-7b-chat']);
  await followGuide(stack);
  expect((await stack.chat({ model: 'llama-2-7b-chat' })).status).toBe(200);
  const before = await stack.containers();

  await useCatalog(stack, `mistral-7b-instruct-v0.2: ${entry(MISTRAL, 'starter')}\n`);
  await stack.up();
  expect(await served(stack)).toEqual(['gemma-2-2b-it', 'llama-2-7b-chat', 'mistral-7b-instruct-v0.2']);
  const after = await stack.containers();
  expect(Object.keys(after).filter((service) => after[service] !== before[service])).toEqual(
    expect.arrayContaining([SERVER, 'gguf-worker']),
  );
  expect(after['coordinator']).toBe(before['coordinator']);

  await useCatalog(stack, `gemma-2-2b-it: ${entry(GEMMA, 'other', 'gemma-2-2b-it-Q4_K_M.gguf')}\n`);
  await stack.up();
  expect(await served(stack)).toEqual(['llama-2-7b-chat']);
  await expect.poll(() => stack.listed(), PATIENCE).toEqual(['llama-2-7b-chat']);
});

test('[req K06] [req N11] [req N12] an engine of the user sees only the directory of its set, where it expects it', async () => {
  const stack = await startStack({ hub: { repos: REPOS } });
  const refs = [
    `https://huggingface.co/${GEMMA}/resolve/main/gemma-2-2b-it-Q4_K_M.gguf#set=own`,
    `https://huggingface.co/${LLAMA}/resolve/main/llama-2-7b-chat.Q4_K_M.gguf#set=own`,
  ];
  await writeOwn(stack, 'engines/scan.yaml', ownEngine());
  await writeOwn(stack, 'profiles/own.yaml', `description: Own\nservices: [${ownService(refs)}]\n`);
  await writeFile(join(stack.dir, 'rma.yaml'), settings(stack, 'own', 'own-scan'));
  await stack.up();
  // llama-server lists the names of the files that it finds
  expect(await served(stack)).toEqual(['gemma-2-2b-it-Q4_K_M', 'llama-2-7b-chat.Q4_K_M']);
  const seen = await stack.docker('exec', await stack.container('own-scan'), 'ls', '/app/models', '/');
  expect(seen.split('\n')).toEqual(expect.not.arrayContaining(['models']));
});

/** Runs the commands of the guide on a running set. The last one lists the models of the server. */
async function followGuide(stack: Stack): Promise<void> {
  const commands = guideCommands('nlocalmodels.md', 'On a machine with Docker');
  const printed: string[] = [];
  for (const args of commands) {
    const { code, stdout, stderr } = await stack.rma(...args);
    expect([args, code, code === 0 ? '' : stderr]).toEqual([args, 0, '']);
    printed.push(stdout);
  }
  expect(printed.at(-1)).toMatch(/gemma-2-2b-it +present [\s\S]*llama-2-7b-chat +present /);
}

/** llama-server, which lists the GGUF files of a directory. */
function ownEngine(): string {
  return `image: ${llamaServerImage()}
port: 11434
reads: [url]
command: [--models-dir, "{models_dir}", --host, 0.0.0.0, --port, "{port}"]
models_mount: /app/models
health_path: /health
models_path: /v1/models
health_test: [CMD-SHELL, "wget -q -O /dev/null http://127.0.0.1:{port}/health"]
`;
}

function ownService(refs: readonly string[]): string {
  return `{ engine: scan, models: ${JSON.stringify(refs)}, gpus: 0 }`;
}

/** Writes a file of the user's own data. */
async function writeOwn({ dir }: Stack, path: string, text: string): Promise<void> {
  await mkdir(join(dir, dirname(path)), { recursive: true });
  await writeFile(join(dir, path), text);
}

/** Writes the user's own models. */
async function useCatalog(stack: Stack, text: string): Promise<void> {
  await writeOwn(stack, 'profiles/models.yaml', text);
}

function entry(repository: string, set: string, file = 'mistral-7b-instruct-v0.2.Q4_K_M.gguf'): string {
  const url = `https://huggingface.co/${repository}/resolve/main/${file}`;
  return `{ ref: "${url}", kind: chat, sets: [${set}] }`;
}

function settings({ project, volume, ports }: Stack, profile: string, service: string): string {
  return `project: ${project}
profiles: [${profile}]
volumes: { store: "named:${volume}", cache: "named:${project}-cache" }
coordinator: { port: ${ports.coordinator} }
ports: { ${service}: ${ports.engine} }
`;
}

/** Returns the models that the server lists. */
async function served({ ports }: Stack): Promise<readonly string[]> {
  const response = await fetch(`http://127.0.0.1:${ports.engine}/v1/models`);
  const { data } = (await response.json()) as { readonly data: readonly { readonly id: string }[] };
  return data.map(({ id }) => id).sort();
}
