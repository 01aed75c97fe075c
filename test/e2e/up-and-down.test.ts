import { describe, expect, test } from 'vitest';
import { ENGINE, MODEL, startStack, WORKER } from '../helpers/stack/stack.ts';

describe('rma up', () => {
  test('[req K07] [req L01] [req N05] [req R43] downloads once: the engine answers, a second up changes nothing, and up after down downloads nothing', async () => {
    const stack = await startStack();
    const { hub, docker, project, volume } = stack;

    const first = await stack.up();
    expect(first.endpoints.map(({ service }) => service)).toEqual(['coordinator', ENGINE]);
    // a model with random weights may end its answer at once
    const answer = await stack.chat({ ignore_eos: true });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      model: MODEL,
      choices: [{ message: { role: 'assistant' } }],
      usage: { completion_tokens: 8 },
    });
    await stack.ready();
    expect(await stack.listed()).toEqual([MODEL]);
    expect(hub.log.contentRequests()).toHaveLength(1);

    const before = await stack.containers();
    hub.log.clear();
    const again = await stack.rma('up');
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('No changes. All services are ready.'),
    });
    expect(hub.log.entries()).toEqual([]);
    expect(await stack.containers()).toEqual(before);

    expect(await stack.rma('down')).toMatchObject({ code: 0 });
    expect(await docker('ps', '--all', '--quiet', '--filter', `name=${project}`)).toBe('');
    expect(await docker('network', 'ls', '--quiet', '--filter', `name=${project}`)).toBe('');
    expect(await docker('volume', 'ls', '--quiet', '--filter', `name=${volume}`)).not.toBe('');

    const warm = await stack.up();
    expect(warm.operations.map(({ kind }) => kind)).not.toContain('fetch-model');
    expect((await stack.chat()).status).toBe(200);
    expect(hub.log.contentRequests()).toEqual([]);
    expect(Object.keys(await stack.containers()).sort()).toEqual(['coordinator', ENGINE, WORKER].sort());
  });
});
