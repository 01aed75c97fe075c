import { resolve } from 'node:path';
import type { ChosenModel, ModelChoice, UnresolvedModel } from '../../../app/desired/choose-models.ts';
import type { CheckedFolder } from '../../../app/models/repair-models.ts';
import { projectorNote } from '../../../core/source/model-notes.ts';
import type { Context } from '../../context/context.ts';
import { storeDirectory } from '../store-directory.ts';

/** Common input of the `models` commands. */
export interface StoreInput {
  readonly model: readonly string[];
  readonly dest: string | null;
  readonly refresh: boolean;
}

/** Returns the models that the arguments select. @throws RmaError RMA_CONFIG_* (2) */
export async function modelChoice(input: Omit<StoreInput, 'dest'>, context: Context): Promise<ModelChoice> {
  const { config, selectedProfiles } = await context.config();
  return { config, names: input.model, profiles: selectedProfiles ?? [], refresh: input.refresh };
}

/** Opens the store in the directory of `--dest`; null: the project's volume. */
export async function openDirectory(
  { dest }: Pick<StoreInput, 'dest'>,
  context: Context,
): Promise<CheckedFolder | null> {
  return dest === null ? null : context.folderStore(resolve(context.cwd, dest));
}

/** Opens the store in the existing directory of `--dest`; null: the project's volume. @throws RmaError as storeDirectory */
export async function openExisting(
  { dest }: Pick<StoreInput, 'dest'>,
  context: Context,
): Promise<CheckedFolder | null> {
  const directory = await storeDirectory(dest, context);
  return directory === null ? null : context.folderStore(directory);
}

/** Reports models that could not be resolved as warnings. */
export function warnUnresolved({ reporter }: Context, failed: readonly UnresolvedModel[]): void {
  for (const { ref, optional, error } of failed) {
    const { code, hint } = error;
    // errors of connections do not name the model
    const message = error.message.includes(ref) ? error.message : `${ref}: ${error.message}`;
    const text = optional ? `optional model skipped: ${message}` : message;
    reporter.emit({ type: 'warning', code, text, ...(hint !== undefined && { hint }) });
  }
}

/** Reports vision models without their projector as warnings. */
export function warnIncomplete({ reporter }: Context, models: readonly ChosenModel[]): void {
  for (const { pinned } of models) {
    const note = projectorNote(pinned);
    if (note !== null) reporter.emit({ type: 'warning', code: 'RMA_MODEL_NO_PROJECTOR', ...note });
  }
}

/** Returns a model that could not be resolved as JSON. */
export function unresolvedDocument({ name, ref, profiles, optional, error }: UnresolvedModel): object {
  return { name, ref, usedBy: profiles, optional, code: error.code, message: error.message };
}
