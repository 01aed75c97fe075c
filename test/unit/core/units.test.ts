import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatBytes,
  formatDuration,
  formatParameters,
  parseBytes,
  parseDuration,
  parseWait,
} from '../../../src/core/units.ts';

describe('formatAge', () => {
  it.each([
    [-3600, 'just now'],
    [0.9, 'just now'],
    [1, '1 second ago'],
    [59.9, '59 seconds ago'],
    [60, '1 minute ago'],
    [3599, '59 minutes ago'],
    [3600, '1 hour ago'],
    [47 * 3600, '47 hours ago'],
    [3 * 86_400, '3 days ago'],
    [14 * 86_400, '2 weeks ago'],
    [70 * 86_400, '2 months ago'],
    [730 * 86_400, '2 years ago'],
  ])('formats %d seconds as %s', (seconds, text) => {
    expect(formatAge(seconds)).toBe(text);
  });
});

describe('formatParameters', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1.0 K'],
    [4416, '4.4 K'],
    [99_960, '100 K'],
    [999_499, '999 K'],
    [999_500, '1.0 M'],
    [1_400_000, '1.4 M'],
    [494_032_768, '494 M'],
    [999_600_000, '1.0 B'],
    [7_241_732_096, '7.2 B'],
    [99_960_000_000, '100 B'],
    [1_026_408_232_448, '1.0 T'],
  ])('formats %d weights as %s', (count, text) => {
    expect(formatParameters(count)).toBe(text);
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1024 ** 2 - 1, '1.0 MiB'],
    [212 * 1024 ** 2, '212 MiB'],
    [13.5 * 1024 ** 3, '13.5 GiB'],
    [-5, '0 B'],
  ])('formats %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('shows at most four digits, and parses back within five percent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1024, max: 2 ** 50 }), (bytes) => {
        const text = formatBytes(bytes);
        expect(text).toMatch(/^(\d{1,2}\.\d|\d{3,4}) [KMGTP]iB$/);
        expect(Math.abs((parseBytes(text) ?? 0) - bytes)).toBeLessThanOrEqual(bytes * 0.05);
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [59.4, '59s'],
    [59.6, '1m 00s'],
    [65, '1m 05s'],
    [7380, '2h 03m'],
    [273_600, '3d 4h'],
  ])('formats %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('parseDuration', () => {
  it.each([
    ['30s', 30],
    ['1m30s', 90],
    ['2h', 7200],
    ['500ms', 0.5],
    ['1d', 86_400],
    ['2073600s', 2_073_600],
    ['30', null],
    ['', null],
    ['s', null],
    ['-5s', null],
    ['5 s', null],
  ])('parses %j as %j', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });
});

describe('parseWait', () => {
  it.each([
    ['90s', 90],
    ['24d', 2_073_600],
    ['2073600s', 2_073_600],
    ['24d1s', null],
    ['25d', null],
    ['600h', null],
    ['999999999d', null],
    ['2147483648ms', null],
    ['9 s', null],
  ])('parses %j as %j: at most 24 days', (text, seconds) => {
    expect(parseWait(text)).toBe(seconds);
  });
});

describe('parseBytes', () => {
  it.each([
    ['1024', 1024],
    ['512MiB', 512 * 1024 ** 2],
    ['1.5 GiB', 1.5 * 1024 ** 3],
    ['2GB', 2e9],
    ['2g', 2 * 1024 ** 3],
    ['7b', 7],
    ['7ib', null],
    ['GiB', null],
    ['1.5.1G', null],
    ['-1', null],
    ['999999999999PB', null],
  ])('parses %j as %j', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });
});
