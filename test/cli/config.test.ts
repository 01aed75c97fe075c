import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { withProbe } from '../helpers/cli/probe-command.ts';
import { type RunOptions, runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';

interface Shown {
  readonly file: string | null;
  readonly stateDir: string;
  readonly profilesDir: string | null;
  readonly enginesDir: string | null;
  readonly settings: readonly { readonly key: string; readonly value: unknown; readonly origin: unknown }[];
}

async function show(argv: readonly string[], options: RunOptions): Promise<Shown> {
  const { exitCode, stdout, stderr } = await runRma([...argv, 'config', 'show', '--json'], options);
  expect([exitCode, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

const settingValue = (shown: Shown, key: string): unknown =>
  shown.settings.find((setting) => setting.key === key)?.value;

let root = '';
beforeEach(async () => {
  // every test in this file runs in a directory with a space and non-ASCII characters
  root = join(await realpath(tempFolder()), 'mein Büro 模型');
  await mkdir(join(root, 'a/b'), { recursive: true });
});

describe('rma.yaml', () => {
  it('is found in the nearest parent directory, which also is the base of paths and state', async () => {
    await writeFile(join(root, 'rma.yaml'), 'project: outer\n');
    await writeFile(join(root, 'a/rma.yml'), 'project: inner\nvolumes: { store: ./models }\n');
    await mkdir(join(root, 'a/profiles'));
    await mkdir(join(root, 'a/engines'));
    const shown = await show([], { cwd: join(root, 'a/b') });
    expect(shown).toMatchObject({
      file: join(root, 'a/rma.yml'),
      stateDir: join(root, 'a/.rma'),
      profilesDir: join(root, 'a/profiles'),
      enginesDir: join(root, 'a/engines'),
    });
    expect([settingValue(shown, 'project'), settingValue(shown, 'volumes.store')]).toEqual([
      'inner',
      `host:${join(root, 'a/models')}`,
    ]);
  });

  it('is read from -C, -f and stdin', async () => {
    await writeFile(join(root, 'a/rma.yaml'), 'project: named\n');
    const inDir = await show(['-C', 'a/b'], { cwd: root });
    const byName = await show(['-f', 'a/rma.yaml'], { cwd: root });
    const both = await show(['-C', 'a', '-f', 'rma.yaml'], { cwd: root });
    const piped = await show(['-f', '-'], { cwd: root, stdin: 'project: piped\n' });
    expect([inDir, byName, both, piped].map((shown) => settingValue(shown, 'project'))).toEqual([
      'named',
      'named',
      'named',
      'piped',
    ]);
    expect(piped).toMatchObject({ file: '-', stateDir: join(root, '.rma') });
  });

  it('is optional', async () => {
    const shown = await show([], { cwd: root, env: { HOME: '/home/nobody' } });
    expect(shown).toMatchObject({ file: null, stateDir: '/home/nobody/.local/state/rma/rma' });
    expect(settingValue(shown, 'project')).toBe('rma');
  });

  it('is read without HOME', async () => {
    const { exitCode } = await runRma(['config', 'show'], { cwd: root, env: { HOME: '' } });
    expect(exitCode).toBe(0);
  });

  it.each([
    ['a missing file', ['-f', 'none.yaml'], 'RMA_CONFIG_NOT_FOUND', 'none.yaml'],
    ['a directory', ['-f', 'a'], 'RMA_CONFIG_UNREADABLE', 'rma -C'],
    ['in a missing directory', ['-C', 'none'], 'RMA_USAGE_NO_FOLDER', 'none'],
    ['not UTF-8', ['-f', 'latin1.yaml'], 'RMA_CONFIG_UNREADABLE', 'UTF-8'],
    ['invalid', ['-f', 'bad.yaml'], 'RMA_CONFIG_INVALID', 'bad.yaml:2:1: unknown key "projct"'],
  ])('that is %s fails with exit code 2', async (...[, argv, code, words]) => {
    await writeFile(join(root, 'latin1.yaml'), Buffer.from('project: b\xfcro\n', 'latin1'));
    await writeFile(join(root, 'bad.yaml'), '# a comment\nprojct: x\n');
    const text = await runRma([...argv, 'config', 'show'], { cwd: root });
    expect(text).toMatchObject({ exitCode: 2, stdout: '' });
    expect(text.stderr).toContain(code);
    expect(text.stderr).toContain(words);
    const json = await runRma([...argv, 'config', 'show', '--json'], { cwd: root });
    expect(JSON.parse(json.stderr).error.code).toBe(code);
  });
});

describe('rma config show', () => {
  const env = {
    RMA_DRAIN_TIMEOUT: '1m',
    HF_TOKEN: 'hf_abcdefghijklmnop',
    HF_ENDPOINT: 'https://me:pw@mirror.example',
  };

  it('shows the source of each value with --origin', async () => {
    await writeFile(join(root, 'rma.yaml'), 'bind: 0.0.0.0\n');
    const { stdout } = await runRma(['config', 'show', '--origin', '--coordinator-port', '7800'], {
      cwd: root,
      env,
    });
    const row = (key: string): readonly string[] =>
      (stdout.split('\n').find((line) => line.startsWith(`${key} `)) ?? '').split(/ {3,}/);
    expect(row('bind')).toEqual(['bind', '0.0.0.0', 'rma.yaml:1:7']);
    expect(row('coordinator.port')).toEqual(['coordinator.port', '7800', '--coordinator-port']);
    expect(row('drain_timeout')).toEqual(['drain_timeout', '60s', 'RMA_DRAIN_TIMEOUT']);
    expect(row('hub.token_file')).toEqual(['hub.token_file', 'the variable HF_TOKEN', 'HF_TOKEN']);
    expect(row('owner')).toEqual(['owner', '-', 'default']);
  });

  it('prints an rma.yaml with the same settings', async () => {
    const argv = ['--owner', '5:6', '--port', 'web=1', '--volume', './m', '--profile', 'cpu-worker'];
    const yaml = await runRma(['config', 'show', '--format', 'yaml', ...argv], { cwd: root });
    await writeFile(join(root, 'rma.yaml'), yaml.stdout);
    const again = await runRma(['config', 'show', '--format', 'yaml'], { cwd: root });
    expect(again.stdout).toBe(yaml.stdout);
    expect(yaml.stdout).toContain(`store: host:${join(root, 'm')}`);
  });

  it('never prints a secret', async () => {
    for (const format of ['table', 'json', 'yaml', 'name', '{{value}}']) {
      const { stdout, stderr } = await runRma(['config', 'show', '--origin', '--format', format], {
        cwd: root,
        env,
      });
      expect(stdout + stderr).not.toMatch(/abcdefghijklmnop|me:pw/);
    }
  });

  it('has a stable JSON format', async () => {
    const shown = await show([], { cwd: root, env: { HOME: '/h' } });
    expect({ ...shown, settings: shown.settings.slice(0, 2) }).toMatchInlineSnapshot(`
      {
        "enginesDir": null,
        "file": null,
        "profilesDir": null,
        "schema": "rma.config/v1",
        "settings": [
          {
            "key": "project",
            "origin": {
              "from": "default",
            },
            "value": "rma",
          },
          {
            "key": "profiles",
            "origin": {
              "from": "default",
            },
            "value": [],
          },
        ],
        "stateDir": "/h/.local/state/rma/rma",
      }
    `);
  });
});

describe('the configuration of a command', () => {
  it('is read only once', async () => {
    const table = withProbe(async (_input, context) => {
      const [first, second] = [await context.config(), await context.config()];
      return { json: { schema: 'rma.probe/v1', same: first === second }, human: () => '' };
    });
    const { stdout } = await runRma(['probe', 'run', 'x', '--json', '-f', '-'], {
      table,
      stdin: 'project: x\n',
    });
    expect(JSON.parse(stdout).same).toBe(true);
  });
});
