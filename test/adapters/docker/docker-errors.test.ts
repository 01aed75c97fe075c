import { expect, test } from 'vitest';
import { dockerFault } from '../../../src/adapters/docker/docker-errors.ts';

test('[case G03] an error of the engine is shown with at most 500 characters of its text', () => {
  const fault = Object.assign(new Error('x'.repeat(1_000_000)), { statusCode: 500 });
  expect(dockerFault(fault, 'unix:///run/docker.sock')).toMatchObject({
    code: 'RMA_DOCKER_FAILED',
    message: `the Docker Engine at unix:///run/docker.sock returned an error (HTTP 500): ${'x'.repeat(500)}...`,
  });
});
