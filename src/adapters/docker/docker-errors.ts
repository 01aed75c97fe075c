import { hostFault } from '../../core/docker/host-fault.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shortened } from '../../core/last-line.ts';
import { type EngineEndpoint, endpointName } from './endpoint.ts';

const START =
  'start it (sudo systemctl start docker), or point DOCKER_HOST at a running one; docs: https://docs.docker.com/engine/install/';

/** Returns the error for a failed request: its own, else by the code of a system error, else by the engine's message. */
export function dockerFault(error: unknown, reached: EngineEndpoint): RmaError {
  if (error instanceof RmaError) return error;
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const endpoint = endpointName(reached);
  if (statusCode === undefined && typeof reached !== 'string' && reached.agent.fault !== null)
    return reached.agent.fault;
  if (code === 'EACCES' || code === 'EPERM') return denied(endpoint, error);
  // a system error: nothing listens, a broken connection, or an unreachable machine
  if (statusCode === undefined && typeof code === 'string') return unreachable(endpoint, code, error);
  const status = statusCode === undefined ? '' : ` (HTTP ${statusCode})`;
  const message = error instanceof Error ? error.message : String(error);
  const known = hostFault(message);
  if (known !== null) return known;
  return new RmaError(
    'RMA_DOCKER_FAILED',
    `the Docker Engine at ${endpoint} returned an error${status}: ${shortened(message)}`,
    {
      cause: error,
      hint: 'check the log of the engine: sudo journalctl -u docker -n 50',
    },
  );
}

function denied(endpoint: string, cause: unknown): RmaError {
  return new RmaError(
    'RMA_DOCKER_DENIED',
    `permission denied while connecting to the Docker Engine at ${endpoint}`,
    {
      exitCode: EXIT.notReady,
      hint: 'add your user to the docker group, then log in again: sudo usermod -aG docker "$USER"',
      cause,
    },
  );
}

function unreachable(endpoint: string, code: string, cause: unknown): RmaError {
  return new RmaError(
    'RMA_DOCKER_UNREACHABLE',
    `cannot connect to the Docker Engine at ${endpoint} (${code})`,
    {
      exitCode: EXIT.notReady,
      hint: START,
      cause,
    },
  );
}

/** Returns the error for a response of the engine that rma cannot parse. */
export function unexpectedAnswer(endpoint: string, fault: string): RmaError {
  return new RmaError(
    'RMA_DOCKER_FAILED',
    `unexpected response from the Docker Engine at ${endpoint}: ${fault}`,
    { hint: 'check that a supported Docker Engine listens at this endpoint: docker version' },
  );
}
