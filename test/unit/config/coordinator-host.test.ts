import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import { coordinatorHost } from '../../../src/core/hosts/coordinator-host.ts';
import { base } from '../../helpers/builders/config-sources.ts';

const HOSTS = 'hosts:\n  gpu1: { address: "ssh://me@10.0.0.5" }\n  gpu2: { address: "ssh://me@10.0.0.6" }\n';

const hostOf = (text: string) => {
  const file = { text, name: 'rma.yaml', dir: '/home/me/demo' };
  return coordinatorHost(resolveConfig({ ...base, file }).config);
};

describe('coordinator.host', () => {
  it('is the first host unless it is set, and none with an external coordinator', () => {
    expect(hostOf(HOSTS)).toBe('gpu1');
    expect(hostOf(`${HOSTS}coordinator: { host: gpu2 }\n`)).toBe('gpu2');
    expect(hostOf(`${HOSTS}coordinator: { url: "https://models.example" }\n`)).toBeNull();
  });

  it('must be one of the hosts', () => {
    expect(() => hostOf(`${HOSTS}coordinator: { host: gpu3 }\n`)).toThrow(
      'rma.yaml:4:22: coordinator.host: unknown host "gpu3"; did you mean "gpu1"?',
    );
  });
});
