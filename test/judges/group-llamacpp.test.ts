import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeProgram } from '../helpers/judges/judge-program.ts';
import { judgeHome } from '../helpers/judges/judges.ts';
import { PATIENCE } from '../helpers/patience.ts';
import { freePort } from '../helpers/stack/free-port.ts';
import { type GroupEngine, startGroup } from '../helpers/worker/group-processes.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

test('one model over two llama.cpp programs restarts as a whole when one is killed, and only then', async () => {
  const dir = judgeHome();
  const { engines, chat } = await llamaEngines(dir);
  const group = await startGroup(dir, engines);
  const generations = () =>
    group.engines.map((engine) =>
      engine
        .lines()
        .filter((line) => / starts$/.test(line))
        .at(-1),
    );
  const serves = async (generation: number) => {
    const line = `group: generation ${generation} starts`;
    await expect.poll(generations, PATIENCE).toEqual([line, line]);
    await expect.poll(() => group.served(), PATIENCE).toBe(1);
    expect(await chat()).toEqual({ status: 200, tokens: 4 });
  };
  await serves(1);
  expect(group.engines[1]?.lines()).toContain('Accepted client connection');

  group.engines[1]?.killProgram('rpc-server');
  await serves(2);
  expect(group.coordinator.lines().join('\n')).toMatch(/h0-demo-large updated: degraded, no models/);
  expect(group.workers[0]?.lines().join('\n')).toContain('the engine is not running on host h1 (rank 1)');

  group.restartEngine(0);
  await serves(3);

  group.restartCoordinator();
  group.restartWorker(1);
  await expect.poll(() => group.workers[1]?.lines().join('\n'), PATIENCE).toContain('state ready');
  await serves(3);
});

/** A llama-server and an rpc-server; the weights of the model are in the second. */
async function llamaEngines(dir: string) {
  const [port, rpc] = [await freePort(), await freePort()];
  const model = join(dir, 'tiny.gguf');
  writeFileSync(model, tinyGguf());
  const url = `http://127.0.0.1:${port}`;
  const target = {
    service: 'large-engine',
    engine: 'llamacpp',
    ...{ url, endpoint: url, healthPath: '/health', modelsPath: '/v1/models', inFlight: null, loaded: null },
    models: [{ ref: 'hf:test/tiny:tiny.gguf', name: 'tiny', kind: 'chat' as const }],
  };
  const listen = (each: number) => ['--host', '127.0.0.1', '--port', String(each)];
  const load = ['--model', model, '--alias', 'tiny', '--ctx-size', '512', '--n-gpu-layers', '99'];
  const head = [...program('llama-server'), ...listen(port), ...load, '--rpc', `127.0.0.1:${rpc}`];
  const member = [...program('ggml-rpc-server'), ...listen(rpc)];
  const engines: readonly GroupEngine[] = [
    { command: head, target, listens: null },
    { command: member, target: null, listens: `127.0.0.1:${rpc}` },
  ];
  const chat = async () => {
    const messages = [{ role: 'user', content: 'hi' }];
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages, max_tokens: 4, ignore_eos: true }),
    });
    const { usage } = (await answer.json()) as { readonly usage: { readonly completion_tokens: number } };
    return { status: answer.status, tokens: usage.completion_tokens };
  };
  return { engines, chat };
}

/** Both load the backends in their working directory. */
function program(name: string): readonly string[] {
  const path = judgeProgram('rpc-server', name);
  const backends = join(dirname(dirname(path)), 'root/usr/lib/x86_64-linux-gnu/ggml/backends0');
  return ['sh', '-c', `cd ${backends} && exec "$0" "$@"`, path];
}
