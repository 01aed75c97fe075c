import { dirname, join, relative, resolve } from 'node:path';
import { findUpwards, isDirectory, isFile, isSameFile } from '../../adapters/files/find-upwards.ts';
import { type ReadFault, readTextFile, readTextStream } from '../../adapters/files/read-text.ts';
import type { ConfigSources } from '../../core/config/config-sources.ts';
import { hfAuthFile } from '../../core/config/hub-token.ts';
import { NOTHING_RECORDED, type RecordedProject } from '../../core/config/recorded-project.ts';
import { type ResolvedConfig, resolveConfig } from '../../core/config/resolve-config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { parseProjectState } from '../../core/profile/project-state.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { GlobalValues } from '../global-options.ts';
import type { Surroundings } from './surroundings.ts';

const FILE_NAMES = ['rma.yaml', 'rma.yml'];
const MODE_HINT = 'check its permissions with ls -l';

export interface LoadedConfig extends ResolvedConfig {
  /** absolute path of the rma.yaml in use, `-` for stdin, null without one */
  readonly file: string | null;
}

interface ConfigParts {
  readonly surroundings: Surroundings;
  readonly globals: Pick<GlobalValues, 'file' | 'dir'>;
  readonly settings: ReadonlyMap<string, readonly string[]>;
  readonly reporter: Reporter;
  /** used instead of the file that exists */
  readonly replaced?: { readonly path: string; readonly text: string };
}

/** Finds and reads rma.yaml and joins it with options and environment. @throws RmaError RMA_CONFIG_* and RMA_USAGE_* exit 2 */
export async function loadConfig({
  surroundings,
  globals,
  settings,
  reporter,
  replaced,
}: ConfigParts): Promise<LoadedConfig> {
  const { env, cwd, home } = surroundings;
  const path = replaced?.path ?? (await configPath(cwd, globals));
  reporter.emit({ type: 'log', level: 'debug', text: `configuration: ${path ?? 'no rma.yaml'}` });
  const read = async () => (path === null ? null : readConfigFile(path, surroundings));
  const file = replaced === undefined ? await read() : fileOf(replaced, cwd);
  const auth = hfAuthFile(env, home);
  const sources: ConfigSources = {
    file,
    flags: settings,
    env,
    cwd,
    home,
    profilesDir: await directoryBeside(file, 'profiles'),
    enginesDir: await directoryBeside(file, 'engines'),
    hfAuthFile: auth !== null && (await isFile(auth)) ? auth : null,
    recorded: NOTHING_RECORDED,
  };
  // where the record is depends on the other sources
  const { stateDir } = resolveConfig(sources).config;
  const recorded = await readRecord(stateDir, file?.dir ?? null).catch((error: unknown) => {
    if (!(error instanceof RmaError)) throw error;
    // commands that write the file fail; others may show another project than the recorded one
    const { code, message: text, hint } = error;
    reporter.emit({ type: 'warning', code, text, ...(hint !== undefined && { hint }) });
    return NOTHING_RECORDED;
  });
  const resolved = resolveConfig({ ...sources, recorded });
  return { ...resolved, file: path };
}

/**
 * Returns the path of the rma.yaml in use, absolute; `-` for stdin, null without one.
 * @throws RmaError RMA_USAGE_NO_FOLDER (2)
 */
export async function configPath(cwd: string, { file }: Pick<GlobalValues, 'file'>): Promise<string | null> {
  if (!(await isDirectory(cwd))) throw notADirectory(cwd);
  if (file === '-') return file;
  return file === null ? findUpwards(cwd, FILE_NAMES) : resolve(cwd, file);
}

/** Reads what `rma up` recorded; a state file that cannot be read is reported by the commands that need it. @throws RmaError RMA_STATE_INVALID (2) */
async function readRecord(stateDir: string, directory: string | null): Promise<RecordedProject> {
  const path = join(stateDir, 'state.json');
  const content = await readTextFile(path);
  if (!content.ok) return NOTHING_RECORDED;
  const state = parseProjectState(content.text, path);
  const { project = null, settings = {} } = state;
  // a project named by an option has a directory of its own below
  const isDefault = directory !== null && stateDir === join(directory, '.rma');
  const isKnown = isDefault && !(await isElsewhere(state.directory, path));
  return { project: isKnown ? project : null, settings };
}

/** Returns whether the recorded directory still has this state file: then the one read now is in a copy of it. */
async function isElsewhere(recorded: string | undefined, path: string): Promise<boolean> {
  if (recorded === undefined) return false;
  const other = join(recorded, '.rma', 'state.json');
  return (await isFile(other)) && !(await isSameFile(other, path));
}

async function directoryBeside(file: ConfigSources['file'], name: string): Promise<string | null> {
  if (file === null) return null;
  const path = join(file.dir, name);
  return (await isDirectory(path)) ? path : null;
}

async function readConfigFile(
  path: string,
  { cwd, stdin, signal }: Surroundings,
): Promise<NonNullable<ConfigSources['file']>> {
  if (path === '-') {
    const input = await readTextStream(stdin, signal);
    if (!input.ok) throw unreadable('stdin', input.fault);
    return { text: input.text, name: 'stdin', dir: cwd };
  }
  const absolute = resolve(cwd, path);
  const result = await readTextFile(absolute);
  if (!result.ok) throw unreadable(absolute, result.fault);
  return fileOf({ path: absolute, text: result.text }, cwd);
}

/** @param file with an absolute path */
function fileOf(
  { path, text }: NonNullable<ConfigParts['replaced']>,
  cwd: string,
): NonNullable<ConfigSources['file']> {
  const below = relative(cwd, path);
  return { text, name: below.startsWith('..') ? path : below, dir: dirname(path) };
}

function notADirectory(path: string): RmaError {
  return new RmaError('RMA_USAGE_NO_FOLDER', `${path} is not a directory`, {
    exitCode: EXIT.usage,
    hint: 'pass an existing directory to -C/--dir',
  });
}

function unreadable(path: string, fault: ReadFault): RmaError {
  const faults: Readonly<Record<ReadFault, readonly [message: string, hint: string]>> = {
    missing: [`file not found: ${path}`, 'pass the path of an rma.yaml to -f/--file'],
    'is-directory': [`${path} is a directory`, shell`rma -f ${join(path, 'rma.yaml')}, or rma -C ${path}`],
    special: [`${path} is not a regular file`, shell`check its type: ls -l ${path}`],
    denied: [`permission denied: ${path}`, MODE_HINT],
    'not-utf8': [`${path} is not UTF-8 text`, 'save it as UTF-8'],
    unreadable: [`cannot read ${path}`, MODE_HINT],
  };
  const [message, hint] = faults[fault];
  const code = fault === 'missing' ? 'RMA_CONFIG_NOT_FOUND' : 'RMA_CONFIG_UNREADABLE';
  return new RmaError(code, message, { exitCode: EXIT.usage, hint });
}
