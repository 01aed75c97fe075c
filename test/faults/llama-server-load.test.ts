import { expect, test, vi } from 'vitest';
import { PATIENCE } from '../helpers/patience.ts';
import { startLlamaServer } from '../helpers/stack/llama-server.ts';

/** About 1,000 tokens of the tiny model; each starts differently, so that no slot can reuse another's cache. */
const prompt = (index: number): string => `${index} ${'word short fast '.repeat(44)}`;

test('[case E01] each of several long requests at once has its whole context and waits for its turn', async () => {
  const server = await startLlamaServer('context: 2048');
  const answers = await Promise.all([1, 2, 3, 4].map((index) => server.chat(prompt(index), 300)));
  expect(answers.map(({ status, tokens }) => ({ status, tokens }))).toEqual(
    answers.map(() => ({ status: 200, tokens: 300 })),
  );
  expect(Math.min(...answers.map(({ promptTokens = 0 }) => promptTokens))).toBeGreaterThan(900);
});

test('[case E01] as many requests run at once as `concurrency` says, each with its whole context', async () => {
  const server = await startLlamaServer('context: 2048, concurrency: 8');
  expect(await server.slots()).toEqual({ count: 8, context: 2048 });
  let seen = false;
  const answerOn = async (): Promise<void> => {
    while (!seen) expect((await server.chat('Hello', 40)).status).toBe(200);
  };
  const answering = Array.from({ length: 8 }, answerOn);
  await vi
    .waitFor(async () => expect(await server.metric('llamacpp:requests_processing')).toBe(8), PATIENCE)
    .finally(() => {
      seen = true;
    });
  await Promise.all(answering);
});

test('[case E02] many distinct prompts do not exceed the memory limit of the container', async () => {
  const server = await startLlamaServer('context: 2048, memory: 32MiB');
  for (let index = 0; index < 16; index += 1) {
    expect((await server.chat(`${index} ${'word short fast '.repeat(75)}`, 2)).status).toBe(200);
  }
  expect(await server.state()).toEqual({ running: true, oomKilled: false });
});
