import { resolve } from 'node:path';
import { chooseModels } from '../../../app/desired/choose-models.ts';
import { withFallback } from '../../../app/offline/fallback.ts';
import { absentFiles } from '../../../core/domain/model-check.ts';
import { RmaError } from '../../../core/errors.ts';
import { shell } from '../../../core/shell-quote.ts';
import { engineSubpath } from '../../../core/source/describe-model.ts';
import { STORE_MOUNT } from '../../../core/store/layout.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { modelChoice, openExisting } from './input.ts';

interface PathInput {
  readonly model: string;
  readonly dest: string | null;
  readonly relative: boolean;
  readonly refresh: boolean;
}

/**
 * Prints where a model is: in a directory, or where containers have it once it is downloaded.
 * @throws RmaError RMA_MODEL_NOT_STORED (1) if the directory lacks files of it; as storeDirectory and chooseModels
 */
export async function showModelPath(input: PathInput, context: Context): Promise<CommandResult> {
  const choice = await modelChoice({ ...input, model: [input.model] }, context);
  const host = await context.host();
  const folder = await openExisting(input, context);
  const invocation = withFallback(host, await context.invocation(), {
    config: choice.config,
    store: folder?.store ?? null,
  });
  const { models } = await chooseModels(host, invocation, choice);
  for (const { name, pinned } of models) {
    const check = await folder?.store.check(pinned);
    // `missing` also contains files without a receipt, such as those of other programs
    const absent = check === undefined ? [] : absentFiles(check);
    if (absent.length > 0)
      throw notStored(name, storeRoot(input, context), absent.length < pinned.files.length);
  }
  const paths = models.map(({ name, ref, pinned }) => {
    const relative = engineSubpath(pinned);
    const root = storeRoot(input, context);
    return { name, ref, path: input.relative ? relative : `${root}/${relative}` };
  });
  const [found] = paths;
  // the models of a set, otherwise one
  return {
    json: { schema: 'rma.model-path/v1', ...found, ...(paths.length > 1 && { models: paths }) },
    human: () => paths.map(({ path }) => path).join('\n'),
  };
}

/** A script that used the path of a missing file would fail later, with a misleading error. */
function notStored(name: string, root: string, hasPart: boolean): RmaError {
  const what = hasPart ? `all files of ${name}` : name;
  return new RmaError('RMA_MODEL_NOT_STORED', `${root} does not contain ${what}`, {
    hint: shell`download it: rma models pull ${name} --dest ${root}`,
  });
}

function storeRoot({ dest }: PathInput, context: Context): string {
  return dest === null ? STORE_MOUNT : resolve(context.cwd, dest);
}
