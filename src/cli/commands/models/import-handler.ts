import { resolve } from 'node:path';
import { type PlannedImport, planImport, runImport } from '../../../app/models/import-models.ts';
import type { ImportOutcome, ImportSource } from '../../../core/domain/import.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { defaultDirectories } from '../../../core/import/default-directories.ts';
import { shell } from '../../../core/shell-quote.ts';
import type { ModelImport } from '../../../ports/model-import.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { exitCodeOf, type ImportRow, rowsOf } from '../../render/import-rows.ts';
import { importDocument, importText } from '../../render/import-text.ts';
import { hintOnStore, type StoreOptions } from '../../render/on-store.ts';
import { openDirectory } from './input.ts';

interface ImportInput {
  readonly dir: readonly string[];
  readonly dest: string | null;
  readonly dryRun: boolean;
}

/** Imports models of other programs. @throws RmaError RMA_IMPORT_* , as planImport and runImport */
export async function importModels(input: ImportInput, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const opened = await openDirectory(input, context);
  // without a directory as the store, only the sources are on this machine
  const imports = await context.imports(input.dest === null ? '/' : resolve(context.cwd, input.dest));
  const folder = opened === null ? null : { store: opened.store, uses: opened.uses, imports };
  const sources = await sourcesOf(input, context, imports);
  const request = { config, sources, folder };
  const host = await context.host();
  const invocation = await context.invocation();
  const planned = await planImport(host, invocation, request);
  const dryRun = input.dryRun || input.dir.length === 0;
  const outcomes = dryRun ? null : await runImport(host, invocation, { config, folder, planned });
  const store = { dest: input.dest, project: context.globals };
  const complete = outcomes?.map((outcome) => withHint(outcome, store)) ?? null;
  return resultOf(input, { sources, planned, outcomes: complete });
}

/** Returns an outcome with a hint for the same store. */
function withHint(outcome: ImportOutcome, store: StoreOptions): ImportOutcome {
  const { error = null } = outcome;
  if (error?.hint === undefined) return outcome;
  return { ...outcome, error: { ...error, hint: hintOnStore(error.hint, store) } };
}

/** Returns the sources in the given directories, else those in the usual places. */
async function sourcesOf(
  { dir, dest }: ImportInput,
  { cwd, env, home }: Context,
  imports: ModelImport,
): Promise<readonly ImportSource[]> {
  if (dir.length > 0) {
    const found = new Map<string, ImportSource>();
    for (const each of dir) {
      const source = await imports.find(resolve(cwd, each));
      if (source === null) throw unknown(each);
      found.set(source.directory, source);
    }
    return [...found.values()];
  }
  const store = dest === null ? null : resolve(cwd, dest);
  const found: ImportSource[] = [];
  for (const each of defaultDirectories(env, home)) {
    if (store !== null && resolve(each).startsWith(`${store}/`)) continue;
    const source = await imports.find(resolve(each)).catch(missing);
    if (source !== null) found.push(source);
  }
  return found;
}

function resultOf(
  input: ImportInput,
  run: {
    readonly sources: readonly ImportSource[];
    readonly planned: readonly PlannedImport[];
    readonly outcomes: readonly ImportOutcome[] | null;
  },
): CommandResult {
  const rows = rowsOf(run);
  const isListing = input.dir.length === 0;
  const dest = input.dest === null ? '' : shell` --dest ${input.dest}`;
  const next = nextDirectories(rows);
  return {
    json: importDocument(rows, { ...run, dryRun: run.outcomes === null }),
    human: (theme) => importText(rows, { ...run, theme, isListing }),
    ids: rows.map(({ reference }) => reference),
    exitCode: run.outcomes === null ? EXIT.ok : exitCodeOf(rows),
    ...(isListing && next.length > 0 && { next: `rma models import ${next}${dest}` }),
  };
}

function nextDirectories(rows: readonly ImportRow[]): string {
  const directories = new Set(rows.filter(({ state }) => state === 'new').map(({ directory }) => directory));
  return [...directories].map((directory) => shell`${directory}`).join(' ');
}

/** A usual place that does not exist or cannot be read is left out. */
function missing(error: unknown): null {
  if (error instanceof RmaError && ['RMA_IMPORT_NO_DIRECTORY', 'RMA_IMPORT_UNREADABLE'].includes(error.code))
    return null;
  throw error;
}

function unknown(directory: string): RmaError {
  return new RmaError('RMA_IMPORT_UNKNOWN', `rma recognizes no models in ${directory}`, {
    exitCode: EXIT.usage,
    hint: 'pass a Hugging Face hub cache or a repository in it (models--ORG--NAME), a model directory of Ollama or LM Studio, a cache of llama.cpp or ModelScope, or an rma store; if docling-tools wrote it, rename it to DIR/docling, and rma models pull docling:NAME --dest DIR downloads only what is missing',
  });
}
