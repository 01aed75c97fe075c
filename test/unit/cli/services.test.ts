import { describe, expect, it } from 'vitest';
import { serviceDocument, servicesTable } from '../../../src/cli/render/services.ts';
import { renderTable } from '../../../src/cli/render/table.ts';
import { theme } from '../../helpers/cli/theme.ts';
import { containerOf } from '../../helpers/host/container-of.ts';

const engine = containerOf({
  service: 'chat-llm',
  project: 'demo',
  profile: 'chat',
  image: 'llama:1',
  health: 'healthy',
  restarts: 2,
  startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  gpus: ['GPU-5f1c2a9e-0000-0000-0000-000000000000'],
  ports: [{ address: '127.0.0.1', hostPort: 8080, containerPort: 80 }],
});
const worker = containerOf({
  service: 'chat-worker',
  project: 'demo',
  profile: 'chat',
  image: 'worker:1',
  state: 'exited',
  health: 'none',
  exitCode: 137,
  startedAt: null,
});

describe('the services of a host', () => {
  it('are printed as a table with state, health or exit code, short UUIDs and URLs', () => {
    const table = servicesTable([engine, worker]);
    const lines = renderTable(table.columns, table.rows, theme()).split('\n');
    expect(lines.map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['PROJECT', 'SERVICE', 'STATE', 'GPU', 'ENDPOINT', 'RESTARTS', 'IMAGE'],
      ['demo', 'chat-llm', 'running (healthy)', 'GPU-5f1c2a9e', 'http://127.0.0.1:8080', '2', 'llama:1'],
      ['demo', 'chat-worker', 'exited (137)', '-', '-', '0', 'worker:1'],
    ]);
  });

  it('are JSON with full UUIDs, ports and start time in UTC', () => {
    expect(serviceDocument(engine)).toMatchObject({
      project: 'demo',
      service: 'chat-llm',
      profile: 'chat',
      state: 'running',
      health: 'healthy',
      restarts: 2,
      startedAt: '2026-01-02T03:04:05.000Z',
      gpus: ['GPU-5f1c2a9e-0000-0000-0000-000000000000'],
      ports: [{ address: '127.0.0.1', hostPort: 8080, containerPort: 80 }],
    });
    expect(serviceDocument(worker)).toMatchObject({ state: 'exited', exitCode: 137, startedAt: null });
  });
});
