import { describe, expect, it } from 'vitest';
import { readGpuList } from '../../../src/core/gpu/from-list.ts';
import { answer } from '../../helpers/gpu/gpu-box/answer.ts';
import { SHAPES } from '../../helpers/gpu/gpu-box/shapes.ts';
import { probe } from '../../helpers/gpu/probe-gpus.ts';
import {
  RECORDED_ARGV,
  type RecordedMoment,
  recordedAnswer,
  recordedBox,
  recordedFailures,
} from '../../helpers/gpu/recorded-gpus.ts';

const MIB = 1024 * 1024;
const MOMENTS: readonly RecordedMoment[] = ['idle', 'processes', 'busy', 'nearly-full', 'full'];
const PYTHON = '/usr/bin/python3';

describe('[req R30] output recorded on an H100 80GB', () => {
  it('is parsed into the whole inventory', async () => {
    expect(await probe(recordedBox('idle'))).toEqual({
      driverVersion: '580.159.04',
      cudaVersion: '13.0',
      absence: null,
      warnings: [],
      gpus: [
        {
          index: 0,
          uuid: 'GPU-7c1f9a52-4d0e-b38a-91c6-e05d2a7743bf',
          name: 'NVIDIA H100 80GB HBM3',
          pciBusId: '00000000:00:06.0',
          memory: {
            totalBytes: 81_559 * MIB,
            reservedBytes: 480 * MIB,
            usedBytes: 0,
            freeBytes: 81_079 * MIB,
          },
          unified: false,
          computeCapability: '9.0',
          utilizationPercent: 0,
          temperatureCelsius: 30,
          powerWatts: 71,
          migEnabled: false,
          migDevices: [],
          processes: [],
          fault: null,
        },
      ],
    });
  });

  it('includes each process with its memory, whatever its name', async () => {
    const [gpu] = (await probe(recordedBox('processes'))).gpus;
    const process = (pid: number, name: string, mib: number) => ({
      pid,
      name,
      kind: 'compute',
      memoryBytes: mib * MIB,
    });
    expect(gpu?.processes).toEqual([
      process(912, PYTHON, 2566),
      process(1139, '/opt/a, b & <c> "d" é/server --port 1', 1030),
      process(1150, PYTHON, 818),
      process(1158, PYTHON, 774),
      process(1168, PYTHON, 518),
      process(1182, '/tmp/odd, & <x> é/my prog', 646),
    ]);
    // the driver adds a few MiB per process to the total
    expect(gpu?.memory.usedBytes).toBe(6389 * MIB);
  });

  it('includes utilization and temperature', async () => {
    const [gpu] = (await probe(recordedBox('busy'))).gpus;
    expect(gpu).toMatchObject({ utilizationPercent: 100, temperatureCelsius: 38 });
  });

  it.each([
    ['the log', []],
    ['the tables', ['log']],
    ['the tables of an old driver', ['log', 'newest-fields']],
  ] as const)(
    'of another PID namespace hides the processes: unknown, not none, in %s',
    async (_, refusals) => {
      const [gpu] = (await probe(recordedBox('other-pid-namespace', refusals))).gpus;
      expect(gpu).toMatchObject({ memory: { usedBytes: 2575 * MIB }, processes: null });
    },
  );

  it.each(MOMENTS)('is consistent between log and list: %s', async (moment) => {
    const { gpus } = await probe(recordedBox(moment));
    const list = readGpuList(recordedAnswer(moment, 'list.txt'));
    expect(list.lost).toEqual([]);
    expect(list.gpus).toEqual(gpus.map(({ index, uuid, name }) => ({ index, uuid, name, migDevices: [] })));
  });

  it.each(MOMENTS)(
    'gives the same inventory from the tables, except for the CUDA version and the power: %s',
    async (moment) => {
      const byLog = await probe(recordedBox(moment));
      const byTables = await probe(recordedBox(moment, ['log']));
      expect(byTables.cudaVersion).toBeNull();
      expect(stable(byTables)).toEqual(stable(byLog));
    },
  );

  it.each(MOMENTS)(
    'gives the same inventory without the fields that old drivers lack: %s',
    async (moment) => {
      const byLog = await probe(recordedBox(moment));
      const byOldFields = await probe(recordedBox(moment, ['log', 'newest-fields']));
      const gpus = byLog.gpus.map((gpu) => ({
        ...gpu,
        computeCapability: null,
        migEnabled: null,
        memory: { ...gpu.memory, reservedBytes: null },
      }));
      expect(stable(byOldFields)).toEqual(stable({ ...byLog, gpus }));
    },
  );
});

describe('the stand-in nvidia-smi matches the recorded machine', () => {
  const shape = SHAPES['1x80'];
  const [{ uuid }] = shape.gpus;
  const stood = (argv: string, mib: readonly (readonly [number, string, number])[] = []) =>
    answer(
      shape,
      mib.map(([pid, name, size]) => ({ pid, name, mib: size, gpu: uuid })),
      argv.split(' '),
    );

  it.each(['list.txt', 'capabilities.csv', 'processes.csv'] as const)('while idle: %s', (file) => {
    expect(stood(RECORDED_ARGV[file])).toEqual({ exitCode: 0, text: recordedAnswer('idle', file) });
  });

  it.each(['gpus.csv', 'gpus-old-fields.csv'] as const)(
    'while idle, except for the temperature: %s',
    (file) => {
      const text = recordedAnswer('idle', file).replace(', 30, ', ', 41, ');
      expect(stood(RECORDED_ARGV[file])).toEqual({ exitCode: 0, text });
    },
  );

  it('with processes: a comma in a name is a question mark in the table', () => {
    const processes = [
      [912, PYTHON, 2566],
      [1139, '/opt/a, b & <c> "d" é/server --port 1', 1030],
      [1150, PYTHON, 818],
      [1158, PYTHON, 774],
      [1168, PYTHON, 518],
      [1182, '/tmp/odd, & <x> é/my prog', 646],
    ] as const;
    expect(stood(RECORDED_ARGV['processes.csv'], processes).text).toBe(
      recordedAnswer('processes', 'processes.csv'),
    );
    const names = (log: string) => log.match(/<process_name>.*<\/process_name>/g);
    expect(names(stood(RECORDED_ARGV['log.xml'], processes).text)).toEqual(
      names(recordedAnswer('processes', 'log.xml')),
    );
  });

  it.each(recordedFailures().refused)('for a rejected command line: $argv', (refused) => {
    const { argv, exitCode, text } = refused;
    expect(stood(argv.join(' '))).toEqual({ exitCode, text });
  });

  it.each([
    ['driver-not-loaded', 'without the device files'],
    ['driver-not-loaded', 'without the kernel module'],
    ['no-device', 'without the file of the GPU, /dev/nvidia0'],
    ['nvml-missing', 'without libnvidia-ml.so'],
    ['no-permission', 'as a user who may not open any of the device files'],
  ] as const)('%s: %s', (name, fault) => {
    const { exitCode, text } = SHAPES[name];
    expect({ exitCode, text }).toEqual(recordedFailures().faults[fault]?.log);
  });
});

/** What the log and the tables share: utilization and temperature change, the tables lack the power and replace commas. */
function stable({ gpus, ...inventory }: Awaited<ReturnType<typeof probe>>) {
  return {
    ...inventory,
    cudaVersion: null,
    gpus: gpus.map((gpu) => ({
      ...gpu,
      utilizationPercent: null,
      temperatureCelsius: null,
      powerWatts: null,
      processes: gpu.processes?.map(({ name, ...process }) => ({
        ...process,
        name: name.replaceAll(',', '?'),
      })),
    })),
  };
}
