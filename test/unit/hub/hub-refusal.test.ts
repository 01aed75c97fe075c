import { expect, test } from 'vitest';
import { errorCodeOf, hubRefusal } from '../../../src/core/hub/hub-refusal.ts';

const refusal = (status: number, headers: Readonly<Record<string, string>> = {}, tokenSent = true) =>
  hubRefusal({
    status,
    errorCode: errorCodeOf(headers),
    subject: 'acme/tiny',
    revision: 'main',
    page: 'https://hub.test/acme/tiny',
    tokenSent,
  });

const code = (value: string) => ({ 'x-error-code': value });

test.each([
  [403, code('DisabledRepo'), 'RMA_HUB_DISABLED', 4],
  [404, code('DisabledRepo'), 'RMA_HUB_DISABLED', 4],
  [403, { 'x-error-message': 'Access to this resource is disabled.' }, 'RMA_HUB_DISABLED', 4],
  [451, {}, 'RMA_HUB_DISABLED', 4],
  [401, code('GatedRepo'), 'RMA_HUB_GATED', 4],
  [403, code('GatedRepo'), 'RMA_HUB_GATED', 4],
  [404, code('RevisionNotFound'), 'RMA_HUB_REVISION_NOT_FOUND', 1],
  [404, code('EntryNotFound'), 'RMA_HUB_NOT_FOUND', 1],
  [404, code('RepoNotFound'), 'RMA_HUB_NOT_FOUND', 1],
  [401, code('RepoNotFound'), 'RMA_HUB_UNAUTHORIZED', 4],
  [403, code('SomethingNew'), 'RMA_HUB_FORBIDDEN', 4],
  [403, {}, 'RMA_HUB_FORBIDDEN', 4],
  [410, {}, 'RMA_HUB_NOT_FOUND', 1],
  [429, code('RateLimited'), 'RMA_HUB_BUSY', 1],
  [500, {}, 'RMA_HUB_UNREACHABLE', 1],
  [418, {}, 'RMA_HUB_BAD_ANSWER', 1],
] as const)('[case F17] HTTP %i with the headers %j is %s', (...[status, headers, expected, exitCode]) => {
  expect(refusal(status, { ...headers })).toMatchObject({ code: expected, exitCode });
});

test('[case F17] a repository that the hub disabled is not a token problem', () => {
  const { message, hint } = refusal(403, code('DisabledRepo'), false);
  expect(message).toBe('acme/tiny is disabled by the hub (HTTP 403)');
  expect(hint).not.toMatch(/token|licen[sc]e/);
});
