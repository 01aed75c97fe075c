import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { PATIENCE } from '../../helpers/patience.ts';
import { startCommand } from '../../helpers/process/program.ts';
import { freePort } from '../../helpers/stack/free-port.ts';
import { type GroupEngine, startGroup } from '../../helpers/worker/group-processes.ts';

const NODES = 3;

test('a group of vLLM ranks restarts as a whole when a rank is killed and the head hangs', async () => {
  const dir = tempFolder();
  const { engines, chat } = await vllmEngines(dir);
  const group = await startGroup(dir, engines);
  const starts = () =>
    group.engines.map((engine) =>
      engine
        .lines()
        .filter((line) => / starts$/.test(line))
        .at(-1),
    );
  const serves = async (generation: number) => {
    await expect.poll(starts, PATIENCE).toEqual(Array(NODES).fill(`group: generation ${generation} starts`));
    await expect.poll(() => group.served(), PATIENCE).toBe(1);
    expect(await chat()).toBe(200);
  };
  await serves(1);
  group.engines[2]?.killProgram('vllm-group');
  await serves(2);
  const head = group.engines[0]?.lines() ?? [];
  expect(head).toContain('RuntimeError: rank 2 ended');
  expect(head).toContain('group: generation 1 stops');
  expect(group.coordinator.lines().join('\n')).toContain('h0-demo-large updated: degraded, no models');
}, 120_000);

test.each([
  {
    wrong: 'a rank outside of the group',
    args: ['--nnodes', '2', '--pipeline-parallel-size', '2', '--node-rank', '2'],
    says: /must be between 0 and 1; got 2/,
  },
  {
    wrong: 'GPUs that the hosts cannot share',
    args: ['--nnodes', '2', '--tensor-parallel-size', '3'],
    says: /evenly divide/,
  },
  {
    wrong: 'a member with an API',
    args: ['--nnodes', '2', '--pipeline-parallel-size', '2', '--node-rank', '1'],
    says: /headless/,
  },
  { wrong: 'an option of another release', args: ['--ranks', '2'], says: /unrecognized arguments: --ranks/ },
])('the stand-in for vLLM refuses $wrong', async ({ args, says }) => {
  const { code, stderr } = await startCommand([process.execPath, STANDIN, 'serve', ...args]).ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(says) });
});

test('the stand-in for vLLM refuses a rank that has joined, and a rank of a larger group', async () => {
  const [port, model] = [await freePort(), modelIn(tempFolder())];
  const start = (rank: number, nodes: number) =>
    startCommand([process.execPath, STANDIN, ...rankArguments({ rank, nodes, port, model })]);
  const head = start(0, 3);
  await head.printed('waiting for 2 ranks');
  await start(1, 3).printed('"rank":1');
  expect((await start(2, 4).ended).stderr).toContain('rank 2 expects 4 nodes, not 3');
  expect((await start(1, 3).ended).stderr).toContain('rank 1 has joined already');
});

const STANDIN = 'test/standins/vllm-group.mjs';

async function vllmEngines(dir: string) {
  const [port, api, model] = [await freePort(), await freePort(), modelIn(dir)];
  const url = `http://127.0.0.1:${api}`;
  const target = {
    ...{
      service: 'large-engine',
      engine: 'vllm',
      url,
      endpoint: url,
      healthPath: '/health',
      modelsPath: '/v1/models',
    },
    ...{
      inFlight: null,
      loaded: null,
      models: [{ ref: 'hf:test/large', name: 'large', kind: 'chat' as const }],
    },
  };
  const program = ['env', 'STANDIN_HANGS=1', process.execPath, STANDIN];
  const engines = Array.from({ length: NODES }, (_, rank): GroupEngine => {
    const args = rankArguments({ rank, nodes: NODES, port, model });
    const listen = ['--host', '127.0.0.1', '--port', String(api), '--served-model-name', 'large'];
    return { command: [...program, ...args, ...listen], target: rank === 0 ? target : null, listens: null };
  });
  const chat = async () => {
    const body = JSON.stringify({ model: 'large', messages: [{ role: 'user', content: 'hi' }] });
    return (await fetch(`${url}/v1/chat/completions`, { method: 'POST', body })).status;
  };
  return { engines, chat };
}

function modelIn(dir: string): string {
  const model = join(dir, 'model');
  mkdirSync(model);
  writeFileSync(join(model, 'config.json'), '{}');
  return model;
}

interface Ranked {
  readonly rank: number;
  readonly nodes: number;
  readonly port: number;
  readonly model: string;
}

function rankArguments({ rank, nodes, port, model }: Ranked): readonly string[] {
  const size = ['--tensor-parallel-size', '1', '--pipeline-parallel-size', String(nodes)];
  const group = ['--nnodes', String(nodes), '--node-rank', String(rank)];
  const head = ['--master-addr', '127.0.0.1', '--master-port', String(port)];
  return ['serve', '--model', model, ...size, ...group, ...head, ...(rank > 0 ? ['--headless'] : [])];
}
