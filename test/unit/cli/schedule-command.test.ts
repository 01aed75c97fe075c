import { describe, expect, it } from 'vitest';
import { type CommandContext, runCommand } from '../../../src/cli/commands/cache/schedule/run-command.ts';
import type { FileFacts } from '../../../src/core/domain/file-facts.ts';
import { hostConfig } from '../../../src/core/hosts/host-config.ts';
import type { FileStore } from '../../../src/ports/file-store.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';

interface Machine {
  /** by path */
  readonly facts?: Readonly<Record<string, Partial<FileFacts>>>;
  readonly passwd?: string;
}

function contextOf(
  over: Partial<CommandContext>,
  {
    facts = {},
    passwd = 'root:x:0:0::/root:/bin/sh\nmodels:x:1200:1200::/home/models:/bin/sh\n',
  }: Machine = {},
): CommandContext {
  const files: Pick<FileStore, 'read' | 'facts'> = {
    read: async (path) => (path === '/etc/passwd' ? passwd : null),
    facts: async (path) => {
      const found = facts[path];
      return found === undefined
        ? null
        : { kind: 'directory', uid: 0, gid: 0, mode: 0o755, modifiedMs: 0, ...found };
    },
  };
  return {
    env: {},
    cwd: '/srv/demo',
    settings: new Map(),
    selfCommand: async () => ['/usr/bin/node', '/opt/rma/main.js'],
    config: async () => ({ config: configOf(), file: null, origins: {} }),
    host: async () => ({ files }),
    ...over,
  };
}

const OPEN = { '/': {}, '/usr': {}, '/usr/bin': {}, '/opt': {}, '/opt/rma': {} };

describe('the command of a schedule', () => {
  it('names the project as it is now: rma.yaml, and settings of options and variables only', async () => {
    const context = contextOf({
      env: {
        RMA_OWNER: '5000:5000',
        HOME: '/root',
        DOCKER_HOST: 'unix:///run/d.sock',
        HF_TOKEN: 'hf_secret',
      },
      settings: new Map([['volumes.store', ['host:./models']]]),
      config: async () => ({
        config: configOf(),
        file: '/srv/demo/rma.yaml',
        origins: {
          project: { from: 'file', file: '/srv/demo/rma.yaml', line: 1, column: 1 },
          'volumes.store': { from: 'flag', name: '--volume' },
          owner: { from: 'env', name: 'RMA_OWNER' },
        },
      }),
    });
    const { command, environment, user } = await runCommand(context, { directory: null }, ['--keep', '30d']);
    expect(command).toEqual([
      ...['/usr/bin/node', '/opt/rma/main.js', '--dir', '/srv/demo', '--file', '/srv/demo/rma.yaml'],
      ...['cache', 'schedule', 'run', '--volume', 'host:./models', '--owner', '5000:5000', '--keep', '30d'],
    ]);
    expect(environment).toEqual({
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      DOCKER_HOST: 'unix:///run/d.sock',
      HOME: '/root',
    });
    expect(user).toBe('root');
  });

  it('finds docker where the shell of the user finds it', async () => {
    const facts = { '/snap/bin/docker': { kind: 'file' } } as const;
    const context = contextOf({ env: { PATH: 'bin:/snap/bin:/usr/bin' } }, { facts });
    const { environment } = await runCommand(context, { directory: null }, []);
    expect(environment['PATH']).toBe(
      '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin',
    );
  });

  it.each([
    ['the owner of the directory', { ...OPEN, '/data': { uid: 1200 } }, 'models'],
    ['root for an owner without an account', { ...OPEN, '/data': { uid: 4711 } }, 'root'],
    [
      'root if the owner may not run rma',
      { ...OPEN, '/opt': { mode: 0o700 }, '/data': { uid: 1200 } },
      'root',
    ],
  ] as const)('in a directory needs no Docker, and runs as %s', async (_name, facts, user) => {
    const context = contextOf({ env: { HOME: '/root', DOCKER_HOST: 'x' } }, { facts });
    expect(await runCommand(context, { directory: '/data' }, [])).toEqual({
      command: [
        ...['/usr/bin/node', '/opt/rma/main.js', '--dir', '/data', 'cache', 'schedule', 'run'],
        ...['--dest', '/data'],
      ],
      environment: {},
      user,
    });
  });

  it('names the host of a project that has several', async () => {
    const hosts = { here: { address: null }, box1: { address: 'ssh://box1' } };
    const config = hostConfig(configOf({ hosts }), {
      name: 'here',
      stateDir: '/srv/demo/.rma',
      profiles: [],
    });
    const context = contextOf({ config: async () => ({ config, file: '/srv/demo/rma.yaml', origins: {} }) });
    const { command } = await runCommand(context, { directory: null }, []);
    expect(command.join(' ')).toContain('--file /srv/demo/rma.yaml --host here cache schedule run');
  });

  it('cannot read rma.yaml from stdin', async () => {
    const context = contextOf({ config: async () => ({ config: configOf(), file: '-', origins: {} }) });
    await expect(runCommand(context, { directory: null }, [])).rejects.toMatchObject({
      code: 'RMA_USAGE_INVALID',
      exitCode: 2,
    });
  });
});
