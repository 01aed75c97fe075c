import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { groupHost } from '../helpers/builders/group-host.ts';
import { goldenServices } from '../helpers/golden/golden-services.ts';
import { judgeProgram } from '../helpers/judges/judges.ts';
import { runProcess } from '../helpers/process/run-process.ts';

const RELEASE = join(import.meta.dirname, '../standins/engines/releases/vllm-0.27.1.txt');
const PARSER = join(import.meta.dirname, 'parse-vllm-args.py');

interface Answer {
  readonly options: readonly string[];
  readonly parsed: readonly {
    readonly error?: string;
    readonly model?: string;
    readonly options?: Readonly<Record<string, unknown>>;
  }[];
}

/** Parses command lines of `vllm serve` with the argument parser of the pinned release. */
async function parsedByVllm(lines: readonly (readonly string[])[]): Promise<Answer> {
  const python = judgeProgram('vllm-args', 'python');
  const wheel = join(python, '../../wheel');
  const { stdout } = await runProcess(python, [PARSER, wheel, JSON.stringify(lines)], {
    PATH: process.env['PATH'] ?? '',
  });
  return JSON.parse(stdout) as Answer;
}

it('[case E08] every vLLM command of the golden files is accepted by the parser of the pinned release, as it is meant', async () => {
  const commands = goldenServices('vllm/vllm-openai:v0.27.1').map(({ command }) => command);
  expect(commands.length).toBeGreaterThan(5);
  const { parsed } = await parsedByVllm(commands);
  const seen = parsed.map(({ error = null, model, options = {} }) => [
    error,
    model,
    options['max_model_len'],
    options['max_num_seqs'],
    options['gpu_memory_utilization'],
  ]);
  const argumentOf = (command: readonly string[], flag: string): number => {
    return Number(command[command.indexOf(flag) + 1]);
  };
  expect(seen).toEqual(
    commands.map((command) => [
      null,
      command[0],
      argumentOf(command, '--max-model-len'),
      argumentOf(command, '--max-num-seqs'),
      argumentOf(command, '--gpu-memory-utilization'),
    ]),
  );
});

it('[case E08] the recorded options of the release are those of its parser', async () => {
  const { options } = await parsedByVllm([]);
  const recorded = readFileSync(RELEASE, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' ')[0] ?? '');
  expect(recorded.filter((option) => !options.includes(option))).toEqual([]);
  const unrecorded = options.filter((option) => !option.startsWith('--no-') && !recorded.includes(option));
  expect(unrecorded).toEqual(['--grpc', '--help', '-h']);
});

it('[case S09] its parser accepts beginnings and other spellings of flags, of which the last one counts', async () => {
  const ours = ['/model', '--gpu-memory-utilization', '0.9'];
  const { parsed } = await parsedByVllm([
    [...ours, '--gpu-memory-u', '0.3'],
    [...ours, '--gpu_memory_utilization=0.3'],
    [...ours, '--no-such-flag'],
  ]);
  expect(parsed.map(({ options }) => options?.['gpu_memory_utilization'])).toEqual([0.3, 0.3, undefined]);
  expect(parsed[2]?.error).toContain('unrecognized arguments: --no-such-flag');
});

it('the commands of hosts that run one model together are accepted, with their ranks and the address of the head', async () => {
  const lines = [0, 1].map((rank) => groupHost('huge', rank).engine.arguments);
  expect(lines.map(([program, verb]) => `${program} ${verb}`)).toEqual(['vllm serve', 'vllm serve']);
  const { parsed } = await parsedByVllm(lines.map((line) => line.slice(2)));
  const names = ['nnodes', 'node_rank', 'master_addr', 'master_port', 'pipeline_parallel_size', 'headless'];
  const seen = parsed.map(({ error, options }) => error ?? names.map((name) => options?.[name]));
  expect(seen).toEqual([
    [2, 0, '192.168.7.1', 29502, 2, false],
    [2, 1, '192.168.7.1', 29502, 2, true],
  ]);
});
