import { resolve } from 'node:path';
import { chooseModels } from '../../../app/desired/choose-models.ts';
import { withFallback } from '../../../app/offline/fallback.ts';
import type { RmaEvent } from '../../../core/events.ts';
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

/** Prints where a model is, or will be. @throws RmaError as storeDirectory and chooseModels */
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
    const state = (await folder?.store.check(pinned))?.state ?? 'present';
    if (state !== 'present') context.reporter.emit(notStored(name, storeRoot(input, context)));
  }
  const paths = models.map(({ name, ref, pinned }) => {
    const relative = engineSubpath(pinned);
    const root = storeRoot(input, context);
    return { name, ref, path: input.relative ? relative : `${root}/${relative}` };
  });
  const [found] = paths;
  return {
    json: { schema: 'rma.model-path/v1', ...found },
    human: () => found?.path ?? '',
  };
}

/** The path is printed all the same: it is where the model will be. */
function notStored(name: string, root: string): RmaEvent {
  return {
    type: 'warning',
    code: 'RMA_MODEL_NOT_STORED',
    text: `${root} does not contain all files of ${name}`,
    hint: shell`rma models pull ${name} --dest ${root}`,
  };
}

function storeRoot({ dest }: PathInput, context: Context): string {
  return dest === null ? STORE_MOUNT : resolve(context.cwd, dest);
}
