import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { ProjectHost } from '../../app/hosts/project-host.ts';
import type { CheckedFolder } from '../../app/models/repair-models.ts';
import type { DirectorySchedule } from '../../app/scheduled/directory-schedule.ts';
import type { BundleFiles } from '../../ports/bundle-files.ts';
import type { Bundles } from '../../ports/bundles.ts';
import type { CacheStore } from '../../ports/cache-store.ts';
import type { Host } from '../../ports/host.ts';
import type { HostVersions } from '../../ports/host-versions.ts';
import type { ImageArchives } from '../../ports/image-archives.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { Kubectl } from '../../ports/kubectl.ts';
import type { ModelImport } from '../../ports/model-import.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ClusterInput } from '../cluster-options.ts';
import type { GlobalValues } from '../global-options.ts';
import type { ProcessIo } from '../process-io.ts';
import type { Screen } from '../screen.ts';
import type { LoadedConfig } from './context-config.ts';
import type { ProjectHosts } from './context-hosts.ts';
import type { Serving } from './context-serve.ts';
import type { Surroundings } from './surroundings.ts';

/** What a handler receives: the surroundings, and parts that are loaded on first use. */
export interface Context extends Surroundings {
  readonly reporter: Reporter;
  readonly globals: GlobalValues;
  readonly help: HelpPages;
  /** true if stdin and stdout are a terminal */
  readonly isTerminal: boolean;
  /** true if stdout is a terminal, also with another stdin */
  readonly isOutputTerminal: boolean;
  /** texts of the setting options, by key */
  readonly settings: ReadonlyMap<string, readonly string[]>;
  /** The configuration, read once. @throws RmaError RMA_CONFIG_* exit 2 */
  readonly config: () => Promise<LoadedConfig>;
  /** Path of the rma.yaml in use, which may be invalid; absolute, `-` for stdin, null without one. @throws RmaError RMA_USAGE_NO_FOLDER (2) */
  readonly configPath: () => Promise<string | null>;
  /** The configuration as it would be with another rma.yaml, at an absolute path. @throws RmaError RMA_CONFIG_* exit 2 */
  readonly configWith: (replaced: { readonly path: string; readonly text: string }) => Promise<LoadedConfig>;
  /** Writes a line to stdout while the command runs. */
  readonly print: (line: string) => void;
  /** Takes the whole terminal for a live view; the caller closes it. */
  readonly openScreen: () => Promise<Screen>;
  /** Marks the command as one that runs until the user stops it: a signal then causes no message. */
  readonly follows: () => void;
  /** Asks a question, and returns after a yes. @throws RmaError RMA_USAGE_NOT_CONFIRMED exit 2 without a terminal or after a no */
  readonly confirm: (question: string) => Promise<void>;
  /** Asks to type a name; `force` with --yes skips it. @throws RmaError as confirm */
  readonly confirmName: (question: string, name: string, force: boolean) => Promise<void>;
  /** Prompts whether to do something that the command does not need; null without a terminal. @throws RmaError RMA_INTERRUPTED exit 130 */
  readonly offer: (question: string) => Promise<boolean | null>;
  readonly hostVersions: () => Promise<HostVersions>;
  /** the user's kubectl, for a cluster */
  readonly kubectl: (address: ClusterInput) => Promise<Kubectl>;
  /** this machine; needs no configuration */
  readonly host: () => Promise<Host>;
  /** names of the hosts that the command acts on; null for a project that names none. @throws RmaError RMA_HOST_UNKNOWN, RMA_CONFIG_* (2) */
  readonly selectedHosts: () => Promise<readonly string[] | null>;
  /** a named host, connected on first use, and again after `forgetHost`. @throws RmaError RMA_HOST_*, RMA_CONFIG_* */
  readonly projectHost: (name: string) => Promise<ProjectHost>;
  /** makes `projectHost` connect again to a host that it could not connect to */
  readonly forgetHost: (name: string) => Promise<void>;
  /** ends the connections to hosts */
  readonly close: () => Promise<void>;
  /** the hubs, the data and the settings. @throws RmaError RMA_CONFIG_* (2) */
  readonly invocation: () => Promise<Invocation>;
  /** the command that runs this installation of rma, absolute */
  readonly selfCommand: () => Promise<readonly [string, string]>;
  /** what serving a store needs of this machine */
  readonly serving: () => Promise<Serving>;
  /** what imports models of other programs into the store in a directory */
  readonly imports: (folder: string) => Promise<ModelImport>;
  /** the scheduled runs of a store in a local directory, without Docker */
  readonly directorySchedule: (folder: string) => Promise<DirectorySchedule>;
  /** what exports bundles of the store in a directory, and imports them; `rest`: of a stream that was read in part */
  readonly bundles: (folder: string, rest: AsyncIterable<Uint8Array> | null) => Promise<Bundles>;
  /** what reads and writes images and files in bundles */
  readonly bundleFiles: () => Promise<BundleFiles>;
  /** what unpacks archives of images */
  readonly imageArchives: () => Promise<ImageArchives>;
  /** opens a store in a local directory, without Docker */
  readonly folderStore: (folder: string) => Promise<CheckedFolder>;
  /** opens a store in a local directory for the cache commands, without Docker */
  readonly directoryCache: (folder: string) => Promise<CacheStore>;
}

/** The help pages of commands and nouns, by path. */
export interface HelpPages {
  readonly paths: readonly string[];
  readonly render: (path: string) => string;
}

interface ContextParts {
  readonly io: ProcessIo;
  readonly globals: GlobalValues;
  readonly settings: ReadonlyMap<string, readonly string[]>;
  readonly reporter: Reporter;
  readonly help: HelpPages;
}

/** Returns the context of a command. The `context-*.ts` files create the adapters, and are loaded on first use. */
export function createContext({ io, globals, settings, reporter, help }: ContextParts): Context {
  const { env, stdin, signal } = io;
  const cwd = globals.dir === null ? io.cwd : resolve(io.cwd, globals.dir);
  const home = homeDirectory(env);
  const surroundings: Surroundings = { env, cwd, home, stdin, signal };
  const config = once(async () => {
    const { loadConfig } = await import('./context-config.ts');
    return loadConfig({ surroundings, globals, settings, reporter });
  });
  const configWith: Context['configWith'] = async (replaced) => {
    const { loadConfig } = await import('./context-config.ts');
    // what it reports was reported for the file that exists
    return loadConfig({ surroundings, globals, settings, reporter: { emit: () => undefined }, replaced });
  };
  const localHost = once(async () => (await import('./context-host.ts')).localHost(env));
  const invocation = once(async () => {
    const { createInvocation } = await import('./context-invocation.ts');
    return createInvocation({ env, signal, reporter }, await config());
  });
  return {
    ...surroundings,
    isTerminal: stdin.isTTY === true && io.stdout.isTTY === true,
    isOutputTerminal: io.stdout.isTTY === true,
    reporter,
    globals,
    help,
    settings,
    config,
    configPath: async () => (await import('./context-config.ts')).configPath(cwd, globals),
    configWith,
    openScreen: async () => new (await import('../screen.ts')).Screen(io, globals.color),
    print: (line) => io.stdout.write(`${line}\n`),
    follows: () => io.onFollow?.(),
    host: localHost,
    ...hostsOf({ config, env, signal, words: globals.host }),
    invocation,
    ...directoriesOf({ config, env, signal, io, reporter }),
    selfCommand: async () => (await import('./self-command.ts')).selfCommand(),
    confirm: async (question) => (await import('../confirm.ts')).confirm(question, { io, globals }),
    confirmName: async (question, name, force) =>
      (await import('../confirm.ts')).confirmName(question, { io, globals, name, force }),
    offer: async (question) => (await import('../confirm.ts')).offer(question, { io, globals }),
    kubectl: async (address) => (await import('./context-kubectl.ts')).openKubectl(env, address),
    hostVersions: async () => (await import('./context-versions.ts')).readHostVersions(env),
  };
}

interface DirectoryParts extends Pick<Surroundings, 'env' | 'signal'> {
  readonly config: Context['config'];
  readonly io: ProcessIo;
  readonly reporter: Reporter;
}

/** What opens stores in directories of this machine. */
function directoriesOf({
  config,
  env,
  signal,
  io,
  reporter,
}: DirectoryParts): Pick<
  Context,
  | 'directoryCache'
  | 'bundles'
  | 'bundleFiles'
  | 'imageArchives'
  | 'imports'
  | 'folderStore'
  | 'serving'
  | 'directorySchedule'
> {
  return {
    directoryCache: async (folder) => (await import('./context-cache.ts')).openDirectoryCache(folder),
    bundles: async (folder, rest) => (await import('./context-bundles.ts')).openBundles(folder, io, rest),
    bundleFiles: async () => (await import('./context-bundles.ts')).openBundleFiles(io),
    imageArchives: async () => (await import('./context-bundles.ts')).openImageArchives(),
    imports: async (folder) => (await import('./context-store.ts')).openImports(folder),
    folderStore: async (folder) => {
      const { network } = (await config()).config;
      return (await import('./context-store.ts')).openFolderStore(folder, { env, reporter, network });
    },
    serving: async () => (await import('./context-serve.ts')).createServing(),
    directorySchedule: async (folder) =>
      (await import('./context-schedule.ts')).openDirectorySchedule(folder, signal),
  };
}

interface HostsParts extends Pick<Surroundings, 'env' | 'signal'> {
  readonly config: Context['config'];
  /** of `--host` */
  readonly words: readonly string[];
}

function hostsOf({
  config,
  env,
  signal,
  words,
}: HostsParts): Pick<Context, 'selectedHosts' | 'projectHost' | 'forgetHost' | 'close'> {
  let opened: ProjectHosts | null = null;
  const open = once(async () => {
    const { ProjectHosts: Hosts } = await import('./context-hosts.ts');
    opened = new Hosts({ config: (await config()).config, env, signal });
    return opened;
  });
  return {
    selectedHosts: async () => {
      const { selectedHosts } = await import('../hosts/selected-hosts.ts');
      return selectedHosts((await config()).config, words);
    },
    projectHost: async (name) => (await open()).open(name),
    forgetHost: async (name) => (await open()).forget(name),
    close: async () => opened?.close(),
  };
}

/** Returns the same promise on every call. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return async () => {
    made ??= make();
    return made;
  };
}

function homeDirectory(env: ProcessIo['env']): string | null {
  if (env['HOME']) return env['HOME'];
  try {
    return userInfo().homedir || null;
  } catch {
    // a user id without an entry in the password file has no home
    return null;
  }
}
