import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distributionOf, type HostModels } from '../../../src/core/hosts/distribution.ts';

const hostOf = (
  host: string,
  missing: Readonly<Record<string, number>>,
  address: string | null = host,
): HostModels => ({
  host,
  address,
  missing: new Map(Object.entries(missing)),
});

describe('the distribution of models over hosts', () => {
  it('has one host download a model that none has, and serve it', () => {
    expect(distributionOf([hostOf('gpu1', { chat: 9 }), hostOf('gpu2', { chat: 9 })])).toEqual({
      first: new Map([['gpu1', ['chat']]]),
      servers: ['gpu1'],
    });
  });

  it('has a host with the model serve it, and nobody download it', () => {
    expect(distributionOf([hostOf('gpu1', { chat: 9 }), hostOf('gpu2', { chat: 0 })])).toEqual({
      first: new Map(),
      servers: ['gpu2'],
    });
  });

  it('continues with the host that has a part, and shares several models between the hosts', () => {
    const hosts = [hostOf('gpu1', { a: 9, b: 8 }), hostOf('gpu2', { a: 2, b: 8 })];
    expect(distributionOf(hosts)).toEqual({
      first: new Map([
        ['gpu2', ['a']],
        ['gpu1', ['b']],
      ]),
      servers: ['gpu1', 'gpu2'],
    });
  });

  it('leaves alone what one host needs, and hosts that nobody reaches', () => {
    const nobody = { first: new Map(), servers: [] };
    expect(distributionOf([hostOf('gpu1', { a: 9 }), hostOf('gpu2', { b: 9 })])).toEqual(nobody);
    expect(distributionOf([hostOf('gpu1', { a: 9 }, null), hostOf('gpu2', { a: 9 }, null)])).toEqual(nobody);
    expect(distributionOf([hostOf('gpu1', { a: 0 }, null), hostOf('gpu2', { a: 9 })])).toEqual(nobody);
  });

  it('downloads each model at most once, on a host that needs it, and every seed serves', () => {
    const models = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(3));
    const host = fc.record({ models, able: fc.boolean() });
    fc.assert(
      fc.property(fc.array(host, { maxLength: 5 }), (chosen) => {
        const hosts = chosen.map((each, at) => hostOf(`h${at}`, each.models, each.able ? `h${at}` : null));
        const { first, servers } = distributionOf(hosts);
        const refs = [...first.values()].flat();
        expect(new Set(refs).size).toBe(refs.length);
        for (const [name, own] of first) {
          expect(servers).toContain(name);
          const { missing } = hosts.find((each) => each.host === name)!;
          for (const ref of own) expect(missing.get(ref)).toBeGreaterThan(0);
        }
        for (const name of servers) expect(hosts.find((each) => each.host === name)!.address).not.toBeNull();
      }),
    );
  });
});
