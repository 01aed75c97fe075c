import { EXIT, RmaError } from './errors.ts';
import { nearest } from './nearest.ts';

/** Returns the error of a service that a project with these services does not have. */
export function unknownService(name: string, services: readonly string[]): RmaError {
  const near = nearest(name, services);
  const list =
    services.length === 0
      ? 'the project has no services; to start them: rma up'
      : `services of this project: ${services.join(', ')}`;
  return new RmaError('RMA_SERVICE_UNKNOWN', `unknown service "${name}"`, {
    exitCode: EXIT.usage,
    hint: near === null ? list : `did you mean ${near}?`,
  });
}
