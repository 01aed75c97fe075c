import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseWindow, windowState, windowText } from '../../../src/core/network/download-window.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const night = { from: 22 * 60, to: 6 * 60 };

test.each([
  ['22:00-06:00', { from: 1320, to: 360 }],
  ['9:30-17:05', { from: 570, to: 1025 }],
  ['18:00-24:00', { from: 1080, to: 0 }],
])('reads %s', (text, window) => {
  expect(parseWindow(text)).toEqual(window);
});

test.each(['', '22-6', '25:00-06:00', '22:00-06:60', '22:00-24:01', '22:00', '06:00-06:00', '00:00-24:00'])(
  'rejects "%s"',
  (text) => {
    expect(parseWindow(text)).toBeNull();
  },
);

test.each([
  [23, 0, 7],
  [5.5, 0, 0.5],
  [6, 16, 0],
  [21, 1, 0],
  [22, 0, 8],
])('at %d h a night window is closed for %d h and open for %d h', (time, closed, open) => {
  expect(windowState(night, time * HOUR)).toEqual({ closedMs: closed * HOUR, openMs: open * HOUR });
});

test('a window is written as it is read, and is either open or closed, for less than a day', () => {
  const minutes = fc.integer({ min: 0, max: 1439 });
  fc.assert(
    fc.property(minutes, minutes, fc.integer({ min: 0, max: DAY - 1 }), (from, to, time) => {
      fc.pre(from !== to);
      const window = { from, to };
      expect(parseWindow(windowText(window))).toEqual(window);
      const { closedMs, openMs } = windowState(window, time);
      expect([closedMs > 0, openMs > 0].filter(Boolean)).toHaveLength(1);
      expect(Math.max(closedMs, openMs)).toBeLessThan(DAY);
      const next = windowState(window, (time + closedMs + openMs) % DAY);
      expect(next.closedMs === 0).toBe(closedMs > 0);
    }),
  );
});
