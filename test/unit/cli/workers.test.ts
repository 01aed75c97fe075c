import { describe, expect, it } from 'vitest';
import type { WorkerReport } from '../../../src/app/status.ts';
import { renderTable } from '../../../src/cli/render/table.ts';
import { workersTable } from '../../../src/cli/render/workers.ts';
import type { ContainerFacts } from '../../../src/core/domain/container.ts';
import type { WorkerStatus } from '../../../src/core/domain/worker-status.ts';
import { theme } from '../../helpers/cli/theme.ts';
import { containerOf } from '../../helpers/host/container-of.ts';

const STATUS: WorkerStatus = {
  schema: 'rma.worker-status/v1',
  worker: 'box-demo-chat',
  profile: 'chat',
  state: 'degraded',
  since: '2026-01-02T03:04:05.000Z',
  failure: null,
  models: [
    {
      ref: 'hf:a/b',
      state: 'present',
      doneBytes: 1,
      totalBytes: 1,
      fetchedBytes: 0,
      bytesPerSecond: null,
      etaSeconds: null,
    },
  ],
  engines: [
    { service: 'chat-llm', state: 'down' },
    { service: 'chat-embed', state: 'ready' },
  ],
  registered: true,
};

function reportOf(status: WorkerStatus | null, state: ContainerFacts['state'] = 'running'): WorkerReport {
  const service = 'chat-worker';
  return {
    service,
    container: containerOf({ service, profile: 'chat', state }),
    status,
    lost: [],
    troubles: [],
  };
}

describe('the table of workers', () => {
  it('counts present models and ready engines, and shows why a worker reports nothing', () => {
    const reports = [
      reportOf(STATUS),
      reportOf({ ...STATUS, registered: false }),
      reportOf(null),
      reportOf(null, 'exited'),
    ];
    const { columns, rows } = workersTable(reports);
    const lines = renderTable(columns, rows, theme()).split('\n');
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['WORKER', 'STATE', 'REGISTERED', 'MODELS', 'ENGINES'],
      ['chat-worker', 'degraded', 'yes', '1/1', '1/2'],
      ['chat-worker', 'degraded', 'no', '1/1', '1/2'],
      ['chat-worker', 'no response', '-', '-', '-'],
      ['chat-worker', 'exited', '-', '-', '-'],
    ]);
  });
});
