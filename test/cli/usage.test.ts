import { describe, expect, it } from 'vitest';
import { COMMAND_TABLE } from '../../src/cli/commands.ts';
import { listResult, withProbe } from '../helpers/cli/probe-command.ts';
import { runRma } from '../helpers/cli/run-rma.ts';

const table = withProbe(async () => listResult);

describe('help', () => {
  it('is printed briefly to stderr with exit code 2 if there is no command', async () => {
    const { exitCode, stdout, stderr } = await runRma([]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: rma \[options\] COMMAND\n/);
    expect(stderr).not.toContain('--json');
  });

  it.each([['-h'], ['--help'], ['help']])('is printed by %s', async (word) => {
    const { exitCode, stdout, stderr } = await runRma([word]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Global options:');
    for (const { path } of COMMAND_TABLE.commands) expect(stdout).toContain(path.split(' ')[0]);
  });

  it.each([[['help', 'probe', 'run']], [['probe', 'run', '--help']], [['probe', 'run', '-h']]])(
    'of a command is printed by %j, examples first',
    async (argv) => {
      const { exitCode, stdout } = await runRma(argv, { table });
      expect(exitCode).toBe(0);
      expect(stdout.split('\n').slice(0, 6)).toEqual([
        'Probe the frame',
        '',
        'Usage: rma probe run [options] <WORD...>',
        '',
        'Examples:',
        '  rma probe run x  probes',
      ]);
      expect(stdout).toMatch(/Settings.*--volume <SPEC>.*Global options.*--project/s);
    },
  );

  it.each([
    ['up', ['--profile', '--volume', '--port', '--gpus']],
    ['cache prune', ['--volume', '--owner']],
    ['models verify', ['--volume', '--owner']],
    ['models outdated', ['--profile', '--hub-endpoint', '--token-file']],
    [
      'models pull',
      [
        ...['--profile', '--volume', '--hub-endpoint', '--allow-pickle', '--token-file', '--max-rate'],
        ...['--connections', '--window', '--offline', '--from', '--peer-token-file', '--frozen'],
      ],
    ],
  ])('of %s describes the settings that matter to it, and lists the others', async (path, described) => {
    const { stdout } = await runRma([...path.split(' '), '--help']);
    const [, settings = ''] = stdout.split('Settings (also in rma.yaml):\n');
    const [block = '', others = ''] = settings.split('Also options: ');
    expect([...block.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, name]) => name)).toEqual(described);
    expect(others).toContain('--drain-timeout');
    for (const name of described) expect(others).not.toMatch(new RegExp(`${name}[,\\s]`));
  });

  it('of a noun lists its commands, with exit code 2 if the verb is missing', async () => {
    const asked = await runRma(['help', 'probe'], { table });
    const missing = await runRma(['probe'], { table });
    expect(asked).toMatchObject({ exitCode: 0, stderr: '' });
    expect(missing).toMatchObject({ exitCode: 2, stdout: '' });
    expect(missing.stderr).toContain('probe run  Probe the frame');
    expect(asked.stdout.trimEnd()).toBe(missing.stderr.trimEnd());
  });

  it.each(COMMAND_TABLE.commands.map(({ path }) => [path]))(
    'of "%s" has examples that start with rma',
    async (path) => {
      const { exitCode, stdout } = await runRma([...path.split(' '), '--help']);
      const command = COMMAND_TABLE.commands.find((candidate) => candidate.path === path);
      expect(exitCode).toBe(0);
      for (const example of command?.examples ?? []) {
        expect(example.command).toMatch(/^rma /);
        expect(stdout).toContain(example.command);
      }
    },
  );

  it.each(
    COMMAND_TABLE.commands.flatMap(({ path, examples }) => examples.map(({ command }) => [command, path])),
  )('has only valid examples: %s', async (example, path) => {
    const words = [...example.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
    const depth = path.split(' ').length;
    const { exitCode, stderr } = await runRma([
      ...words.slice(1, 1 + depth),
      '--help',
      ...words.slice(1 + depth),
    ]);
    expect([exitCode, stderr]).toEqual([0, '']);
  });
});

describe('a usage error', () => {
  it.each([
    ['an unknown command', ['verzion'], 'RMA_USAGE_UNKNOWN_COMMAND', 'version'],
    ['an unknown verb', ['probe', 'rnu'], 'RMA_USAGE_UNKNOWN_COMMAND', 'run'],
    ['an unknown option', ['probe', 'run', 'x', '--dry-rnu'], 'RMA_USAGE_UNKNOWN_OPTION', '--dry-run'],
    ['an unknown global option', ['version', '--quite'], 'RMA_USAGE_UNKNOWN_OPTION', '--quiet'],
    ['an unknown setting', ['probe', 'run', 'x', '--volme', 'y'], 'RMA_USAGE_UNKNOWN_OPTION', '--volume'],
    ['a missing argument', ['probe', 'run'], 'RMA_USAGE_MISSING_ARGUMENT', 'rma probe run --help'],
    ['a missing value', ['version', '--progress'], 'RMA_USAGE_MISSING_VALUE', 'rma version --help'],
    [
      'an invalid value',
      ['version', '--progress', 'loud'],
      'RMA_USAGE_INVALID_VALUE',
      'auto, tty, plain, json, none',
    ],
    [
      'an invalid value of a command option',
      ['probe', 'run', 'x', '--wait', '5'],
      'RMA_USAGE_INVALID_VALUE',
      'such as 30s',
    ],
    ['too many arguments', ['version', 'x'], 'RMA_USAGE_TOO_MANY_ARGUMENTS', 'rma version --help'],
    ['an unknown topic', ['help', 'exit-code'], 'RMA_USAGE_UNKNOWN_TOPIC', 'rma help exit-codes'],
    ['an unknown command before its help', ['nonsense', '--json'], 'RMA_USAGE_UNKNOWN_COMMAND', 'rma --help'],
  ])('fails with exit code 2: %s', async (...[, argv, code, help]) => {
    const { exitCode, stdout, stderr } = await runRma(argv, { table });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(code);
    expect(stderr).toContain(help);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('suggests no option that looks different', async () => {
    expect((await runRma(['models', 'outdated', '--dest', 'x'])).stderr).toContain(
      '\n  hint: rma models outdated --help\n',
    );
  });

  it.each([
    [['verzion', '--json']],
    [['--json', 'version', '--nonsense']],
    [['--json']],
    [['config', '--json']],
    [['config', 'show', '--format', 'json', '--nonsense']],
  ])('is printed as JSON to stderr for %j', async (argv) => {
    const { exitCode, stdout, stderr } = await runRma(argv);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(JSON.parse(stderr)).toMatchObject({ schema: 'rma.error/v1', error: { exitCode: 2 } });
  });
});

describe('every command', () => {
  // hosts add and rm change a file that may have errors, and cannot change standard input
  const WITHOUT_CONFIG = new Set(['version', 'help', 'hosts add', 'hosts rm']);
  const filled = COMMAND_TABLE.commands.map(({ path, arguments: args }) => {
    const given = Object.values(args).filter(({ form }) => form === 'required' || form === 'non-empty-list');
    return [path, path.split(' '), given.map(() => 'x')] as const;
  });

  it.each(filled)('reports a usage error as JSON: %s', async (_path, words, args) => {
    const { exitCode, stdout, stderr } = await runRma([...words, '--nonsense', '--json', ...args]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(JSON.parse(stderr)).toMatchObject({
      schema: 'rma.error/v1',
      error: { code: 'RMA_USAGE_UNKNOWN_OPTION', hint: expect.stringContaining('--help') },
    });
  });

  it.each(filled.filter(([path]) => !WITHOUT_CONFIG.has(path)))(
    'reads its configuration before it uses Docker or the network: %s',
    async (_path, words, args) => {
      const { exitCode, stdout, stderr } = await runRma(['-f', '-', ...words, '--json', ...args], {
        stdin: 'projct: x\n',
      });
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(JSON.parse(stderr).error.code).toBe('RMA_CONFIG_INVALID');
    },
  );

  it('has a unique path and a known noun', () => {
    const paths = COMMAND_TABLE.commands.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    const nouns = paths.flatMap((path) => {
      const words = path.split(' ').slice(0, -1);
      return words.map((_, index) => words.slice(0, index + 1).join(' '));
    });
    expect([...new Set(nouns)].sort()).toEqual(Object.keys(COMMAND_TABLE.nouns).sort());
  });
});

describe('options', () => {
  it('are accepted before and after the command', async () => {
    const before = await runRma(['--json', '--project', 'demo', 'config', 'show']);
    const after = await runRma(['config', 'show', '-p', 'demo', '--json']);
    expect(before.exitCode).toBe(0);
    expect(JSON.parse(before.stdout).settings[0]).toMatchObject({ key: 'project', value: 'demo' });
    expect(after.stdout).toBe(before.stdout);
  });

  it('are passed to the handler as parsed values', async () => {
    let seen: unknown;
    const probe = withProbe(async (input) => {
      seen = input;
      return listResult;
    });
    await runRma(['probe', 'run', 'x', 'y', '--dry-run', '--wait', '2m'], { table: probe });
    expect(seen).toEqual({ word: ['x', 'y'], dryRun: true, wait: 120 });
    await runRma(['probe', 'run', '--', '--odd'], { table: probe });
    expect(seen).toEqual({ word: ['--odd'], dryRun: false, wait: null });
  });
});
