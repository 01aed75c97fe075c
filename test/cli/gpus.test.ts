import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runRma } from '../helpers/cli/run-rma.ts';
import { type GpuBox, gpuBox } from '../helpers/gpu/gpu-box.ts';
import { type StandinContainer, standinEngine } from '../helpers/stack/standin-engine.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const dockerWith = async (containers: readonly StandinContainer[]) =>
  (await standinEngine({ containers })).endpoint;
const NO_DOCKER = 'unix:///nonexistent/docker.sock';
const gpus = async ({ path }: GpuBox, docker: string, ...args: readonly string[]) =>
  runRma(['gpus', ...args], { env: { PATH: [path, '/nonexistent'].join(delimiter), DOCKER_HOST: docker } });

/** Two GPUs: one reserved and used by a service, one used by a service of another project and a foreign process. */
async function busyBox(): Promise<{ readonly box: GpuBox; readonly docker: string }> {
  const box = await gpuBox({ shape: '2x24' });
  const [first = '', second = ''] = box.uuids;
  box.set({
    shape: '2x24',
    foreign: [
      { pid: 100, name: 'vllm serve', mib: 16_384, gpu: first },
      { pid: 200, name: '/bin/ollama', mib: 4096, gpu: second },
      { pid: 300, name: 'python3', mib: 1024, gpu: second },
    ],
  });
  const docker = await dockerWith([
    {
      service: 'vllm-vllm',
      pids: [99, 100],
      labels: { 'rma.gpus': first, 'rma.memory': String(17 * GIB) },
    },
    { service: 'ocr-ollama', project: 'other', pids: [200] },
    { service: 'old', state: 'exited', labels: { 'rma.gpus': second } },
  ]);
  return { box, docker };
}

describe('[req R30] rma gpus', () => {
  it('prints an aligned table of the GPUs with their users', async () => {
    const { box, docker } = await busyBox();
    const { exitCode, stdout, stderr } = await gpus(box, docker);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      [
        'driver 580.95.05, CUDA 13.0',
        '',
        'IDX   UUID           NAME                      CC           MEMORY   UTIL   TEMP   USED BY',
        '0     GPU-5f1c2a9e   NVIDIA GeForce RTX 4090   8.9   16.4/24.0 GiB   37 %   41 C   rma/vllm-vllm',
        '1     GPU-c07d11b2   NVIDIA GeForce RTX 4090   8.9    5.4/24.0 GiB   37 %   41 C   other/ocr-ollama, 1 other process',
        '',
      ].join('\n'),
    );
  });

  it('lists the processes with their services with --processes', async () => {
    const { box, docker } = await busyBox();
    const { stdout } = await gpus(box, docker, '--processes');
    expect(stdout.split('\n').slice(6)).toEqual([
      'GPU   PID   KIND        MEMORY   SERVICE            PROCESS',
      '0     100   compute   16.0 GiB   rma/vllm-vllm      vllm serve',
      '1     200   compute    4.0 GiB   other/ocr-ollama   /bin/ollama',
      '1     300   compute    1.0 GiB   -                  python3',
      '',
    ]);
  });

  it('prints one JSON document with reserved and used bytes', async () => {
    const { box, docker } = await busyBox();
    const document = JSON.parse((await gpus(box, docker, '--json')).stdout);
    expect(document).toMatchObject({
      schema: 'rma.gpus/v1',
      hosts: [{ driver: '580.95.05', cuda: '13.0', absence: null }],
    });
    const [first, second] = document.hosts[0].gpus;
    expect(first).toEqual({
      index: 0,
      uuid: box.uuids[0],
      pciBusId: '00000000:01:00.0',
      name: 'NVIDIA GeForce RTX 4090',
      computeCap: '8.9',
      memory: {
        total: 24_564 * MIB,
        reserved: 450 * MIB,
        used: 16_385 * MIB,
        free: (24_564 - 450 - 16_385) * MIB,
      },
      unified: false,
      util: 37,
      tempC: 41,
      powerW: 22,
      mig: { enabled: null, devices: [] },
      processes: [
        {
          pid: 100,
          name: 'vllm serve',
          kind: 'compute',
          memory: 16 * GIB,
          migIndex: null,
          project: 'rma',
          service: 'vllm-vllm',
          container: 'rma-vllm-vllm-1',
        },
      ],
      usedBy: [
        {
          project: 'rma',
          service: 'vllm-vllm',
          container: 'rma-vllm-vllm-1',
          planned: true,
          promised: 17 * GIB,
          measured: 16 * GIB,
        },
      ],
      fault: null,
    });
    expect(second.usedBy).toMatchObject([
      { service: 'ocr-ollama', planned: false, promised: null, measured: 4 * GIB },
    ]);
  });

  it('lists MIG devices below their GPU, with their services', async () => {
    const box = await gpuBox({ shape: 'mig' });
    const [, device = ''] = box.migUuids;
    const docker = await dockerWith([{ service: 'embedding-tei', labels: { 'rma.gpus': device } }]);
    const { stdout } = await gpus(box, docker);
    expect(stdout.split('\n').slice(2)).toEqual([
      'IDX     UUID           NAME                    CC          MEMORY   UTIL   TEMP   USED BY',
      '0       GPU-91be7f30   NVIDIA A100-SXM4-40GB   8.0     ?/40.0 GiB      -   41 C   MIG mode',
      '  0:0   MIG-3d0a6b94     MIG 3g.20gb           -     0.0/19.5 GiB      -      -   -',
      '  0:1   MIG-e85c1d42     MIG 3g.20gb           -     0.0/19.5 GiB      -      -   rma/embedding-tei',
      '',
    ]);
  });

  it('works without Docker: services are unknown, with a warning', async () => {
    const box = await gpuBox({ shape: '1x24' });
    const { exitCode, stdout, stderr } = await gpus(box, NO_DOCKER);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('GPU-5f1c2a9e');
    expect(stderr).toMatch(/^warning: which services use the GPUs is unknown: .*\(RMA_DOCKER_UNREACHABLE\)/);
    const document = JSON.parse((await gpus(box, NO_DOCKER, '--json')).stdout);
    expect(document.hosts[0].gpus[0].usedBy).toBeNull();
    expect(document.warnings).toMatchObject([{ code: 'RMA_DOCKER_UNREACHABLE' }]);
  });

  it.each([
    ['none-installed', 'RMA_GPU_NO_PROGRAM'],
    ['driver-not-loaded', 'RMA_GPU_NO_DRIVER'],
  ] as const)('succeeds on a host without GPUs: %s', async (shape, code) => {
    const box = await gpuBox({ shape });
    const { exitCode, stdout, stderr } = await gpus(box, NO_DOCKER);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^No usable GPU: .* \\(${code}\\)\n  hint: .*\n$`));
    const document = JSON.parse((await gpus(box, NO_DOCKER, '--json')).stdout);
    expect(document.hosts).toMatchObject([{ driver: null, cuda: null, gpus: [], absence: { code } }]);
  });

  it('reports a lost GPU and lists the others', async () => {
    const box = await gpuBox({ shape: 'lost-gpu' });
    const { exitCode, stdout, stderr } = await gpus(box, await dockerWith([]));
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^warning: GPU 1 \(0000:41:00\.0\) is not usable: .* \(RMA_GPU_FAULT\)/);
    expect(stdout).toMatch(/^0 .* 8\.9 .*\n1 .* {3}the driver reports "GPU is lost"$/m);
  });

  it('prints only UUIDs with -q, including MIG devices', async () => {
    const box = await gpuBox({ shape: 'mig' });
    const { stdout } = await gpus(box, await dockerWith([]), '-q');
    expect(stdout).toBe([...box.uuids, ...box.migUuids].map((uuid) => `${uuid}\n`).join(''));
  });

  it('has help with examples', async () => {
    const { exitCode, stdout } = await runRma(['gpus', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('rma gpus --processes');
  });
});
