import { EXIT } from '../../../core/errors.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { runUp } from '../up-handler.ts';

interface RotateInput {
  readonly dryRun: boolean;
  /** seconds */
  readonly waitTimeout: number;
}

/** Applies the project with new tokens. @throws RmaError RMA_TOKEN_NONE (1), RMA_TOKEN_EXTERNAL (2), and as `rma up` */
export async function rotateTokens(input: RotateInput, context: Context): Promise<CommandResult> {
  const { dryRun } = input;
  const result = await runUp(
    {
      ...input,
      explain: false,
      refresh: false,
      removeOrphans: false,
      replanLost: false,
      pushImages: false,
      rotate: true,
    },
    context,
  );
  if (dryRun) return { ...result, next: 'rma token rotate' };
  const isDone = (result.exitCode ?? EXIT.ok) === EXIT.ok;
  return { ...result, ...(isDone && { human: () => DONE }), next: 'rma status' };
}

const DONE = 'Replaced the key of the coordinator and the tokens of all workers. The old ones are rejected.';
