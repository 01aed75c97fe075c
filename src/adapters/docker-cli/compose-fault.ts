import { EXIT, RmaError } from '../../core/errors.ts';
import { failureReason } from '../../core/last-line.ts';
import { shell } from '../../core/shell-quote.ts';
import type { CommandOutcome } from '../../ports/command-runner.ts';
import { hostFault } from './host-fault.ts';

// Compose and the engine report these as text without codes; the patterns match Engine 25 to 29.
const PORT_TAKEN = /(?:port is already allocated|address already in use)/;
const NAME_TAKEN = /container name "\/?([^"]+)" is already in use/;
const PORT = /(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]):(\d{1,5})/;

/** Returns the error for a failed `docker compose` command. */
export function composeFault(verb: string, outcome: Pick<CommandOutcome, 'stderr' | 'exitCode'>): RmaError {
  const known = hostFault(outcome.stderr);
  if (known !== null) return known;
  const line = failureReason(outcome);
  if (PORT_TAKEN.test(line)) {
    const port = PORT.exec(line)?.[1];
    return new RmaError(
      'RMA_PORT_TAKEN',
      `port ${port ?? ''} is already in use by another program`.replace('  ', ' '),
      {
        exitCode: EXIT.notReady,
        hint: 'choose another port: --port SERVICE=PORT or --coordinator-port PORT',
      },
    );
  }
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
