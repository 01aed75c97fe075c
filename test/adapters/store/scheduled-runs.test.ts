import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileScheduledRuns } from '../../../src/adapters/store/records/scheduled-runs.ts';
import type { ScheduledRun } from '../../../src/core/schedule/scheduled-run.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { faultyDisk } from '../../helpers/store/faulty-disk.ts';

const identity = { name: 'rma-cache-demo', host: 'box' };

function runAt(startedAt: string): ScheduledRun {
  return {
    schema: 'rma.cache-run/v1',
    ...identity,
    startedAt,
    endedAt: startedAt,
    summary: null,
    error: null,
  };
}

const first = runAt('2026-11-27T03:00:00.000Z');
const second = runAt('2026-11-28T03:00:00.000Z');

describe('the record of a scheduled run', () => {
  test('is replaced by the next one, and that of another machine stays', async () => {
    const runs = new FileScheduledRuns({ paths: storePaths(tempFolder(), {}) });
    expect(await runs.last(identity)).toBeNull();
    await runs.record(first);
    await runs.record({ ...first, host: 'other' });
    await runs.record(second);
    expect(await runs.last(identity)).toEqual(second);
    expect(await runs.last({ ...identity, host: 'other' })).toEqual({ ...first, host: 'other' });
  });

  test('counts as missing if it is corrupt, and is written again', async () => {
    const root = tempFolder();
    const runs = new FileScheduledRuns({ paths: storePaths(root, {}) });
    mkdirSync(join(root, '.rma/schedule'), { recursive: true });
    writeFileSync(join(root, '.rma/schedule/box.rma-cache-demo.json'), '{"schema":');
    expect(await runs.last(identity)).toBeNull();
    await runs.record(first);
    expect(await runs.last(identity)).toEqual(first);
  });

  test('is the old one or the new one after a crash at any step', async () => {
    let steps = 1;
    for (let at = 1; at <= steps; at++) {
      const root = tempFolder();
      const paths = storePaths(root, {});
      await new FileScheduledRuns({ paths }).record(first);
      const { disk, failed, ...faulty } = faultyDisk(at, 'EIO', true);
      await new FileScheduledRuns({ paths, disk }).record(second).catch(() => undefined);
      steps = failed() === null ? 0 : steps + 1;
      expect(faulty.steps()).toBeGreaterThan(0);
      const left = await new FileScheduledRuns({ paths }).last(identity);
      expect([first, second], `step ${at}: ${failed()}`).toContainEqual(left);
      expect(readdirSync(join(root, '.rma/schedule'))).toEqual(['box.rma-cache-demo.json']);
    }
  });

  test('fails with the code of the disk', async () => {
    const { disk } = faultyDisk(1, 'EROFS', false);
    const runs = new FileScheduledRuns({ paths: storePaths(tempFolder(), {}), disk });
    await expect(runs.record(first)).rejects.toMatchObject({ code: expect.stringMatching(/^RMA_STORE_/) });
  });
});
