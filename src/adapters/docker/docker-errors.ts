import { EXIT, RmaError } from '../../core/errors.ts';

const START =
  'start it (sudo systemctl start docker), or point DOCKER_HOST at a running one; docs: https://docs.docker.com/engine/install/';

/** The one error for a Docker Engine that does not answer, by the code of the system's error. */
export function dockerFault(error: unknown, endpoint: string): RmaError {
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (code === 'EACCES' || code === 'EPERM') return denied(endpoint, error);
  // a system error in place of an answer: nobody there, a connection that broke, a machine that is not reached
  if (statusCode === undefined && typeof code === 'string') return unreachable(endpoint, code, error);
  const status = statusCode === undefined ? '' : ` (HTTP ${statusCode})`;
  const message = error instanceof Error ? error.message : String(error);
  return new RmaError(
    'RMA_DOCKER_FAILED',
    `the Docker Engine at ${endpoint} answered with an error${status}: ${message}`,
    {
      cause: error,
      hint: 'see the log of the engine: sudo journalctl -u docker -n 50',
    },
  );
}

function denied(endpoint: string, cause: unknown): RmaError {
  return new RmaError('RMA_DOCKER_DENIED', `you have no right to use the Docker Engine at ${endpoint}`, {
    exitCode: EXIT.notReady,
    hint: 'join its group, then log in again: sudo usermod -aG docker "$USER"',
    cause,
  });
}

function unreachable(endpoint: string, code: string, cause: unknown): RmaError {
  return new RmaError('RMA_DOCKER_UNREACHABLE', `no Docker Engine answers at ${endpoint} (${code})`, {
    exitCode: EXIT.notReady,
    hint: START,
    cause,
  });
}

/** Returns the error for an answer of the engine that rma cannot read. */
export function unexpectedAnswer(endpoint: string, fault: string): RmaError {
  return new RmaError(
    'RMA_DOCKER_FAILED',
    `unexpected response from the Docker Engine at ${endpoint}: ${fault}`,
    { hint: 'check that a supported Docker Engine listens at this endpoint: docker version' },
  );
}
