import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { probe } from '../../helpers/gpu/probe-gpus.ts';

const LOST = 'Unable to determine the device handle for GPU1: 0000:34:00.0: Unknown Error';
const BUS = ['00000000:17:00.0', '00000000:34:00.0', '00000000:65:00.0'];

interface Element {
  readonly index: number;
  readonly name?: string;
  readonly more?: string;
  readonly memory?: string;
  readonly processes?: string;
}

const MEMORY =
  '<total>24564 MiB</total><reserved>500 MiB</reserved><used>64 MiB</used><free>24000 MiB</free>';

function gpuElement({ index, name = 'NVIDIA L4', more = '', memory = MEMORY, processes = '' }: Element) {
  return `<gpu id="${BUS[index]}"><product_name>${name}</product_name><uuid>GPU-0000000${index}</uuid>${more}<fb_memory_usage>${memory}</fb_memory_usage><processes>${processes}</processes></gpu>`;
}

const logOf = (...gpus: readonly string[]) =>
  `<nvidia_smi_log><driver_version>580.95.05</driver_version><cuda_version>13.0</cuda_version>${gpus.join('')}</nvidia_smi_log>`;
const listLine = (index: number) => `GPU ${index}: NVIDIA L4 (UUID: GPU-0000000${index})`;

/** Probes a machine whose nvidia-smi answers `-q -x` and `-L` with these texts, and fails every other query. */
function probeAnswers({ log, list, exitCode = 0 }: { log: string; list: string; exitCode?: number }) {
  const path = tempFolder();
  writeFileSync(join(path, 'log'), log);
  writeFileSync(join(path, 'list'), list);
  const program = join(path, 'nvidia-smi');
  writeFileSync(
    program,
    `#!/bin/sh\nread_all() { while IFS= read -r line || [ -n "$line" ]; do printf '%s\\n' "$line"; done < "$1"; }\ncase "$*" in\n-q*) read_all ${path}/log; exit ${exitCode};;\n-L*) read_all ${path}/list; exit ${exitCode};;\nesac\nexit 2\n`,
  );
  chmodSync(program, 0o755);
  return probe({ path }, { meminfo: '/nonexistent' });
}

describe('[case G01] a lost GPU, as current drivers report it', () => {
  const others = logOf(gpuElement({ index: 0 }), gpuElement({ index: 2 }));
  const list = [listLine(0), LOST, listLine(2)].join('\n');

  it.each([
    ['before the log, exit code 0', `${LOST}\n${others}`, list, 0],
    ['after the log, exit code 15', `${others}\n${LOST}`, list, 15],
    ['within the log', others.replace('<gpu id', `\n${LOST}\n<gpu id`), list, 0],
    ['after the list', `${LOST}\n${others}`, [listLine(0), listLine(2), LOST].join('\n'), 0],
    ['not in the list', `${LOST}\n${others}`, [listLine(0), listLine(2)].join('\n'), 0],
    ['with no list', `${LOST}\n${others}`, '', 15],
    ['with more text', `${LOST}. Reboot the system to recover this GPU\n${others}`, list, 0],
  ])('%s, is faulty and the others keep their indices', async (...[, log, listed, exitCode]) => {
    const { gpus, warnings } = await probeAnswers({ log, list: listed, exitCode });
    expect(gpus).toMatchObject([
      { index: 0, uuid: 'GPU-00000000', fault: null },
      { index: 1, uuid: '0000:34:00.0', fault: 'the driver reports "Unknown Error"' },
      { index: 2, uuid: 'GPU-00000002', fault: null },
    ]);
    expect(gpus).toHaveLength(3);
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'RMA_GPU_FAULT' }));
  });

  it('is listed alone if the driver reaches no GPU', async () => {
    const { gpus } = await probeAnswers({ log: LOST, list: LOST, exitCode: 15 });
    expect(gpus).toMatchObject([{ index: 1, pciBusId: '0000:34:00.0' }]);
  });
});

const processOf = (...[pid, type, name = 'python3', used = '500 MiB']: readonly string[]) =>
  `<process_info><pid>${pid}</pid><type>${type}</type><process_name>${name}</process_name><used_memory>${used}</used_memory></process_info>`;

async function firstGpu(element: Omit<Element, 'index'>) {
  const { gpus, warnings } = await probeAnswers({
    log: logOf(gpuElement({ index: 0, ...element })),
    list: listLine(0),
  });
  return { gpu: gpus[0], warnings };
}

describe('processes', () => {
  it('[case G02] that compute and draw are counted once', async () => {
    const processes = [
      processOf('7', 'C'),
      processOf('8', 'G', 'Xorg', '10 MiB'),
      processOf('7', 'G'),
      processOf('8', 'G', 'Xorg', 'N/A'),
    ].join('');
    expect((await firstGpu({ processes })).gpu?.processes).toEqual([
      { pid: 7, name: 'python3', kind: 'both', memoryBytes: 500 * 2 ** 20 },
      { pid: 8, name: 'Xorg', kind: 'graphics', memoryBytes: 10 * 2 ** 20 },
    ]);
  });

  it('[case G03] have names on one line, without control characters, of at most 200 characters', async () => {
    const processes = [
      processOf('1', 'C', 'a\u001b[31mred\nnext\u202eline'),
      processOf('2', 'C', 'x'.repeat(10_000)),
      processOf('3', 'C', '\n'),
    ].join('');
    const names = (await firstGpu({ processes })).gpu?.processes?.map(({ name }) => name);
    expect(names).toEqual(['a [31mred next line', `${'x'.repeat(200)}…`, 'unknown']);
  });

  it('[case G05] without a readable pid are listed as unknown', async () => {
    const processes = [processOf('N/A', 'C', 'N/A'), processOf('-', 'C', '[Not Found]')].join('');
    expect((await firstGpu({ processes })).gpu?.processes).toMatchObject([
      { pid: null, name: 'unknown', memoryBytes: 500 * 2 ** 20 },
      { pid: null, name: 'unknown', memoryBytes: 500 * 2 ** 20 },
    ]);
  });
});

describe('[case G05] a recovery action', () => {
  const action = (text: string) => firstGpu({ more: `<gpu_recovery_action>${text}</gpu_recovery_action>` });

  it.each(['Drain and Reset', 'Drain P2P', 'Something New'])('%s is a warning', async (text) => {
    const { gpu, warnings } = await action(text);
    expect(gpu?.fault).toBeNull();
    expect(warnings).toMatchObject([
      {
        code: 'RMA_GPU_RECOVERY',
        message: `GPU 0 (GPU-00000000): the driver recommends the recovery action "${text}"`,
      },
    ]);
  });

  it.each(['None', 'N/A', '[Not Supported]', ''])('%j is none', async (text) => {
    expect(await action(text)).toMatchObject({ gpu: { fault: null }, warnings: [] });
  });

  it.each(['Reset', 'GPU Reset', 'Reboot', 'Node Reboot'])('%s is a fault', async (text) => {
    const { gpu, warnings } = await action(text);
    expect(gpu?.fault).toMatch(/^the driver requires a/);
    expect(warnings).toMatchObject([{ code: 'RMA_GPU_FAULT' }]);
  });
});

describe('[case G05] a GPU that reports no memory', () => {
  const memory = '<total>N/A</total><reserved>N/A</reserved><used>N/A</used><free>N/A</free>';
  const meminfo = 'MemTotal: 1000 kB\nMemAvailable: 500 kB\n';

  it.each([
    ['NVIDIA GeForce RTX 4090', false],
    ['NVIDIA H100 80GB HBM3', false],
    ['NVIDIA GB10', true],
    ['Orin (nvgpu)', true],
    ['NVIDIA Thor', true],
  ])('%s: memory of the machine is %s', async (name, unified) => {
    const path = tempFolder();
    writeFileSync(join(path, 'meminfo'), meminfo);
    const program = join(path, 'nvidia-smi');
    writeFileSync(
      program,
      `#!/bin/sh\ncase "$*" in "-q -x") echo '${logOf(gpuElement({ index: 0, name, memory }))}';; *) exit 2;; esac\n`,
    );
    chmodSync(program, 0o755);
    const { gpus } = await probe({ path }, { meminfo: join(path, 'meminfo') });
    expect(gpus).toMatchObject([{ unified, memory: { totalBytes: unified ? 1_024_000 : null } }]);
  });
});
