import { describe, expect, it } from 'vitest';
import { parseAge, parseAgeLimit } from '../../../src/core/cache/age.ts';
import { filterFault } from '../../../src/core/cache/filter.ts';
import { matchesAll } from '../../../src/core/cache/match-filters.ts';
import { parseFreeTarget } from '../../../src/core/cache/policy.ts';
import { SOURCES } from '../../../src/core/source/sources.ts';

describe('an age', () => {
  it.each([
    ['45s', 45],
    ['30m', 1800],
    ['12h', 43_200],
    ['30d', 2_592_000],
    ['2w', 1_209_600],
    ['6mo', 15_552_000],
    ['1y', 31_536_000],
    ['1d12h', 129_600],
    ['30', null],
    ['-1d', null],
    ['1.5d', null],
    ['', null],
    ['d', null],
    ['never', null],
  ])('%s is %s seconds', (text, seconds) => {
    expect(parseAge(text)).toBe(seconds);
  });

  it('as a limit may be never', () => {
    expect(parseAgeLimit('never')).toEqual({ seconds: null });
    expect(parseAgeLimit('1h')).toEqual({ seconds: 3600 });
    expect(parseAgeLimit('later')).toBeNull();
  });
});

describe('a free-space target', () => {
  it.each([
    ['50GB', { lowBytes: 50e9, highBytes: 55e9 }],
    ['50GB:80GB', { lowBytes: 50e9, highBytes: 80e9 }],
    ['1GiB:1GiB', { lowBytes: 2 ** 30, highBytes: 2 ** 30 }],
    ['80GB:50GB', null],
    ['50GB:', null],
    ['50GB:60GB:70GB', null],
    ['10%', null],
  ])('%s', (text, target) => {
    expect(parseFreeTarget(text)).toEqual(target);
  });
});

describe('a filter', () => {
  const now = Date.parse('2026-11-28T00:00:00Z');
  const subject = {
    kind: 'model',
    source: 'hf',
    refs: ['main', 'v1.0'],
    bytes: 2_000_000_000,
    lastUsedAt: '2026-10-28T00:00:00Z',
    modifiedAt: null,
  };

  it.each([
    ['size>1GB', true],
    ['size>1g', true],
    ['size >= 2000000000', true],
    ['size=2GB', true],
    ['size!=2GB', false],
    ['size<1GiB', false],
    ['accessed>30d', true],
    ['accessed>1mo', true],
    ['accessed<1w', false],
    ['accessed>2678399', true],
    // an unknown time never matches, as in hf
    ['modified>1d', false],
    ['modified<1d', false],
    ['type=model', true],
    ['TYPE=Model', true],
    ['type=dataset', false],
    ['source=hf', true],
    ['source=ollama', false],
    ['refs=V1.0', true],
    ['refs=v2', false],
  ])('%s matches: %s', (text, expected) => {
    expect(filterFault(text)).toBeNull();
    expect(matchesAll([text], subject, now)).toBe(expected);
  });

  it.each([
    'size',
    'size>',
    'size==1GB',
    'size>big',
    'accessed>1q',
    'name=x',
    'type!=model',
    'refs>main',
    '',
  ])('"%s" is rejected, as by hf', (text) => {
    expect(filterFault(text)).toEqual(expect.any(String));
    expect(matchesAll([text], subject, now)).toBe(false);
  });

  it.each([
    ['type=models', 'unknown type "models"; known: model, partial, orphan, quarantine, marked'],
    ['source=huggingface', 'unknown source "huggingface"; known: hf, ollama, ms, url, docling, local'],
  ])('%s is rejected with the known values', (text, fault) => {
    expect(filterFault(text)).toBe(fault);
    expect(matchesAll([text], subject, now)).toBe(false);
  });

  it.each(SOURCES.flatMap(({ id, store }) => [id, store.directory]))('accepts the source %s', (source) => {
    expect(filterFault(`source=${source}`)).toBeNull();
  });

  it('must match together with all others', () => {
    expect(matchesAll(['size>1GB', 'source=hf'], subject, now)).toBe(true);
    expect(matchesAll(['size>1GB', 'source=ms'], subject, now)).toBe(false);
  });
});
