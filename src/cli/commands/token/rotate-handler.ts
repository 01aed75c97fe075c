import { EXIT, RmaError } from '../../../core/errors.ts';
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
  const selected = await context.selectedHosts();
  const { hosts } = (await context.config()).config;
  if (selected !== null && selected.length < Object.keys(hosts).length) throw allHostsOnly();
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

function allHostsOnly(): RmaError {
  return new RmaError('RMA_USAGE_INVALID', 'rma token rotate replaces the tokens of all hosts', {
    exitCode: EXIT.usage,
    hint: 'omit --host: rma token rotate',
  });
}

const DONE = 'Replaced the key of the coordinator and the tokens of all workers. The old ones are rejected.';
