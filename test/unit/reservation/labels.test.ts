import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LockKey, LockOwner } from '../../../src/core/domain/lock.ts';
import { lockClaims, lockLabels, lockVolume } from '../../../src/core/reservation/lock-labels.ts';
import { holderText, lockHeld } from '../../../src/core/reservation/lock-texts.ts';
import {
  reservationLabels,
  reservationVolume,
  reservationVolumes,
} from '../../../src/core/reservation/reservation-labels.ts';
import { ownerOf } from '../../helpers/host/lock-parts.ts';

const words = fc.string({ minLength: 1 });
const orNull = fc.option(words, { nil: null });
const owners: fc.Arbitrary<LockOwner> = fc.record({
  command: words,
  user: words,
  host: words,
  machine: orNull,
  boot: orNull,
  pidNamespace: orNull,
  startTime: orNull,
  pid: fc.integer({ min: 1, max: 2 ** 22 }),
  since: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
});
const keys: fc.Arbitrary<LockKey> = fc.oneof(
  fc.constant({ kind: 'planning' } as const),
  fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/).map((project) => ({ kind: 'project', project }) as const),
);
const volume = (name: string, labels: Readonly<Record<string, string>>, createdAt: number | null = null) => {
  return { name, labels, createdAt, driver: 'local', options: {} };
};

describe('the labels of a lock', () => {
  it('are read back as they were written', () => {
    const locks = fc.record({
      key: keys,
      owner: owners,
      generation: fc.integer({ min: 1, max: 1e9 }),
      nonce: words,
    });
    fc.assert(
      fc.property(locks, ({ key, owner, generation, nonce }) => {
        const name = lockVolume(key, generation);
        expect(lockClaims([volume(name, lockLabels(key, nonce, owner), 5)])).toEqual([
          { volume: name, key, generation, nonce, owner, createdAt: 5 },
        ]);
      }),
    );
  });

  it('never make a lock of a project from that of another one, such as a.1 and a.1.1', () => {
    const labels = lockLabels({ kind: 'project', project: 'a' }, 'n', ownerOf());
    for (const name of [
      'rma-lock-a.1.1',
      'rma-lock-ab.1',
      'rma-lock.1',
      'rma-lock-a.0',
      'rma-lock-a.01',
      'a.1',
    ])
      expect(lockClaims([volume(name, labels)])).toEqual([]);
  });

  it.each([{ pid: '0' }, { pid: '99999999999' }, { since: 'yesterday' }, { host: undefined }])(
    'without a valid holder belong to nobody: %o',
    (broken) => {
      const labels = lockLabels({ kind: 'planning' }, 'n', ownerOf());
      const changed = Object.fromEntries(Object.entries(broken).map(([key, text]) => [`rma.${key}`, text]));
      const rest = Object.entries({ ...labels, ...changed }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      expect(lockClaims([volume('rma-lock.1', Object.fromEntries(rest))])).toMatchObject([{ owner: null }]);
    },
  );
});

describe('the labels of a reservation', () => {
  it('are read back as they were written', () => {
    const services = fc.array(
      fc.record({
        service: words,
        devices: fc.array(words),
        bytesPerGpu: fc.maxSafeNat(),
        exclusive: fc.boolean(),
        ramBytes: fc.maxSafeNat(),
        workers: fc.array(words),
      }),
    );
    fc.assert(
      fc.property(owners, services, (owner, reserved) => {
        const labels = reservationLabels({ project: 'a', nonce: 'n', owner, services: reserved });
        const name = reservationVolume('a', 'n');
        expect(reservationVolumes([volume(name, labels)])).toEqual([
          { volume: name, project: 'a', nonce: 'n', owner, services: reserved, createdAt: null },
        ]);
      }),
    );
  });

  it.each([
    '',
    '{',
    '[{}]',
    '[{"service":"a","devices":[1]}]',
    '[{"service":"a","devices":[],"bytesPerGpu":-1}]',
  ])('reserve nothing if they are broken: %s', (text) => {
    const labels = { 'rma.reservation': text, 'rma.project': 'a' };
    expect(reservationVolumes([volume('r', labels)])).toMatchObject([{ services: [], owner: null }]);
  });
});

describe('the error of a locked project', () => {
  it('shows no control characters of labels', () => {
    const owner = ownerOf({ user: '\u001b[31mroot\n', host: 'a\u2028b' });
    expect(holderText(owner)).toBe('rma up (user ?[31mroot?, host a?b, PID 4711) since 2026-01-02T03:04:05Z');
    expect(lockHeld({ kind: 'planning' }, { owner, state: 'running' })).toMatchObject({
      exitCode: 7,
      hint: expect.stringContaining('rma lock release --planning'),
    });
  });
});
