import { hostFault } from '../../core/docker/host-fault.ts';
import { RmaError } from '../../core/errors.ts';
import { failureReason } from '../../core/last-line.ts';
import { shell } from '../../core/shell-quote.ts';
import type { CommandOutcome } from '../../ports/command-runner.ts';

// Compose and the engine report these as text without codes; the patterns match Engine 25 to 29.
const NAME_TAKEN = /container name "\/?([^"]+)" is already in use/;

/** Returns the error for a failed `docker compose` command. */
export function composeFault(verb: string, outcome: Pick<CommandOutcome, 'stderr' | 'exitCode'>): RmaError {
  const known = hostFault(outcome.stderr);
  if (known !== null) return known;
  const line = failureReason(outcome);
  const name = NAME_TAKEN.exec(line)?.[1];
  if (name !== undefined) {
    return new RmaError('RMA_PROJECT_BUSY', `container name ${name} is already in use`, {
      hint: shell`if another rma command is running for this project, wait for it and retry; otherwise: docker rm -f ${name}`,
    });
  }
  return new RmaError('RMA_COMPOSE_FAILED', `docker compose ${verb} failed: ${line}`, {
    hint: 'inspect the services: rma ps, rma logs',
  });
}
