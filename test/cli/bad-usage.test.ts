import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { snapshot } from '../helpers/files/snapshot.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';

const HUB = 'hf:org/model:model.gguf';

let dir = '';
beforeEach(async () => {
  dir = tempFolder();
});

/** A machine that has neither Docker nor a network. */
const rma = async (...argv: readonly string[]) =>
  runRma(argv, {
    cwd: dir,
    env: {
      HOME: dir,
      PATH: '/nonexistent',
      DOCKER_HOST: `unix://${dir}/none.sock`,
      HF_ENDPOINT: 'http://127.0.0.1:1',
    },
  });

describe('a typo fails with exit code 2 without Docker or network, and changes nothing:', () => {
  const config = 'project: demo\nprofiles: [cpu-worker]\n';
  it.each([
    ['an unknown profile', ['up', '--profile', 'cpu-wroker'], 'RMA_PROFILE_UNKNOWN', 'cpu-worker'],
    ['an unknown profile for plan', ['plan', '--profile', 'gpu'], 'RMA_PROFILE_UNKNOWN', 'cpu-worker'],
    ['an unknown model', ['models', 'pull', 'qwen2.5-0.5b'], 'RMA_MODEL_UNKNOWN', 'qwen2.5-0.5b-instruct'],
    ['an unknown model for ls', ['models', 'ls', 'mistral'], 'RMA_MODEL_UNKNOWN', 'hf:org/repo'],
    ['an unknown command', ['pull'], 'RMA_USAGE_UNKNOWN_COMMAND', 'rma models pull'],
    ['an unknown flag', ['up', '--profil', 'x'], 'RMA_USAGE_UNKNOWN_OPTION', '--profile'],
    ['a timeout over 24 days', ['up', '--wait-timeout', '25d'], 'RMA_USAGE_INVALID_VALUE', 'maximum 24d'],
    ['one for restart', ['restart', '--wait-timeout', '600h'], 'RMA_USAGE_INVALID_VALUE', 'maximum 24d'],
    ['one for boot', ['boot', 'run', '--wait-timeout', '9999999s'], 'RMA_USAGE_INVALID_VALUE', 'maximum 24d'],
    ['one for a drain', ['up', '--drain-timeout', '25d'], 'RMA_CONFIG_INVALID', 'maximum 24h'],
    ['an invalid port', ['up', '--coordinator-port', '70000'], 'RMA_CONFIG_INVALID', '70000'],
    ['a reference without a repository', ['models', 'pull', 'hf:model'], 'RMA_MODEL_REF_INVALID', 'org/repo'],
    ['a reference with ..', ['models', 'pull', 'hf:../..'], 'RMA_MODEL_REF_INVALID', '../..'],
    ['a revision with ..', ['models', 'pull', 'hf:a/b@../x'], 'RMA_MODEL_REF_INVALID', '../x'],
    ['an empty pattern', ['models', 'pull', 'hf:a/b:'], 'RMA_MODEL_REF_INVALID', 'pattern'],
    ['an unknown source', ['models', 'pull', 'ftp://a/b.gguf'], 'RMA_MODEL_REF_INVALID', 'ftp://a/b.gguf'],
    [
      'a URL with a password',
      ['models', 'pull', 'https://me:secret@host/a.gguf'],
      'RMA_MODEL_REF_INVALID',
      'password',
    ],
    [
      'an invalid hash',
      ['models', 'pull', 'https://host/a.gguf#sha256=abc'],
      'RMA_MODEL_REF_INVALID',
      '64 hexadecimal',
    ],
    [
      'a name with ..',
      ['models', 'pull', 'https://host/a.gguf#as=../a.gguf'],
      'RMA_MODEL_REF_INVALID',
      '../a.gguf',
    ],
    ['a missing token file', ['up', '--token-file', 'none'], 'RMA_HUB_TOKEN_FILE', '--token-file'],
    [
      'a missing coordinator token file',
      ['up', '--coordinator-url', 'https://c.example', '--coordinator-token-file', 'none'],
      'RMA_TOKEN_FILE_MISSING',
      '--coordinator-token-file',
    ],
  ])('%s', async (...[, argv, code, words]) => {
    await writeFile(join(dir, 'rma.yaml'), config);
    const before = await snapshot(dir);
    const text = await rma(...argv);
    expectFault(text, { exitCode: 2, code, words: [words] });
    expectFault(await rma(...argv, '--json'), { exitCode: 2, code, words: [words], json: true });
    expect(await snapshot(dir)).toEqual(before);
    expect(text.stderr).not.toContain('secret');
  });

  it.each([
    ['a profile', ['up', '--profile', 'nope']],
    ['a variant', ['plan', '--profile', 'cpu-worker', '--variant', 'cpu-worker=nope']],
    ['an engine', ['plan', '--profile', 'cpu-worker', '--image', 'nope=x']],
  ])('lists the names to choose from once: %s', async (_name, argv) => {
    const { stderr } = await rma(...argv);
    const known = /known: ([^,\n]+)/.exec(stderr)?.[1] ?? '';
    expect(stderr).toContain('unknown');
    expect(known).not.toBe('');
    expect(stderr.split(known)).toHaveLength(2);
  });

  it.each([['up'], ['plan'], ['ps'], ['down'], ['models pull'], ['compose render']])(
    'reports all errors of rma.yaml with file, line and column (%s)',
    async (command) => {
      await writeFile(
        join(dir, 'rma.yaml'),
        'project: Demo!\nprofile: [cpu-worker]\ncoordinator: { port: many, prot: 1 }\nbind: 1.2.3.4.5\nowner: 1:x\n',
      );
      const before = await snapshot(dir);
      const words = ['rma.yaml:1:10', 'rma.yaml:2:1', '"profiles"', 'rma.yaml:3:22', 'rma.yaml:3:28'];
      const all = { exitCode: 2, code: 'RMA_CONFIG_INVALID', words: [...words, 'rma.yaml:5:8'] } as const;
      expectFault(await rma(...command.split(' ')), all);
      expectFault(await rma(...command.split(' '), '--json'), { ...all, json: true });
      expect(await snapshot(dir)).toEqual(before);
    },
  );

  it.each([
    ['a syntax error', 'project: [demo\n', 'rma.yaml:2:1'],
    ['a duplicate key', 'project: a\nproject: b\n', 'rma.yaml:2:1'],
    ['a list instead of a mapping', '- project\n', 'rma.yaml:1:1'],
    ['a tab', 'coordinator:\n\tport: 1\n', 'rma.yaml:2:'],
  ])('rma.yaml with %s', async (_name, content, place) => {
    await writeFile(join(dir, 'rma.yaml'), content);
    expectFault(await rma('up'), { exitCode: 2, code: 'RMA_CONFIG_INVALID', words: [place] });
  });
});

describe('corrupt generated files fail with exit code 2 and change nothing:', () => {
  const file = (path: string, more: object = {}) => ({ path, bytes: 1, digest: null, ...more });
  const model = (more: object = {}) => ({
    source: 'hf',
    ref: HUB,
    repo: 'org/model',
    revision: 'main',
    commit: 'a'.repeat(40),
    complete: false,
    files: [file('model.gguf')],
    ...more,
  });
  const resolved = (entry: object) =>
    JSON.stringify({ schema: 'rma.resolved/v1', models: { [HUB]: model(entry) } });

  it.each([
    ['resolved.json', 'invalid JSON', '{'],
    ['resolved.json', 'another schema', '[]'],
    ['resolved.json', 'null', 'null'],
    ['resolved.json', 'no models', '{"schema":"rma.resolved/v1"}'],
    ['resolved.json', 'a path with ..', resolved({ files: [file('../../outside')] })],
    ['resolved.json', 'an absolute path', resolved({ files: [file('/etc/outside')] })],
    ['resolved.json', 'a revision with ..', resolved({ revision: '../../../outside' })],
    ['resolved.json', 'a repository with ..', resolved({ repo: '../..' })],
    ['resolved.json', 'a commit with ..', resolved({ commit: '../outside' })],
    ['resolved.json', 'the entry of another model', resolved({ ref: 'hf:org/other' })],
    ['state.json', 'invalid JSON', 'profiles'],
    ['state.json', 'no ports', '{"schema":"rma.project-state/v1","profiles":[],"ports":null}'],
    ['state.json', 'an invalid port', '{"schema":"rma.project-state/v1","profiles":[],"ports":{"a":"b"}}'],
    ['state.json', 'an invalid profile', '{"schema":"rma.project-state/v1","profiles":[1],"ports":{}}'],
  ])('%s with %s', async (name, _what, content) => {
    await mkdir(join(dir, '.rma'));
    await writeFile(join(dir, '.rma', name), content);
    await writeFile(join(dir, 'rma.yaml'), 'profiles: [cpu-worker]\n');
    const before = await snapshot(dir);
    const code = name === 'state.json' ? 'RMA_STATE_INVALID' : 'RMA_RESOLVED_INVALID';
    const words = [join(dir, '.rma', name), `rm ${join(dir, '.rma', name)}`];
    expectFault(await rma('up'), { exitCode: 2, code, words });
    expectFault(await rma('models', 'pull', '--dest', 'store', '--json'), {
      exitCode: 2,
      code,
      words,
      json: true,
    });
    expect(await snapshot(dir)).toEqual(before);
  });

  it('state.json is a warning where it only decides what is shown', async () => {
    await mkdir(join(dir, '.rma'));
    await writeFile(join(dir, '.rma/state.json'), 'profiles');
    await writeFile(join(dir, 'rma.yaml'), 'profiles: [cpu-worker]\n');
    const { exitCode, stderr } = await rma('config', 'show');
    expect([exitCode, stderr]).toEqual([
      0,
      expect.stringContaining(`invalid state file ${join(dir, '.rma')}`),
    ]);
  });

  it('a directory in place of a file fails with exit code 3', async () => {
    await mkdir(join(dir, '.rma/state.json'), { recursive: true });
    await writeFile(join(dir, 'rma.yaml'), '');
    const words = [join(dir, '.rma/state.json'), 'EISDIR'];
    expectFault(await rma('up'), { exitCode: 3, code: 'RMA_FILE_UNREADABLE', words });
  });

  it.each([
    ['rma.yaml', [], 2, 'RMA_CONFIG_UNREADABLE'],
    ['other.yaml', ['-f', 'other.yaml'], 2, 'RMA_CONFIG_UNREADABLE'],
    ['profiles/own.yaml', [], 2, 'RMA_DATA_UNREADABLE'],
    ['.rma/state.json', [], 3, 'RMA_FILE_UNREADABLE'],
    ['.rma/resolved.json', [], 3, 'RMA_FILE_UNREADABLE'],
    ['token', ['--token-file', 'token'], 2, 'RMA_HUB_TOKEN_FILE'],
    ['ca.pem', ['--ca-file', 'ca.pem'], 2, 'RMA_CA_FILE_INVALID'],
  ] as const)(
    '[case A02] a named pipe in place of %s is refused without waiting',
    async (...[name, argv, exitCode, code]) => {
      for (const folder of ['.rma', 'profiles']) await mkdir(join(dir, folder));
      if (name !== 'rma.yaml') await writeFile(join(dir, 'rma.yaml'), 'profiles: [cpu-worker]\n');
      spawnSync('mkfifo', [join(dir, name)]);
      expectFault(await rma('models', 'pull', '--dest', 'store', ...argv), {
        exitCode,
        code,
        words: [join(dir, name)],
      });
    },
  );
});
