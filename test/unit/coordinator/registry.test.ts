import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listModels, listWorkers } from '../../../src/core/coordinator/listings.ts';
import {
  EMPTY_REGISTRY,
  expire,
  type Registry,
  remove,
  renew,
} from '../../../src/core/coordinator/registry.ts';
import type { Registration } from '../../../src/core/domain/registration.ts';
import { readerToken, sameToken, workerToken } from '../../../src/core/registration-token.ts';

function worker(id: string, part: Partial<Registration> = {}): Registration {
  return {
    schema: 'rma.worker/v1',
    id,
    host: 'box',
    project: 'demo',
    profile: 'cpu-worker',
    state: 'ready',
    models: [
      { name: 'llm', ref: 'hf:a/b', engine: 'llamacpp', service: 's', endpoint: `http://127.0.0.1/${id}` },
    ],
    startedAt: '2026-01-02T03:04:05Z',
    ...part,
  };
}

type Step = { readonly id: string; readonly afterMs: number; readonly act: 'renew' | 'remove' };
const steps = fc.array(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    afterMs: fc.integer({ min: 0, max: 20_000 }),
    act: fc.constantFrom<Step['act']>('renew', 'renew', 'remove'),
  }),
  { maxLength: 40 },
);

describe('the registry', () => {
  it('contains exactly the workers with a valid lease that did not deregister', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        let registry: Registry = EMPTY_REGISTRY;
        let now = 0;
        const last = new Map<string, number>();
        for (const { id, afterMs, act } of taken) {
          now += afterMs;
          registry = expire(registry, now).registry;
          if (act === 'renew') {
            registry = renew(registry, { registration: worker(id), expiresAtMs: now + 15_000 });
            last.set(id, now);
          } else {
            registry = remove(registry, id);
            last.delete(id);
          }
          const alive = [...last].filter(([, at]) => now - at < 15_000).map(([each]) => each);
          expect([...registry.keys()].sort()).toEqual(alive.sort());
        }
      }),
    );
  });

  it('reports expired workers once', () => {
    const registry = renew(EMPTY_REGISTRY, { registration: worker('a'), expiresAtMs: 15_000 });
    expect(expire(registry, 14_999).gone).toEqual([]);
    const swept = expire(registry, 15_000);
    expect(swept.gone).toEqual(['a']);
    expect(expire(swept.registry, 15_000).gone).toEqual([]);
  });
});

describe('the lists', () => {
  it('merge a model of two workers into one entry and omit draining workers', () => {
    const all = [
      worker('b', { state: 'degraded', startedAt: '2026-01-02T03:04:06Z' }),
      worker('a'),
      worker('c', { state: 'draining' }),
    ];
    const registry = all.reduce(
      (sum, registration) => renew(sum, { registration, expiresAtMs: 15_000 }),
      EMPTY_REGISTRY,
    );
    expect(listModels(registry)).toEqual({
      object: 'list',
      data: [
        {
          id: 'llm',
          object: 'model',
          created: 1767323045,
          owned_by: 'rma',
          workers: [
            { worker: 'a', host: 'box', endpoint: 'http://127.0.0.1/a', engine: 'llamacpp', state: 'ready' },
            {
              worker: 'b',
              host: 'box',
              endpoint: 'http://127.0.0.1/b',
              engine: 'llamacpp',
              state: 'degraded',
            },
          ],
        },
      ],
    });
    const { workers } = listWorkers(registry, 10_001);
    expect(workers.map(({ id, state, leaseSecondsLeft }) => [id, state, leaseSecondsLeft])).toEqual([
      ['a', 'ready', 5],
      ['b', 'degraded', 5],
      ['c', 'draining', 5],
    ]);
  });
});

describe('the tokens', () => {
  it('are HMAC-SHA256 in hexadecimal', () => {
    // openssl: printf 'rma-worker/v1:box/w' | openssl dgst -sha256 -hmac key
    expect(workerToken('key', 'box', 'w')).toBe(
      '293928db5048c2550eeb622eea711ecd460cf03e01a861ecb838e41aefa13a41',
    );
    expect(readerToken('key')).toBe('afdc10c4a12f0c2e62e55796470a6381fe1d8f3ab069ebb9c7f7b04ecdc32f18');
  });

  it('differ by worker, host, key and role', () => {
    const tokens = [
      workerToken('key', 'box', 'w'),
      workerToken('key', 'box', 'v'),
      workerToken('key', 'bay', 'w'),
      workerToken('yek', 'box', 'w'),
      readerToken('key'),
    ];
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(sameToken(tokens[0]!, workerToken('key', 'box', 'w'))).toBe(true);
    expect(sameToken(tokens[0]!, `${tokens[0]!} `)).toBe(false);
  });
});
