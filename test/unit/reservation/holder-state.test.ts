import { describe, expect, it } from 'vitest';
import { holderPlace, holderState } from '../../../src/core/reservation/holder-state.ts';
import { identityOf, ownerOf } from '../../helpers/host/lock-parts.ts';

const self = identityOf({ pid: 1 });

describe('holderPlace', () => {
  it.each([
    ['here', {}],
    ['here', { user: 'bob', pid: 9 }],
    ['ended', { boot: 'boot-0' }],
    ['elsewhere', { boot: 'boot-2', host: 'other' }],
    ['elsewhere', { boot: 'boot-2', machine: 'machine-2' }],
    ['elsewhere', { boot: null }],
    // a container on this machine
    ['elsewhere', { pidNamespace: 'pid:[2]', host: 'c0ffee', machine: null }],
  ] as const)('is %s for a holder with %o', (place, over) => {
    expect(holderPlace(identityOf(over), self)).toBe(place);
  });

  it('compares host and machine where there is no boot ID', () => {
    const plain = { boot: null, pidNamespace: null, machine: null };
    expect(holderPlace(identityOf(plain), { ...self, ...plain })).toBe('here');
    expect(holderPlace(identityOf({ ...plain, host: 'other' }), { ...self, ...plain })).toBe('elsewhere');
  });
});

describe('holderState', () => {
  const away = ownerOf({ host: 'other', machine: 'machine-2', boot: 'boot-2' });
  it.each([
    ['running', { owner: ownerOf(), isRunning: true, silentMs: null }],
    ['running', { owner: ownerOf(), isRunning: true, silentMs: 1e9 }],
    ['ended', { owner: ownerOf(), isRunning: false, silentMs: 0 }],
    ['ended', { owner: null, isRunning: true, silentMs: 0 }],
    ['remote', { owner: away, isRunning: false, silentMs: 119_999 }],
    ['remote', { owner: away, isRunning: false, silentMs: null }],
    ['remote', { owner: away, isRunning: false, silentMs: -5 }],
    ['ended', { owner: away, isRunning: false, silentMs: 120_000 }],
    // the clock of the engine was set back
    ['remote', { owner: away, isRunning: false, silentMs: -119_999 }],
    ['ended', { owner: away, isRunning: false, silentMs: -120_000 }],
  ] as const)('is %s for %o', (state, facts) => {
    expect(holderState({ ...facts, self })).toBe(state);
  });
});
