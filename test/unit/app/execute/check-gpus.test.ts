import { describe, expect, it, vi } from 'vitest';
import type { ServicePlacement } from '../../../../src/core/domain/placement.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import type { Host } from '../../../../src/ports/host.ts';
import type { Invocation } from '../../../../src/ports/invocation.ts';
import { executeStep } from '../../../helpers/builders/execute-step.ts';
import { FakeClock } from '../../../helpers/clock/fake-clock.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';
import { FakeEngine } from '../../../helpers/host/fake-engine.ts';
import { dockerOf, hostOf, invocationOf } from '../../../helpers/host/port-builders.ts';
import { Recorder } from '../../../helpers/host/recorder.ts';

const placed = (...uuids: readonly string[]): ServicePlacement => ({
  service: 'vllm-vllm',
  devices: uuids.map((uuid, index) => ({
    uuid,
    index,
    name: 'Card',
    kind: uuid.startsWith('MIG') ? 'mig' : 'gpu',
    totalBytes: 1,
    computeCapability: null,
  })),
  bytesPerGpu: 1,
  kvBytesPerGpu: 0,
  exclusive: false,
  need: null,
});

interface Answer {
  readonly exitCode?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

const run = (host: Host, invocation: Invocation, placement: ServicePlacement) =>
  executeStep(host, invocation, {
    step: {
      kind: 'check-gpus',
      service: placement.service,
      gpus: placement.devices.map(({ uuid }) => uuid),
      cause: 'GPU assignment must match the plan',
      destructive: false,
    },
    payload: { placement: new Map([[placement.service, placement]]), waitSeconds: 3600 },
  });

/** Returns a host with one container in which these programs respond; others do not exist. */
const hostWith = (programs: Readonly<Record<string, Answer>>) => {
  const warnings: string[] = [];
  const engine = new FakeEngine(new Recorder());
  const container = engine.put(containerOf({ service: 'vllm-vllm' }));
  const docker = dockerOf({
    exec: async (_id, argv) => ({
      exitCode: programs[argv[0]!]?.exitCode ?? (programs[argv[0]!] === undefined ? 127 : 0),
      stdout: programs[argv[0]!]?.stdout ?? '',
      stderr: programs[argv[0]!]?.stderr ?? '',
    }),
  });
  const host = hostOf({ engine, docker });
  const invocation = invocationOf({
    clock: new FakeClock(),
    reporter: {
      emit: (event) => {
        if (event.type === 'warning') warnings.push(event.code);
      },
    },
  });
  const checkPlaced = (placement: ServicePlacement) => run(host, invocation, placement);
  return { host, invocation, engine, container, warnings, check: checkPlaced };
};

const smi = (...lines: readonly string[]) => ({ 'nvidia-smi': { stdout: `${lines.join('\n')}\n` } });
const gpu = (index: number, uuid: string) => `GPU ${index}: Card (UUID: ${uuid})`;
const check = (programs: Readonly<Record<string, Answer>>, ...uuids: readonly string[]) =>
  hostWith(programs).check(placed(...uuids));

describe('check-gpus', () => {
  it('accepts exactly the planned GPUs, in any order', async () => {
    await expect(check(smi(gpu(0, 'GPU-b'), gpu(1, 'GPU-a')), 'GPU-a', 'GPU-b')).resolves.toBeUndefined();
  });

  it('[case S04] asks again when nvidia-smi did not respond in time', async () => {
    const { host, invocation, warnings } = hostWith(smi(gpu(0, 'GPU-a')));
    const timeout = new RmaError('RMA_COMMAND_TIMEOUT', 'docker exec timed out');
    const exec = vi.spyOn(host.docker, 'exec').mockRejectedValueOnce(timeout);
    await expect(run(host, invocation, placed('GPU-a'))).resolves.toBeUndefined();
    expect({ calls: exec.mock.calls.length, warnings }).toEqual({ calls: 2, warnings: [] });
  });

  it('compares MIG devices instead of their GPU', async () => {
    const lines = [gpu(0, 'GPU-a'), '  MIG 1g.10gb     Device  0: (UUID: MIG-1)'];
    await expect(check(smi(...lines), 'MIG-1')).resolves.toBeUndefined();
    await expect(check(smi(...lines), 'GPU-a')).rejects.toMatchObject({ code: 'RMA_GPU_MISMATCH' });
  });

  it('fails if a container sees more GPUs than planned, and suggests the runtime as cause', async () => {
    await expect(check(smi(gpu(0, 'GPU-a'), gpu(1, 'GPU-b')), 'GPU-a')).rejects.toMatchObject({
      code: 'RMA_GPU_MISMATCH',
      exitCode: 1,
      message: 'vllm-vllm was assigned GPU 0 (GPU-a) but has access to GPU-a, GPU-b',
      hint: expect.stringContaining('default runtime "nvidia"'),
      details: { planned: ['GPU-a'], seen: ['GPU-a', 'GPU-b'] },
    });
  });

  it('fails if a container sees another GPU than planned, and suggests a new CDI specification', async () => {
    await expect(check(smi(gpu(0, 'GPU-b')), 'GPU-a')).rejects.toMatchObject({
      code: 'RMA_GPU_MISMATCH',
      hint: expect.stringContaining('nvidia-ctk cdi generate'),
    });
  });

  it('fails if no GPU is visible', async () => {
    await expect(check(smi('No devices found.'), 'GPU-a')).rejects.toMatchObject({
      code: 'RMA_GPU_NOT_VISIBLE',
      exitCode: 1,
    });
    const lost = { 'nvidia-smi': { exitCode: 255, stdout: 'Failed to initialize NVML: Unknown Error\n' } };
    await expect(check(lost, 'GPU-a')).rejects.toMatchObject({
      code: 'RMA_GPU_NOT_VISIBLE',
      message: expect.stringContaining('Failed to initialize NVML'),
    });
  });

  it('counts device files if nvidia-smi cannot run', async () => {
    const files = (...names: readonly string[]) => ({ ls: { stdout: names.join('\n') } });
    await expect(check(files('null', 'nvidia3', 'nvidiactl'), 'GPU-a')).resolves.toBeUndefined();
    await expect(check(files('nvidia0', 'nvidia1'), 'GPU-a')).rejects.toMatchObject({
      code: 'RMA_GPU_MISMATCH',
      message: expect.stringContaining('access to 2 GPUs'),
    });
    await expect(check(files('null'), 'GPU-a')).rejects.toMatchObject({ code: 'RMA_GPU_NOT_VISIBLE' });
  });

  it('warns if the container cannot be checked', async () => {
    const { check: checkAll, warnings } = hostWith({});
    await checkAll(placed('GPU-a'));
    expect(warnings).toEqual(['RMA_GPU_UNCHECKED']);
  });

  it('waits until the container is running', async () => {
    const { engine, container, check: checkPlaced } = hostWith(smi(gpu(0, 'GPU-a')));
    engine.alter(container.id, { state: 'restarting' });
    const checked = checkPlaced(placed('GPU-a'));
    engine.launch(container.id);
    await expect(checked).resolves.toBeUndefined();
  });

  it('checks again if the container restarted during the check', async () => {
    const { host, invocation, engine, container } = hostWith({});
    const answers: Answer[] = [{ exitCode: 1, stdout: '', stderr: 'Error response from daemon' }];
    const exec = async () => {
      if (answers.length > 0) engine.crash(container.id);
      return { exitCode: 0, stderr: '', stdout: gpu(0, 'GPU-a'), ...answers.shift() };
    };
    const dying = { ...host, docker: { ...host.docker, exec } };
    await expect(run(dying, invocation, placed('GPU-a'))).resolves.toBeUndefined();
    expect(answers).toEqual([]);
  });
});
