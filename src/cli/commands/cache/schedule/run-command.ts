import { dirname, isAbsolute, join } from 'node:path';
import { SETTINGS } from '../../../../core/config/settings.ts';
import type { SettingOrigin } from '../../../../core/domain/config.ts';
import { EXIT, RmaError } from '../../../../core/errors.ts';
import type { CommandSchedule } from '../../../../core/schedule/schedule.ts';
import type { FileStore } from '../../../../ports/file-store.ts';
import type { Context } from '../../../context/context.ts';
import type { LoadedConfig } from '../../../context/context-config.ts';
import { dockerEnvironment } from '../../docker-environment.ts';
import type { ScheduledStore } from './scheduled-store.ts';

/** Settings that decide which store is pruned, and how a container reaches it. */
const STORE_SETTINGS = [
  SETTINGS.project,
  SETTINGS.store,
  SETTINGS.owner,
  SETTINGS.nfsOptions,
  SETTINGS.workerBase,
];

/** Where programs are, for cron, whose own PATH is shorter. */
const PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** What the command depends on. */
export interface CommandContext extends Pick<Context, 'env' | 'cwd' | 'settings' | 'selfCommand'> {
  readonly config: () => Promise<Pick<LoadedConfig, 'config' | 'file' | 'origins'>>;
  readonly host: () => Promise<Files>;
}

interface Files {
  readonly files: Pick<FileStore, 'read' | 'facts'>;
}

/**
 * Returns the command that the schedule runs: this installation of rma with absolute paths, the project and settings as they are
 * now, and the words of the policy. @throws RmaError RMA_USAGE_INVALID (2) if rma.yaml came from stdin
 */
export async function runCommand(
  context: CommandContext,
  { directory }: Pick<ScheduledStore, 'directory'>,
  policy: readonly string[],
): Promise<Pick<CommandSchedule, 'command' | 'environment' | 'user'>> {
  const self = await context.selfCommand();
  const run = ['cache', 'schedule', 'run'] as const;
  const host = await context.host();
  if (directory !== null) {
    const command = [...self, '--dir', directory, ...run, '--dest', directory, ...policy] as const;
    return { command, environment: {}, user: await accountOf(host, directory, self) };
  }
  const { config, file, origins } = await context.config();
  if (file === '-') throw fromStdin();
  const place = [
    '--dir',
    context.cwd,
    ...(file === null ? [] : ['--file', file]),
    // the command runs on one host of those that rma.yaml names
    ...(config.projectHosts === undefined
      ? []
      : Object.keys(config.hosts).flatMap((name) => ['--host', name])),
  ];
  const settings = STORE_SETTINGS.flatMap(({ key, flags }) =>
    settingWords(context, { key, flags }, origins[key]),
  );
  return {
    command: [...self, ...place, ...run, ...settings, ...policy],
    environment: {
      PATH: await programPath(host, context.env['PATH'] ?? ''),
      ...dockerEnvironment(context.env, ['HOME', 'XDG_STATE_HOME']),
    },
    user: 'root',
  };
}

/** Returns the words of a setting that is only in this command line or this environment. */
function settingWords(
  { env, settings }: Pick<Context, 'env' | 'settings'>,
  { key, flags }: { readonly key: string; readonly flags: string | null },
  origin: SettingOrigin | undefined,
): readonly string[] {
  const name = /--[a-z-]+/.exec(flags ?? '')?.[0];
  const text =
    origin?.from === 'flag'
      ? settings.get(key)?.at(-1)
      : origin?.from === 'env'
        ? env[origin.name]
        : undefined;
  return name === undefined || text === undefined ? [] : [name, text];
}

/** Returns PATH with the directory of docker, wherever the user's shell finds it. */
async function programPath({ files }: Files, path: string): Promise<string> {
  const known = [...PATH, ...path.split(':').filter((each) => isAbsolute(each))];
  for (const directory of known) {
    if ((await files.facts(join(directory, 'docker')))?.kind !== 'file') continue;
    return [...PATH, ...(PATH.includes(directory) ? [] : [directory])].join(':');
  }
  return PATH.join(':');
}

/**
 * Returns the account that root's schedule uses for a directory: its owner, so that what a run writes does not belong to root.
 * Root itself if the owner has no account, or may not run this installation.
 */
async function accountOf({ files }: Files, directory: string, programs: readonly string[]): Promise<string> {
  const uid = (await files.facts(directory))?.uid ?? 0;
  const users = (await files.read('/etc/passwd')) ?? '';
  const line = users.split('\n').find((each) => each.split(':')[2] === String(uid));
  const name = line?.split(':')[0];
  if (name === undefined || name === '') return 'root';
  const reachable = await Promise.all(programs.map((program) => isOpenToAll({ files }, dirname(program))));
  return reachable.every(Boolean) ? name : 'root';
}

/** Returns whether every user may enter a directory. */
async function isOpenToAll({ files }: Files, directory: string): Promise<boolean> {
  const mode = (await files.facts(directory))?.mode ?? 0;
  if ((mode & 0o001) === 0) return false;
  return dirname(directory) === directory || isOpenToAll({ files }, dirname(directory));
}

function fromStdin(): RmaError {
  return new RmaError('RMA_USAGE_INVALID', 'a schedule cannot read rma.yaml from stdin', {
    exitCode: EXIT.usage,
    hint: 'save it, and pass its path to -f/--file',
  });
}
