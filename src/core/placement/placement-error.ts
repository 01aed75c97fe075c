import type { GpuInventory } from '../domain/gpu.ts';
import type { NotPlaced, PlacementFault } from '../domain/placement.ts';
import { EXIT, type ExitCode, RmaError } from '../errors.ts';

/** Returns the error for a profile that cannot be placed: why the host has no usable GPU, else what does not fit. */
export function placementError(outcome: NotPlaced, { absence }: GpuInventory): RmaError {
  const { code, profile, message, hint, reasons, refusedVariants } = outcome;
  const details = { profile, refusedVariants, reasons };
  if (absence !== null) {
    return new RmaError('RMA_GPU_NONE', `profile ${profile} needs a GPU: ${absence.message}`, {
      exitCode: EXIT.notReady,
      hint: `${absence.hint}; to work on the CPU instead: rma up --profile ${profile} --enable-gpu auto`,
      details: { ...details, cause: absence.code },
    });
  }
  return new RmaError(code, message, { exitCode: EXITS[code], hint, details });
}

/** Attention heads that cannot be divided are a mistake in the request: no host can run it. */
const EXITS: Readonly<Record<PlacementFault, ExitCode>> = {
  RMA_GPU_NONE: EXIT.notReady,
  RMA_GPU_HEADS: EXIT.usage,
  RMA_GPU_NO_FIT: EXIT.doesNotFit,
  RMA_GPU_TOO_FEW: EXIT.doesNotFit,
  RMA_GPU_UNEQUAL: EXIT.doesNotFit,
};
