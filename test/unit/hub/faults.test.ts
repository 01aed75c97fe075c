import { expect, test } from 'vitest';
import { fetchExitCode } from '../../../src/app/fetch/fetch-result.ts';
import { type ErrorCode, EXIT, type ExitCode, RmaError } from '../../../src/core/errors.ts';
import { hubRefusal } from '../../../src/core/hub/hub-refusal.ts';
import { isTemporary } from '../../../src/core/hub/is-temporary.ts';

const base = {
  errorCode: undefined,
  subject: 'acme/tiny',
  revision: 'main',
  page: 'https://huggingface.co/acme/tiny',
  tokenSent: false,
};

test.each([
  [404, 'RepoNotFound', 'RMA_HUB_NOT_FOUND', EXIT.failed],
  [401, 'RepoNotFound', 'RMA_HUB_UNAUTHORIZED', EXIT.denied],
  [404, 'RevisionNotFound', 'RMA_HUB_REVISION_NOT_FOUND', EXIT.failed],
  [403, 'GatedRepo', 'RMA_HUB_GATED', EXIT.denied],
  [401, 'GatedRepo', 'RMA_HUB_GATED', EXIT.denied],
  [401, undefined, 'RMA_HUB_UNAUTHORIZED', EXIT.denied],
  [403, undefined, 'RMA_HUB_FORBIDDEN', EXIT.denied],
  [404, undefined, 'RMA_HUB_NOT_FOUND', EXIT.failed],
  [429, undefined, 'RMA_HUB_BUSY', EXIT.failed],
  [500, undefined, 'RMA_HUB_UNREACHABLE', EXIT.failed],
  [418, undefined, 'RMA_HUB_BAD_ANSWER', EXIT.failed],
] as const)('maps status %i with error code %s to %s', (...[status, errorCode, code, exitCode]) => {
  expect(hubRefusal({ ...base, status, errorCode })).toMatchObject({ code, exitCode });
});

test('an anonymous 401 reports both possible causes, and a gated repository its license page', () => {
  const missing = hubRefusal({ ...base, status: 401 });
  expect(missing.message).toMatch(/does not exist, or it is private/);
  expect(missing.hint).toContain('--token-file');
  const gated = hubRefusal({ ...base, status: 403, errorCode: 'GatedRepo' });
  expect(gated.hint).toContain('https://huggingface.co/acme/tiny');
});

const fault = (code: ErrorCode, exitCode: ExitCode) =>
  ({ ref: 'x', state: 'failed', fetchedBytes: 0, error: new RmaError(code, 'x', { exitCode }) }) as const;
const present = { ref: 'y', state: 'present', fetchedBytes: 0 } as const;

test('the exit code is that of the failed models, or 8 if others succeeded', () => {
  expect(fetchExitCode([])).toBe(0);
  expect(fetchExitCode([present, present])).toBe(0);
  expect(fetchExitCode([fault('RMA_HUB_GATED', 4)])).toBe(4);
  expect(fetchExitCode([fault('RMA_HUB_GATED', 4), present])).toBe(8);
  expect(fetchExitCode([fault('RMA_HUB_GATED', 4), fault('RMA_HUB_UNAUTHORIZED', 4)])).toBe(4);
  expect(fetchExitCode([fault('RMA_HUB_GATED', 4), fault('RMA_STORE_DISK_FULL', 5)])).toBe(1);
  expect(fetchExitCode([{ ref: 'x', state: 'failed', fetchedBytes: 0, error: new Error('bug') }])).toBe(1);
});

test('only network errors are temporary, not denied access, full disks or wrong hashes', () => {
  expect(isTemporary(new RmaError('RMA_HUB_UNREACHABLE', 'x'))).toBe(true);
  expect(isTemporary(new RmaError('RMA_HUB_BUSY', 'x'))).toBe(true);
  for (const code of [
    'RMA_HUB_GATED',
    'RMA_HUB_NOT_FOUND',
    'RMA_STORE_DISK_FULL',
    'RMA_CONTENT_HASH_MISMATCH',
  ] as const) {
    expect(isTemporary(new RmaError(code, 'x'))).toBe(false);
  }
  expect(isTemporary(new Error('x'))).toBe(false);
});
