import { expect, test } from 'vitest';
import { addSample, bytesPerSecond, etaSeconds, type RateWindow } from '../../../src/core/hub/rate.ts';
import { isRetryableStatus, retryAfterMs } from '../../../src/core/hub/retry.ts';

test('[fail H1] parses Retry-After as seconds or date, with a maximum', () => {
  const now = Date.UTC(2026, 0, 1);
  expect(retryAfterMs('7', now)).toBe(7000);
  expect(retryAfterMs(new Date(now + 9000).toUTCString(), now)).toBe(9000);
  expect(retryAfterMs(new Date(now - 9000).toUTCString(), now)).toBe(0);
  expect(retryAfterMs('999999', now)).toBe(120_000);
  expect(retryAfterMs('soon', now)).toBeNull();
  expect(retryAfterMs(undefined, now)).toBeNull();
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
