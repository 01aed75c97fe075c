import type { UnresolvedModel } from '../../../app/desired/choose-models.ts';
import { type ListedModel, listedModels, withoutPickles } from '../../../app/models/listed-models.ts';
import type { FolderStore, PulledModel, PullRequest, PullResult } from '../../../app/models/pull-models.ts';
import { recordResolved } from '../../../app/models/record-resolved.ts';
import { EXIT, type ExitCode, RmaError } from '../../../core/errors.ts';
import { isMissing } from '../../../core/profile/model-users.ts';
import type { FileGlobs } from '../../../core/source/with-files.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { hintOnStore, type StoreOptions } from '../../render/on-store.ts';
import { modelChoice, openDirectory, type StoreInput, warnIncomplete, warnUnresolved } from './input.ts';

export type PullInput = StoreInput & FileGlobs & { readonly dryRun: boolean; readonly strict: boolean };

/** The models to download to one store. */
export interface PullListing extends Pick<PullRequest, 'config' | 'catalog' | 'store'> {
  readonly models: readonly ListedModel[];
  readonly failed: readonly UnresolvedModel[];
}

/** Lists the models to download, with warnings for those that cannot be. @throws RmaError as listedModels */
export async function listForPull(input: PullInput, context: Context): Promise<PullListing> {
  const folder = await openDirectory(input, context);
  const { config } = await context.config();
  const listed = await listedModels(await context.host(), await context.invocation(), {
    ...(await modelChoice(input, context)),
    files: filesOf(input),
    store: folder?.store ?? null,
  });
  const { models, failed } = withoutPickles(listed, config);
  warnUnresolved(context, failed);
  warnIncomplete(context, models);
  const store: FolderStore | typeof listed.volume = folder ?? listed.volume;
  if (store === null) throw new Error('models were listed without a store');
  return { config, catalog: listed.catalog, store, models, failed };
}

/** Records what was downloaded to one store, and returns it as the result of the command. */
export async function pullResult(
  input: PullInput,
  context: Context,
  { listing, result }: { readonly listing: PullListing; readonly result: PullResult },
): Promise<CommandResult> {
  const { config, models, failed } = listing;
  const present = models.filter((_, at) => isStored(result.models[at]));
  if (!input.dryRun) {
    await recordResolved(await context.host(), await context.invocation(), { config, models: present });
  }
  const onThis = { dest: input.dest, project: context.globals };
  const all = [...result.models, ...failed.map(failedModel)].map((model) => withHint(model, onThis));
  return {
    json: {
      schema: 'rma.models-pull/v1',
      dryRun: input.dryRun,
      missingBytes: result.missingBytes,
      freeBytes: result.freeBytes,
      models: all,
    },
    human: () => sentences({ ...result, models: all }, input.dryRun),
    ids: models.map(({ ref }) => ref),
    exitCode: exitCodeOf(result, input.strict ? failed : failed.filter((model) => !isSkipped(model, input))),
  };
}

/** @throws RmaError RMA_USAGE_INVALID (2) for several models: the globs would select files of each */
function filesOf({ model, include, exclude }: StoreInput & FileGlobs): FileGlobs {
  const isUsed = include.length + exclude.length > 0;
  if (!isUsed || (model.length === 1 && model[0] !== 'all')) return { include, exclude };
  throw new RmaError('RMA_USAGE_INVALID', '--include and --exclude select files of one model', {
    exitCode: EXIT.usage,
    hint: 'name one repository: rma models pull hf:org/repo --include "*.json"',
  });
}

function exitCodeOf(result: PullResult, failed: readonly UnresolvedModel[]): ExitCode {
  const succeeded = result.models.some(({ state }) => state !== 'failed');
  return failed.length > 0 && succeeded ? EXIT.partial : result.exitCode;
}

/** Returns whether a model that its source lacks was only requested along with others. */
function isSkipped({ optional, error }: UnresolvedModel, { model }: StoreInput): boolean {
  return optional && isMissing(error) && (model.length === 0 || model.includes('all'));
}

function isStored(model: PulledModel | undefined): boolean {
  return model?.state === 'present' || model?.state === 'fetched';
}

/** Returns a model with a hint for the same store. */
function withHint(model: PulledModel, store: StoreOptions): PulledModel {
  return model.hint === undefined ? model : { ...model, hint: hintOnStore(model.hint, store) };
}

/** Returns an unresolved model as a failed one. */
function failedModel({ name, ref, error }: UnresolvedModel): PulledModel {
  return { name, ref, state: 'failed', bytes: 0, message: error.message, code: error.code };
}

function sentences(result: PullResult, dryRun: boolean): string {
  const hints = new Set<string>();
  const lines = result.models.flatMap(({ name, state, message, hint }) => {
    const line = `${name}: ${message ?? (state === 'fetched' ? 'downloaded' : state)}`;
    if (hint === undefined || hints.has(hint)) return [line];
    hints.add(hint);
    return [line, `  hint: ${hint}`];
  });
  if (!dryRun) return lines.join('\n');
  const free = result.freeBytes === null ? 'unknown' : formatBytes(result.freeBytes);
  return [...lines, `To download: ${formatBytes(result.missingBytes)}; free disk space: ${free}.`].join('\n');
}
