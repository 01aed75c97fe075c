import { randomBytes, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ownCoordinator } from '../../../../src/app/desired/own-coordinator.ts';
import { collectSecrets } from '../../../../src/app/desired/secrets.ts';
import { resolveConfig } from '../../../../src/core/config/resolve-config.ts';
import { base } from '../../../helpers/builders/config-sources.ts';
import { filesOf, hostOf, invocationOf } from '../../../helpers/host/port-builders.ts';

const { config } = resolveConfig(base);

const TLS = [
  'coordinator_ca',
  'coordinator_ca_key',
  'coordinator_certificate',
  'coordinator_certificate_key',
];

async function secretsOf(bind: string, kept: ReadonlyMap<string, string> = new Map(), rotate = false) {
  const files = [...kept].map(([secret, text]) => [`${config.stateDir}/secrets/${secret}`, text]);
  const host = hostOf({ name: 'gpu1', files: filesOf(Object.fromEntries(files)) });
  const invocation = invocationOf({ randomKey: () => randomBytes(32).toString('hex') });
  const request = { config: { ...config, bind }, rotate };
  const coordinator = await ownCoordinator(host, invocation, request);
  return collectSecrets(host, invocation, { ...request, profiles: ['chat'], coordinator });
}

const certificate = (secrets: ReadonlyMap<string, string>, name: string) =>
  new X509Certificate(secrets.get(name) ?? '');

describe('the secrets of a coordinator', () => {
  it.each(['127.0.0.1', '::1'])('are only its key if it is published on %s', async (bind) => {
    const secrets = await secretsOf(bind);
    expect([...secrets.keys()].toSorted()).toEqual(['coordinator_key', 'worker_token_chat']);
  });

  it('have a CA and a certificate for each of its names if it is published for other machines', async () => {
    const secrets = await secretsOf('10.0.0.5');
    expect([...secrets.keys()].toSorted()).toEqual([...TLS, 'coordinator_key', 'worker_token_chat']);
    const server = certificate(secrets, 'coordinator_certificate');
    expect(server.verify(certificate(secrets, 'coordinator_ca').publicKey)).toBe(true);
    for (const name of ['coordinator', 'localhost', 'gpu1']) expect(server.checkHost(name)).toBe(name);
    for (const address of ['127.0.0.1', '10.0.0.5']) expect(server.checkIP(address)).toBe(address);
    expect(certificate(await secretsOf('0.0.0.0'), 'coordinator_certificate').subjectAltName).toBe(
      'DNS:coordinator, DNS:localhost, IP Address:127.0.0.1, DNS:gpu1',
    );
  });

  it('stay the same while nothing changes', async () => {
    const first = await secretsOf('10.0.0.5');
    expect(await secretsOf('10.0.0.5', first)).toEqual(first);
  });

  it('have another certificate by the same CA if the address changes', async () => {
    const first = await secretsOf('10.0.0.5');
    const next = await secretsOf('10.0.0.6', first);
    const changed = [...next].flatMap(([name, value]) => (first.get(name) === value ? [] : [name]));
    expect(changed).toEqual(['coordinator_certificate_key', 'coordinator_certificate']);
  });

  it('are all replaced if the CA is damaged, and its certificate if only that is', async () => {
    const first = await secretsOf('10.0.0.5');
    const changed = async (damaged: string) => {
      const next = await secretsOf('10.0.0.5', new Map([...first, [damaged, 'x']]));
      return TLS.filter((name) => next.get(name) !== first.get(name));
    };
    expect(await changed('coordinator_ca_key')).toEqual(TLS);
    expect(await changed('coordinator_certificate')).toEqual(TLS.slice(2));
  });

  it.each(['127.0.0.1', '10.0.0.5'])('are all replaced by a rotation, on %s', async (bind) => {
    const first = await secretsOf(bind);
    const next = await secretsOf(bind, first, true);
    expect([...next.keys()]).toEqual([...first.keys()]);
    expect([...next].filter(([name, value]) => first.get(name) === value)).toEqual([]);
  });

  it('cannot be replaced before there are any, nor those of an external coordinator', async () => {
    await expect(secretsOf('10.0.0.5', new Map(), true)).rejects.toMatchObject({
      code: 'RMA_TOKEN_NONE',
      exitCode: 1,
    });
    const coordinator = { ...config.coordinator, url: 'https://models.example' };
    const rotation = ownCoordinator(hostOf(), invocationOf(), {
      config: { ...config, coordinator },
      rotate: true,
    });
    await expect(rotation).rejects.toMatchObject({ code: 'RMA_TOKEN_EXTERNAL', exitCode: 2 });
  });
});
