import type { Catalog } from '../../core/domain/profile.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { checkConverted } from '../../core/init/check-converted.ts';
import type { Notice } from '../../core/init/compose-model.ts';
import { convertCompose } from '../../core/init/convert-compose.ts';
import { defaultProject, type Machine } from '../../core/init/default-project.ts';
import { readCompose } from '../../core/init/read-compose.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { probeGpus } from '../observe/probe-gpus.ts';

export type InitHost = Pick<Host, 'engine' | 'files' | 'gpus' | 'facts'>;

export interface InitRequest {
  /** absolute */
  readonly directory: string;
  readonly catalog: Catalog;
  readonly profiles: readonly string[];
  /** as `volumes.store`; null: the default, or that of the Compose files */
  readonly store: string | null;
  /** Compose files to convert, absolute, with the names for messages; empty: the defaults for this machine */
  readonly compose: readonly { readonly path: string; readonly name: string }[];
  /** replaces existing files */
  readonly force: boolean;
  /** for variables in Compose files; takes precedence over the `.env` file next to the first one */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The written files, absolute, and what the conversion corrected or left out. */
export interface InitResult {
  readonly files: readonly string[];
  readonly notices: readonly Notice[];
}

/**
 * Writes an `rma.yaml` for this machine, or converted from Compose files, and the profiles it needs.
 * @throws RmaError RMA_INIT_EXISTS, RMA_COMPOSE_IMPORT, RMA_COMPOSE_IMPORT_NOTHING (2), RMA_FILE_UNWRITABLE (3); nothing is
 *   written then, except after the last one
 */
export async function initProject(
  host: InitHost,
  invocation: Pick<Invocation, 'signal'>,
  request: InitRequest,
): Promise<InitResult> {
  const { directory, compose, force } = request;
  const { files: texts, notices } =
    compose.length > 0
      ? await fromCompose(host, request)
      : { files: new Map([['rma.yaml', await forMachine(host, invocation, request)]]), notices: [] };
  const settings = await settingsFile(host, directory);
  const files = [...texts].map(([name, text]) => ({
    path: name === 'rma.yaml' ? settings : `${directory}/${name}`,
    text,
  }));
  if (!force)
    await assertNew(
      host,
      files.map(({ path }) => path),
    );
  // the settings last: they name the profiles
  const ordered = files.toSorted((a, b) => Number(a.path === settings) - Number(b.path === settings));
  for (const { path, text } of ordered) await host.files.write(path, text, 0o644);
  return { files: files.map(({ path }) => path), notices };
}

/** An existing `rma.yml` is the one to replace: a new rma.yaml next to it would hide it. */
async function settingsFile({ files }: Pick<Host, 'files'>, directory: string): Promise<string> {
  const [yaml, yml] = await Promise.all(
    ['rma.yaml', 'rma.yml'].map(async (name) => (await files.facts(`${directory}/${name}`)) !== null),
  );
  return `${directory}/${yml === true && yaml === false ? 'rma.yml' : 'rma.yaml'}`;
}

async function fromCompose({ files }: Pick<Host, 'files'>, request: InitRequest) {
  const { compose, environment, catalog, directory, store } = request;
  const texts = [];
  for (const { path, name } of compose) {
    const text = await files.read(path);
    if (text === null) throw notFound(name);
    texts.push({ file: name, text });
  }
  const base = (compose[0]?.path ?? directory).replace(/\/[^/]*$/, '');
  const envFile = await files.read(`${base}/.env`);
  const shownBase = compose[0]?.name.replace(/[^/]*$/, '') ?? '';
  const project = convertCompose({
    files: readCompose(texts, {
      shell: environment,
      envFile: envFile === null ? null : { text: envFile, file: `${shownBase}.env` },
    }),
    catalog,
    names: compose.map(({ name }) => name),
    store,
    base: base === directory ? null : base,
  });
  checkConverted(project.files, catalog);
  return project;
}

async function forMachine(
  host: InitHost,
  invocation: Pick<Invocation, 'signal'>,
  { catalog, profiles, store }: InitRequest,
): Promise<string> {
  const [inventory, memory, disks, docker] = await Promise.all([
    probeGpus(host, invocation),
    host.facts.memory(),
    host.facts.disks(),
    dockerOf(host),
  ]);
  const machine: Machine = { gpus: inventory.gpus, memoryBytes: memory.totalBytes, disks, docker };
  return defaultProject({ machine, catalog, profiles, store });
}

/** A project can be written before Docker is installed. */
async function dockerOf({ engine, files }: Pick<Host, 'engine' | 'files'>): Promise<Machine['docker']> {
  try {
    const { version, rootDir } = await engine.facts();
    const isHere = (await files.facts(rootDir)) !== null;
    return { version, rootDir, freeBytes: isHere ? await files.freeBytes(rootDir) : null };
  } catch (error) {
    if (error instanceof RmaError) return null;
    throw error;
  }
}

async function assertNew({ files }: Pick<Host, 'files'>, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if ((await files.facts(path)) === null) continue;
    throw new RmaError('RMA_INIT_EXISTS', `${path} exists already`, {
      exitCode: EXIT.usage,
      hint: 'to replace it: --force; to write the project elsewhere: rma init DIR',
    });
  }
}

function notFound(name: string): RmaError {
  return new RmaError('RMA_COMPOSE_IMPORT', `${name}: file not found`, {
    exitCode: EXIT.usage,
    hint: shell`check the path: ls -l ${name}`,
  });
}
