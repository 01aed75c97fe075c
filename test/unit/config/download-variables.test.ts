import { expect, test } from 'vitest';
import { downloadVariables, limitsByEnvironment } from '../../../src/core/config/download-variables.ts';

const none = { maxRate: null, connections: 32, window: null };
const night = { from: 22 * 60, to: 6 * 60 };

test('the defaults need no variable, so that existing containers are kept', () => {
  expect(downloadVariables(none, { TZ: 'Europe/Berlin' })).toEqual({});
  expect(limitsByEnvironment({})).toEqual(none);
});

test('a container gets the limits and, with a window, the time zone of the caller', () => {
  const limits = { maxRate: 50 * 2 ** 20, connections: 8, window: night };
  const variables = downloadVariables(limits, { TZ: 'Europe/Berlin' });
  expect(variables).toEqual({
    RMA_MAX_RATE: '52428800',
    RMA_CONNECTIONS: '8',
    RMA_WINDOW: '22:00-06:00',
    TZ: 'Europe/Berlin',
  });
  expect(limitsByEnvironment(variables)).toEqual(limits);
});

test.each([
  ['RMA_MAX_RATE', 'fast', 'RMA_MAX_RATE expects a size per second such as 50MiB, got "fast"'],
  ['RMA_CONNECTIONS', '0', 'RMA_CONNECTIONS expects a number from 1 to 128, got "0"'],
  ['RMA_WINDOW', 'night', 'RMA_WINDOW expects times of day such as 22:00-06:00, or always, got "night"'],
])('%s=%s is rejected', (name, text, message) => {
  expect(() => limitsByEnvironment({ [name]: text })).toThrow(
    expect.objectContaining({ code: 'RMA_DOWNLOAD_LIMIT_INVALID', exitCode: 2, message }),
  );
});
