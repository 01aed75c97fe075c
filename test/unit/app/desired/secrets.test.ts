import { describe, expect, it } from 'vitest';
import { ownCoordinator } from '../../../../src/app/desired/own-coordinator.ts';
import { collectSecrets } from '../../../../src/app/desired/secrets.ts';
import { bindMount } from '../../../../src/app/observe/store-container.ts';
import { resolveConfig } from '../../../../src/core/config/resolve-config.ts';
import type { Invocation } from '../../../../src/ports/invocation.ts';
import { base } from '../../../helpers/builders/config-sources.ts';
import { filesOf, hostOf, invocationOf } from '../../../helpers/host/port-builders.ts';

const { config } = resolveConfig(base);

async function secretsOf(files: Readonly<Record<string, string>>, over: Partial<Invocation>) {
  const [host, invocation] = [hostOf({ files: filesOf(files) }), invocationOf(over)];
  const coordinator = await ownCoordinator(host, invocation, { config });
  return collectSecrets(host, invocation, { config, profiles: [], coordinator });
}

const collect = async (files: Readonly<Record<string, string>>, token: string | null) =>
  secretsOf(files, { hubToken: async () => (token === null ? null : { value: token, origin: 'HF_TOKEN' }) });

describe('collectSecrets', () => {
  const kept = {
    [`${config.stateDir}/secrets/hf_token`]: 'old',
    [`${config.stateDir}/secrets/coordinator_key`]: 'key',
  };

  it('keeps the saved token if the environment has none', async () => {
    const secrets = await collect(kept, null);
    expect([...secrets]).toEqual([
      ['hf_token', 'old'],
      ['coordinator_key', 'key'],
    ]);
  });

  it('replaces the saved token by a new one, and creates a missing key', async () => {
    const fresh = { [`${config.stateDir}/secrets/hf_token`]: 'old' };
    const secrets = await collect(fresh, 'new');
    expect([...secrets]).toEqual([
      ['hf_token', 'new'],
      ['coordinator_key', 'new-key'],
    ]);
  });
});

describe('collectSecrets with a network of its own', () => {
  it('[case F05] [case F06] contains proxies with a login and the certificates of this shell', async () => {
    const secrets = await secretsOf(
      { [`${config.stateDir}/secrets/proxies`]: 'old' },
      {
        environment: { https_proxy: 'http://me:secret@proxy:3128' },
        certificates: async () => 'PEM',
      },
    );
    expect(secrets.get('proxies')).toBe('https_proxy=http://me:secret@proxy:3128\n');
    expect(secrets.get('ca_certificates')).toBe('PEM');
  });
});

describe('bindMount', () => {
  it('quotes a path with commas or quotes', () => {
    expect(bindMount('/data/models', '/models')).toBe('type=bind,source=/data/models,target=/models');
    expect(bindMount('/data/a,b "c"', '/models')).toBe('type=bind,"source=/data/a,b ""c""",target=/models');
  });
});
