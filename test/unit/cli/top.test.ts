import { describe, expect, it } from 'vitest';
import type { HostUse } from '../../../src/app/host-use.ts';
import type { HostView } from '../../../src/app/hosts/watch-hosts.ts';
import { faultLines, renderTop } from '../../../src/cli/render/top.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { gpuOf, inventoryOf } from '../../helpers/builders/place-box.ts';
import { theme } from '../../helpers/cli/theme.ts';
import { containerOf } from '../../helpers/host/container-of.ts';

const GIB = 2 ** 30;
const USE: HostUse = {
  gpus: { host: 'box1', inventory: inventoryOf(gpuOf(0, 24_576)), users: new Map() },
  services: [
    {
      container: containerOf({ service: 'gpu-worker-ollama' }),
      usage: { cpuPercent: 187.4, memoryBytes: 3 * GIB },
      gpuBytes: 16 * GIB,
    },
    {
      container: containerOf({ service: 'gpu-worker-worker', state: 'exited', exitCode: 137 }),
      usage: null,
      gpuBytes: null,
    },
  ],
};
const IDLE: HostUse = { gpus: { ...USE.gpus, inventory: inventoryOf() }, services: [] };

const answered = (host: string, value: HostUse, waitedMs = 0): HostView<HostUse> => {
  return { host, result: { host, ok: true, value }, waitedMs };
};
const failed = (host: string): HostView<HostUse> => {
  const error = new RmaError('RMA_HOST_LOST', `${host}: the connection ended`, {
    exitCode: 1,
    hint: 'run it again',
  });
  return { host, result: { host, ok: false, error }, waitedMs: 0 };
};
const cells = (text: string) => text.split('\n').map((line) => line.split(/ {2,}/));

describe('the view of rma top', () => {
  it('has a line for each GPU and each service, and at least one for each host', () => {
    const views = [
      failed('box0'),
      answered('box1', USE),
      answered('box2', IDLE),
      answered('box3', USE, 12_345),
      { host: 'box4', result: null, waitedMs: 500 },
    ];
    expect(cells(renderTop(views, { namesHosts: true }, theme()))).toEqual([
      ['HOST', 'GPU', 'NAME', 'MEMORY', 'UTIL', 'TEMP', 'POWER', 'USED BY'],
      ['box1', '0', 'Card 0', '0.3/24.0 GiB', '0 %', '40 C', '60 W', '-'],
      [''],
      ['HOST', 'SERVICE', 'STATE', 'CPU', 'RAM', 'GPU MEMORY'],
      ['box0', '-', 'RMA_HOST_LOST', '-', '-', '-'],
      ['box1', 'gpu-worker-ollama', 'running (healthy)', '187 %', '3.0 GiB', '16.0 GiB'],
      ['box1', 'gpu-worker-worker', 'exited (137)', '-', '-', '-'],
      ['box2', '-', 'no services', '-', '-', '-'],
      ['box3', '-', 'no response for 12 s', '-', '-', '-'],
      ['box4', '-', 'waiting', '-', '-', '-'],
    ]);
  });

  it('has no column of hosts for one machine', () => {
    const [first] = cells(renderTop([answered('box', IDLE)], { namesHosts: false }, theme()));
    expect(first).toEqual(['SERVICE', 'STATE', 'CPU', 'RAM', 'GPU MEMORY']);
  });

  it('fits a terminal of 80 columns', () => {
    const narrow = theme({ columns: 80 });
    const views = [answered('box1', USE), failed(`box2.${'example.'.repeat(20)}com`)];
    const text = renderTop(views, { namesHosts: true }, narrow);
    const lines = [...text.split('\n'), ...faultLines(views, narrow)];
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(renderTop(views.slice(0, 1), { namesHosts: true }, narrow)).toContain('GPU MEMORY');
  });

  it('shows the fault of a host with its hint below the tables', () => {
    expect(faultLines([failed('box0'), answered('box1', USE)], theme())).toEqual([
      'box0: the connection ended',
      '  hint: run it again',
    ]);
  });
});
