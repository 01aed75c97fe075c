import { expect, test } from 'vitest';
import { addSample, bytesPerSecond, etaSeconds, type RateWindow } from '../../../src/core/hub/rate.ts';
import { isRetryableStatus, requestedWaitMs } from '../../../src/core/hub/retry.ts';

const NOW = Date.UTC(2026, 0, 1);

test.each([
  [{ 'retry-after': '7' }, 7000],
  [{ 'retry-after': new Date(NOW + 9000).toUTCString() }, 9000],
  [{ 'retry-after': new Date(NOW - 9000).toUTCString() }, 0],
  [{ 'retry-after': '999999' }, 120_000],
  [{ 'retry-after': `1${'0'.repeat(400)}` }, null],
  [{ 'retry-after': 'soon' }, null],
  [{ 'retry-after': '-5' }, null],
  [{}, null],
  [{ ratelimit: '"api";r=0;t=14' }, 14_000],
  [{ ratelimit: '"api"; r=0; t=14' }, 14_000],
  [{ ratelimit: '"pages";r=80;t=200, "api";r=0;t=14' }, 14_000],
  [{ ratelimit: '"a";r=0;t=3, "b";r=0;t=14' }, 14_000],
  [{ ratelimit: '"api";t=14;pk=:dXNlcg==:' }, 14_000],
  [{ ratelimit: '"api";r=0;t=9000' }, 120_000],
  [{ ratelimit: '"api";r=5;t=14' }, null],
  [{ ratelimit: '"api";r=0;t=soon' }, null],
  [{ ratelimit: ';;;,,"' }, null],
  [{ ratelimit: 'limit=100, remaining=0, reset=14' }, 14_000],
  [{ 'ratelimit-reset': '14' }, 14_000],
  [{ 'x-ratelimit-reset': '14' }, 14_000],
  [{ 'x-ratelimit-reset': String(NOW / 1000 + 14) }, 14_000],
  [{ 'x-ratelimit-reset': String(NOW + 14_000) }, 14_000],
  [{ 'x-ratelimit-reset': String(NOW / 1000 - 14) }, 0],
  [{ 'retry-after': '3', ratelimit: '"api";r=0;t=14' }, 3000],
  [{ 'retry-after': 'soon', ratelimit: '"api";r=0;t=14' }, 14_000],
] as const)('[case F10] [fail H1] headers %j ask for a wait of %j ms', (headers, ms) => {
  expect(requestedWaitMs({ ...headers }, NOW)).toBe(ms);
});

test('retries only temporary statuses', () => {
  expect([408, 429, 500, 502, 503, 504].every(isRetryableStatus)).toBe(true);
  expect([200, 206, 301, 400, 401, 403, 404, 410, 416].some(isRetryableStatus)).toBe(false);
});

test('computes the rate over the last ten seconds', () => {
  let window: RateWindow = [];
  for (let second = 0; second <= 20; second += 1) window = addSample(window, second * 1000, second * 100);
  for (let second = 21; second <= 40; second += 1)
    window = addSample(window, second * 1000, 2000 + (second - 20) * 500);
  expect(bytesPerSecond(window)).toBe(500);
  expect(window.length).toBeLessThan(15);
});

test('has no rate in the first half second, and no ETA without a rate', () => {
  const window = addSample(addSample([], 0, 0), 400, 1000);
  expect(bytesPerSecond(window)).toBeNull();
  expect(etaSeconds(1000, null)).toBeNull();
  expect(etaSeconds(1000, 0)).toBeNull();
  expect(etaSeconds(1000, 300)).toBe(4);
  expect(etaSeconds(0, null)).toBe(0);
});
