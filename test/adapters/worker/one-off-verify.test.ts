import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repairTasks } from '../../../src/core/verify/repair-tasks.ts';
import { readVerificationLine } from '../../../src/core/worker/verification-line.ts';
import { flipByte } from '../../helpers/store/verify-fixture.ts';
import { oneOffWorker } from '../../helpers/worker/one-off-worker.ts';

const box = oneOffWorker();

describe('rma-worker verify and repair', () => {
  const verify = async (request: object) => {
    const verb = 'deep' in request && request.deep === true ? 'verify-deep' : 'verify';
    const input = { names: [], maxRate: null, reuse: false, writes: true, deep: false, ...request };
    const { code, stdout } = await box().run([verb], {}, JSON.stringify(input));
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => readVerificationLine(line, 'image'));
    const last = lines.at(-1);
    if (last === undefined || !('verification' in last)) throw new Error('no result');
    return { progress: lines.length - 1, ...last.verification };
  };

  it('[fail C4] find a wrong file, report progress and problems as lines of JSON, and download it alone', async () => {
    await box().run(['fetch'], {}, JSON.stringify({ models: [box().pinned()] }));
    const [blob = ''] = readdirSync(join(box().store, 'huggingface/hub/models--org--tiny/blobs'));
    expect(await verify({})).toMatchObject({ problems: [], progress: 0 });
    flipByte(join(box().store, 'huggingface/hub/models--org--tiny/blobs', blob));
    const { problems, progress } = await verify({ deep: true });
    expect(progress).toBeGreaterThan(0);
    expect(problems).toMatchObject([{ kind: 'content', reference: 'hf:org/tiny' }]);
    const before = box().contentRequests();
    const repaired = await box().run(['repair'], {}, JSON.stringify({ tasks: repairTasks(problems) }));
    expect(repaired.code).toBe(0);
    expect(JSON.parse(repaired.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      schema: 'rma.worker-status/v1',
      failure: null,
      models: [{ ref: 'hf:org/tiny', state: 'present' }],
    });
    expect(box().contentRequests()).toBe(before + 1);
    expect(await verify({ deep: true })).toMatchObject({ problems: [], unread: 0 });
  });

  it.each([
    ['verify', '{}'],
    ['repair', '{"tasks": [{}]}'],
  ])('%s rejects the request %s', async (verb, input) => {
    const { code, stderr } = await box().run([verb, '--json'], {}, input);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'RMA_WORKER_REQUEST' });
  });
});
