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
    ['stats', 'rma top'],
    ['delete', 'rma down'],
    ['destroy', 'rma down'],
    ['uninstall', 'rma down'],
    ['build', 'rma up'],
    ['attach', 'rma logs -f'],
    ['search', 'rma models ls --catalog'],
    ['validate', 'rma profiles check'],
    ['models list', 'rma models ls'],
    ['models delete', 'rma models rm'],
    ['models download', 'rma models pull'],
    ['models inspect', 'rma models show MODEL'],
    ['models export', 'rma models bundle export'],
    ['cache clean', 'rma cache prune'],
    ['cache list', 'rma cache ls'],
    ['compose up', 'rma up'],
    ['compose config', 'rma compose render'],
    ['config get', 'rma config show'],
    ['boot enable', 'rma boot install'],
    ['gc', 'rma cache prune'],
    ['models gc', 'rma cache prune'],
    ['verify', 'Did you mean rma models verify? Or see: rma --help'],
    ['import', 'Did you mean rma models import or rma models bundle import?'],
    ['bundle', 'Did you mean rma models bundle?'],
    ['cache show', 'Did you mean rma cache schedule show? Or see: rma cache --help'],
    ['models undo', 'Did you mean rma cache undo? Or see: rma models --help'],
  ])('[case CLI] is an error that contains the rma command: %s', async (words, command) => {
    const { exitCode, stderr } = await runRma([...words.split(' '), 'llava:7b']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('RMA_USAGE_UNKNOWN_COMMAND');
    expect(stderr).toContain(command);
  });

  it('[case CLI] is explained by help too', async () => {
    const { exitCode, stderr } = await runRma(['help', 'stop']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('rma down');
  });

  it.each([
    [['constructor'], '__proto__'],
    [['__proto__'], 'constructor'],
    [['models', 'toString'], 'valueOf'],
  ])('[case CLI] is unknown also as a name that every object has: %j', async (argv, option) => {
    for (const words of [argv, ['up', `--${option}`]]) {
      const { exitCode, stderr } = await runRma(words);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/RMA_USAGE_UNKNOWN_(COMMAND|OPTION)/);
    }
  });
});

describe('an option of another tool', () => {
  it.each([
    [['up', '-d'], 'rma up leaves the services running'],
    [['up', '--build'], 'builds the worker image when it has changed'],
    [['up', '--force-recreate'], 'rma restart'],
    [['down', '--volumes'], 'keeps the models'],
    [['plan', '-detailed-exitcode'], 'rma plan --detailed-exitcode'],
    [['exec', '-it', 'worker', 'bash'], 'rma exec SERVICE COMMAND'],
    [['logs', '--since', '5m'], 'rma logs --tail'],
    [['status', '--watch'], 'watch rma status'],
  ])('[case CLI] is an error that contains the equivalent in rma: %j', async (argv, way) => {
    const { exitCode, stderr } = await runRma(argv);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('RMA_USAGE_UNKNOWN_OPTION');
    expect(stderr).toContain(way);
  });
});

describe('a value that is not accepted', () => {
  it.each([
    [['lock', 'release', 'demo'], 'rma lock release --project NAME'],
    [['lock', 'status', 'demo'], 'rma lock status --project NAME'],
    [['logs', '--tail', 'some'], 'hint: -n, --tail <LINES>: number of lines'],
    [['ps', '--color', 'blue'], 'hint: --color <WHEN>: colored output: auto|'],
  ])('is an error whose hint shows how to pass it: %j', async (argv, way) => {
    const { exitCode, stderr } = await runRma(argv);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(way);
  });
});

describe('an option before the command', () => {
  it.each([
    [['--profile', 'cpu-worker', 'up', '--dry-run'], 'rma up --profile cpu-worker --dry-run'],
    [['--profile=cpu-worker', 'up'], 'rma up --profile=cpu-worker'],
    [['models', '--dest', '/a b', 'ls'], "rma models ls --dest '/a b'"],
  ])('[case CLI] is an error that contains the right order: %j', async (argv, command) => {
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
