import { EXIT, RmaError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';

/** Returns the error of a service that the project does not have. */
export function unknownService(name: string, services: readonly string[]): RmaError {
  const near = nearest(name, services);
  const list = services.length === 0 ? 'the project has no services; to start them: rma up' : null;
  return new RmaError('RMA_SERVICE_UNKNOWN', `no service "${name}" in this project`, {
    exitCode: EXIT.usage,
    hint: list ?? (near === null ? `services: ${services.join(', ')}` : `did you mean ${near}?`),
  });
}
