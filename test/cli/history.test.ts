import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/core/domain/history.ts';
import { formatHistoryEntry } from '../../src/core/history/history-entry.ts';
import { historyEntryOf, serviceOf } from '../helpers/builders/history-builders.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';

const cpu = [serviceOf('cpu-worker', 'worker'), serviceOf('cpu-worker', 'engine')];
const gpu = [serviceOf('gpu-worker', 'worker'), serviceOf('gpu-worker', 'engine')];

let cwd = '';
beforeEach(async () => {
  cwd = tempFolder();
  await writeFile(join(cwd, 'rma.yaml'), 'project: box\n');
});

async function put(...entries: readonly HistoryEntry[]): Promise<void> {
  await mkdir(join(cwd, '.rma/history'), { recursive: true });
  for (const entry of entries)
    await writeFile(join(cwd, `.rma/history/${entry.number}.json`), formatHistoryEntry(entry));
}

describe('rma history', () => {
  it('lists the entries with their results and what they changed, the newest last', async () => {
    await put(
      historyEntryOf({ services: cpu }),
      historyEntryOf({
        number: 2,
        time: '2026-01-03T00:00:00Z',
        services: [...cpu, ...gpu],
        result: { state: 'failed', code: 'RMA_ENGINE_FAILED' },
      }),
      historyEntryOf({ number: 10, services: cpu, command: 'rollback', rollbackTo: 1 }),
    );
    const { exitCode, stdout, stderr } = await runRma(['history'], { cwd });
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      ' N   WHEN (UTC)            RESULT                      BY          CHANGES',
      ' 1   2026-01-02 03:04:05   applied                     alice@box   +cpu-worker',
      ' 2   2026-01-03 00:00:00   failed: RMA_ENGINE_FAILED   alice@box   +gpu-worker',
      '10   2026-01-02 03:04:05   applied                     alice@box   rollback to 1: -gpu-worker',
      '',
    ]);
  });

  it('prints JSON with the models and images of each entry', async () => {
    const services = cpu.map((each) => ({ ...each, models: ['hf:org/small:small.gguf'] }));
    await put(
      historyEntryOf({ services, images: { 'llm:1': { id: `sha256:${'a'.repeat(64)}`, digest: null } } }),
    );
    const { stdout } = await runRma(['history', '--json'], { cwd });
    expect(JSON.parse(stdout)).toEqual({
      schema: 'rma.history/v1',
      project: 'box',
      entries: [
        {
          number: 1,
          time: '2026-01-02T03:04:05Z',
          command: 'up',
          rollbackTo: null,
          result: 'applied',
          code: null,
          by: 'alice@box',
          version: '1.2.3',
          changes: ['+cpu-worker'],
          services: [
            { service: 'cpu-worker-worker', image: 'rma-worker:1' },
            { service: 'cpu-worker-llm', image: 'llm:1' },
          ],
          images: { 'llm:1': { id: `sha256:${'a'.repeat(64)}`, digest: null } },
          models: { 'hf:org/small:small.gguf': 'a'.repeat(40) },
        },
      ],
    });
    const names = await runRma(['history', '--format', '{{number}} {{result}}'], { cwd });
    expect(names.stdout).toBe('1 applied\n');
  });

  it('of a project that was never started is empty', async () => {
    const { exitCode, stdout } = await runRma(['history'], { cwd });
    expect([exitCode, stdout]).toEqual([0, 'No history of project "box".\n']);
  });

  it('warns of an entry that cannot be read, with the command that removes it', async () => {
    await put(historyEntryOf({ services: cpu }));
    await writeFile(join(cwd, '.rma/history/2.json'), '{');
    const { exitCode, stdout, stderr } = await runRma(['history', '-q'], { cwd });
    expect([exitCode, stdout]).toEqual([0, '1\n']);
    const { stderr: shown } = await runRma(['history'], { cwd });
    expect(stderr + shown).toContain(`rm ${join(cwd, '.rma/history/2.json')}`);
  });
});
