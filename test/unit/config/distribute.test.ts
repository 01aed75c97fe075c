import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import { base } from '../../helpers/builders/config-sources.ts';

const distributeOf = (text: string) => {
  const file = { text, name: 'rma.yaml', dir: '/home/me/demo' };
  return resolveConfig({ ...base, file }).config.network.distribute;
};

describe('models.distribute', () => {
  it('is how several hosts get models: each from the hub by default', () => {
    expect(distributeOf('')).toBeUndefined();
    expect(distributeOf('models: { distribute: hub }\n')).toBeUndefined();
    expect(distributeOf('models: { distribute: lan }\n')).toBe('lan');
    expect(() => distributeOf('models: { distribute: wan }\n')).toThrow(
      'rma.yaml:1:23: models.distribute expects hub, lan or nfs, got "wan"',
    );
  });

  it('nfs needs the same export on every host', () => {
    const hosts = (second: string) =>
      `models: { distribute: nfs }
volumes: { store: "nfs:10.0.0.9:/export/models" }
hosts: { a: { address: "ssh://a" }, b: { address: "ssh://b"${second} } }
`;
    expect(distributeOf(hosts(''))).toBe('nfs');
    expect(() => distributeOf(hosts(', volumes: { store: "named:own" }'))).toThrow(
      'rma.yaml:1:23: models.distribute: nfs needs one store for all hosts; that of b is named:own, not nfs:10.0.0.9:/export/models',
    );
    expect(() => distributeOf('models: { distribute: nfs }\n')).toThrow('not an NFS export');
  });
});
