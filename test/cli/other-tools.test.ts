import { describe, expect, it } from 'vitest';
import { COMMAND_TABLE } from '../../src/cli/commands.ts';
import { TOPIC_NAMES } from '../../src/cli/help/topic-names.ts';
import { runRma } from '../helpers/cli/run-rma.ts';

// Command lines as people bring them from Docker, Compose, kubectl and Ollama.

describe('help', () => {
  it.each([
    [['--help']],
    ...COMMAND_TABLE.commands.map(({ path }) => [[...path.split(' '), '--help']]),
    ...Object.keys(COMMAND_TABLE.nouns).map((noun) => [[noun, '--help']]),
    ...TOPIC_NAMES.map((topic) => [['help', topic]]),
  ])('[case CLI] fits 80 columns: rma %j', async (argv) => {
    const { stdout } = await runRma(argv);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('[case CLI] describes a setting that few need only in rma help settings', async () => {
    const { stdout } = await runRma(['up', '--help']);
    expect(stdout).toMatch(/^ {2}--profile <NAME> /m);
    expect(stdout).toContain('--drain-timeout');
    expect(stdout).not.toContain('time for requests in flight');
  });
});

describe('a command of another tool', () => {
  it.each([
    ['stop', 'rma down'],
    ['rm', 'rma down'],
    ['pull', 'rma models pull'],
    ['list', 'rma models ls'],
    ['ls', 'rma ps'],
    ['run', 'rma up --profile NAME'],
    ['start', 'rma up'],
    ['top', 'rma gpus'],
  ])('[case CLI] is answered with the command of rma: %s', async (word, command) => {
    const { exitCode, stderr } = await runRma([word, 'llava:7b']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('RMA_USAGE_UNKNOWN_COMMAND');
    expect(stderr).toContain(command);
  });
});

describe('an option before the command', () => {
  it.each([
    [['--profile', 'cpu-worker', 'up', '--dry-run'], 'rma up --profile cpu-worker --dry-run'],
    [['--profile=cpu-worker', 'up'], 'rma up --profile=cpu-worker'],
    [['models', '--dest', '/a b', 'ls'], "rma models ls --dest '/a b'"],
  ])('[case CLI] is answered with the right order: %j', async (argv, command) => {
    const { exitCode, stderr } = await runRma(argv);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`options of a command follow its name: ${command}\n`);
  });

  it('[case CLI] is accepted if it is a global one', async () => {
    const { exitCode, stdout } = await runRma(['-q', '--json', 'version']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'rma.version/v1' });
  });
});

describe('-f', () => {
  it.each([
    [['-f', 'nowhere.yaml', 'logs']],
    [['--file', 'nowhere.yaml', 'logs', '-f']],
    [['logs', '-f', '--file', 'nowhere.yaml']],
    [['config', 'show', '-f', 'nowhere.yaml']],
    [['config', '-f', 'nowhere.yaml', 'show']],
  ])('[case CLI] names the file, and after logs follows: %j', async (argv) => {
    const { exitCode, stderr } = await runRma(argv);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('RMA_CONFIG_NOT_FOUND');
  });
});

describe('an option with several values', () => {
  it('[case CLI] separates them by commas, or is repeated', async () => {
    const show = async (...argv: string[]) =>
      JSON.parse((await runRma(['config', 'show', '--json', ...argv])).stdout).settings;
    const commas = await show('--profile', 'cpu-worker,embedding', '--port', 'a=1,b=2', '--gpus', '0, 1');
    const repeated = await show(
      ...['--profile', 'cpu-worker', '--profile', 'embedding'],
      ...['--port', 'a=1', '--port', 'b=2', '--gpus', '0', '--gpus', '1'],
    );
    expect(commas).toEqual(repeated);
    expect(commas).toContainEqual(
      expect.objectContaining({ key: 'profiles', value: ['cpu-worker', 'embedding'] }),
    );
  });
});
