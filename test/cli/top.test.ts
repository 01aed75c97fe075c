import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { FakeTerminal } from '../helpers/cli/fake-terminal.ts';
import { type RunOptions, runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { gpuBox } from '../helpers/gpu/gpu-box.ts';
import { standinEngine } from '../helpers/stack/standin-engine.ts';

const MIB = 2 ** 20;
const ESC = '\u001b';
const CONTROL = new RegExp(`${ESC}\\[[?\\d]*[A-Za-z]`);
const LLM = 'vllm-vllm';
const STATS = {
  cpu_stats: { cpu_usage: { total_usage: 1_500 }, system_cpu_usage: 20_000, online_cpus: 8 },
  precpu_stats: { cpu_usage: { total_usage: 1_000 }, system_cpu_usage: 16_000 },
  memory_stats: { usage: 3_000 * MIB, stats: { inactive_file: 952 * MIB } },
};
const TABLES = [
  'GPU   NAME                             MEMORY   UTIL   TEMP   POWER   USED BY',
  '0     NVIDIA GeForce RTX 4090   16.4/24.0 GiB   37 %   41 C    22 W   rma/vllm-vllm',
  '',
  'SERVICE       STATE                 CPU       RAM   GPU MEMORY',
  'vllm-vllm     running (healthy)   100 %   2.0 GiB     16.0 GiB',
  'vllm-worker   exited (0)              -         -            -',
];

/** A project on a machine with a GPU that a service uses, and the environment to reach it. */
async function busyBox(yaml: string | null = null): Promise<Pick<RunOptions, 'cwd' | 'env'>> {
  const box = await gpuBox({ shape: '1x24' });
  const [gpu = ''] = box.uuids;
  box.set({ shape: '1x24', foreign: [{ pid: 100, name: 'vllm serve', mib: 16_384, gpu }] });
  const { endpoint } = await standinEngine({
    containers: [
      {
        service: LLM,
        profile: 'vllm',
        pids: [100],
        labels: { 'rma.gpus': gpu },
        health: 'healthy',
        stats: STATS,
      },
      { service: 'vllm-worker', profile: 'vllm', state: 'exited' },
    ],
  });
  const cwd = tempFolder();
  await writeFile(join(cwd, 'rma.yaml'), `project: rma\n${yaml ?? ''}`);
  return { cwd, env: { PATH: box.path, DOCKER_HOST: endpoint, LANG: 'C.UTF-8' } };
}

it('rma top prints one snapshot without a terminal', async () => {
  const { exitCode, stdout, stderr } = await runRma(['top'], await busyBox());
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout.trimEnd().split('\n')).toEqual(TABLES);
});

it('rma top over several hosts has a document for each, and a row for one that failed', async () => {
  const box = await busyBox('hosts: { here: {}, there: { address: "ssh://box.invalid" } }\n');
  const json = await runRma(['top', '--json'], box);
  expect(json.exitCode).toBe(8);
  const { schema, hosts } = JSON.parse(json.stdout);
  expect([schema, hosts[1].host, hosts[1].error.code]).toEqual([
    'rma.top/v1',
    'there',
    'RMA_COMMAND_MISSING',
  ]);
  expect(hosts[0].gpus).toMatchObject([{ util: 37, tempC: 41, powerW: 22 }]);
  expect(hosts[0].services).toMatchObject([
    { service: LLM, state: 'running', cpuPercent: 100, memory: 2_048 * MIB, gpuMemory: 16_384 * MIB },
    { service: 'vllm-worker', state: 'exited', cpuPercent: null, memory: null, gpuMemory: null },
  ]);
  const { stdout } = await runRma(['top', '--once'], box);
  expect(stdout).toMatch(/^here +vllm-vllm +running \(healthy\)/m);
  expect(stdout).toMatch(/^there +- +RMA_COMMAND_MISSING/m);
});

it('rma top on a terminal has a screen of its own within 80 columns, and q ends it', async () => {
  const terminal = new FakeTerminal();
  const modes: boolean[] = [];
  const keys = Object.assign(new PassThrough(), {
    isTTY: true as const,
    setRawMode: (isRaw: boolean) => modes.push(isRaw),
  });
  const box = await busyBox('hosts: { here: {}, there: { address: "ssh://box.invalid" } }\n');
  const running = runRma(['top', '--color', 'never'], { ...box, terminal, keys });
  await Promise.all([terminal.shown('100 %'), terminal.shown('RMA_COMMAND_MISSING')]);
  keys.write('x');
  keys.write('q');
  expect(await running).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(modes).toEqual([true, false]);
  expect(terminal.raw.startsWith(`${ESC}[?1049h${ESC}[?25l`)).toBe(true);
  expect(terminal.raw.endsWith(`${ESC}[?25h${ESC}[?1049l`)).toBe(true);
  const lines = terminal.raw.split(CONTROL).flatMap((text) => text.split('\n'));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines).toContain('here   0     NVID…RTX 4090   16.4/24.0 GiB   37 %   41 C    22 W   rma/vllm-vllm');
});

it('a signal ends rma top, and restores the terminal', async () => {
  const terminal = new FakeTerminal();
  const stop = new AbortController();
  const running = runRma(['top'], { ...(await busyBox()), terminal, signal: stop.signal });
  await terminal.shown('100 %');
  stop.abort();
  expect((await running).exitCode).toBe(0);
  expect(terminal.raw.endsWith(`${ESC}[?1049l`)).toBe(true);
});
