import { describe, expect, it } from 'vitest';
import type { RmaConfig } from '../../../src/core/domain/config.ts';
import { workerEnvironment } from '../../../src/core/fleet/worker-environment.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';

const NO_SECRETS = new Set<string>();

/** Returns the environment for an additional URL, without the variables of every worker. */
function ask(address: string, environment: Record<string, string> = {}) {
  const { variables, hostAlias } = workerEnvironment({
    config: configOf(),
    environment,
    models: [],
    secrets: NO_SECRETS,
    addresses: { HUB: address },
    internalHosts: ['engine'],
  });
  const { HF_ENDPOINT: _, HF_HOME: __, MODEL_CACHE_DIR: ___, ...rest } = variables;
  return { variables: rest, hostAlias };
}

describe('an address in the environment of a worker', () => {
  it.each([
    ['http://127.0.0.1:8080', 'http://host.docker.internal:8080'],
    ['http://127.1.2.3/x', 'http://host.docker.internal/x'],
    ['https://localhost:1/', 'https://host.docker.internal:1'],
    ['http://LOCALHOST', 'http://host.docker.internal'],
    ['http://hub.localhost:9', 'http://host.docker.internal:9'],
    ['http://[::1]:8080/a/b', 'http://host.docker.internal:8080/a/b'],
    ['localhost:3128', 'host.docker.internal:3128'],
  ])('%s uses the alias of the host', (address, expected) => {
    expect(ask(address)).toEqual({ variables: { HUB: expected }, hostAlias: 'host.docker.internal' });
  });

  it.each([
    ['https://huggingface.co', 'https://huggingface.co'],
    ['http://10.0.0.1:8080/', 'http://10.0.0.1:8080'],
    ['http://localhost.example', 'http://localhost.example'],
    ['http://1127.0.0.1', 'http://1127.0.0.1'],
    ['http://[::2]:80', 'http://[::2]:80'],
    ['proxy:3128', 'proxy:3128'],
  ])('%s is unchanged except for a trailing slash', (address, expected) => {
    expect(ask(address)).toEqual({ variables: { HUB: expected }, hostAlias: null });
  });

  it('includes the proxies of the caller, but not for the project network or the host', () => {
    const { variables } = ask('https://hub', { https_proxy: 'http://p:1', no_proxy: 'a, b', HOME: '/x' });
    expect(variables).toEqual({
      HUB: 'https://hub',
      https_proxy: 'http://p:1',
      NO_PROXY: 'a,b,localhost,127.0.0.1,host.docker.internal,engine',
      no_proxy: 'a,b,localhost,127.0.0.1,host.docker.internal,engine',
    });
  });

  it.each([['HUB', 'http://me:geheim@hub', {}]])(
    'with a password in %s is rejected, and the error does not contain it',
    (name, address, environment) => {
      let thrown: unknown;
      try {
        ask(address, environment);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({
        code: 'RMA_CONFIG_SECRET_IN_URL',
        exitCode: 2,
        hint: expect.stringContaining(name) as string,
      });
      expect(String(thrown)).not.toContain('geheim');
    },
  );
});

describe('workerEnvironment', () => {
  it('[case F05] [case F06] contains the path of the proxies with a login and of certificates, never a login', () => {
    const environment = { HTTPS_PROXY: 'http://me:geheim@127.0.0.1:3128', all_proxy: 'me:geheim@proxy:1' };
    const { variables, hostAlias } = workerEnvironment({
      config: configOf(),
      environment,
      models: [],
      secrets: new Set(['proxies', 'ca_certificates']),
    });
    expect(variables).toMatchObject({
      HTTPS_PROXY: 'http://host.docker.internal:3128',
      all_proxy: 'http://proxy:1',
      RMA_PROXY_FILE: '/run/secrets/proxies',
      NODE_EXTRA_CA_CERTS: '/run/secrets/ca_certificates',
    });
    expect(hostAlias).toBe('host.docker.internal');
    expect(JSON.stringify(variables)).not.toContain('geheim');
  });

  it('contains the machines that serve their store, and the path of their token', () => {
    const peers = ['https://box1:7701#SHA256:ab', 'http://127.0.0.1:7701'];
    const { network } = configOf();
    const { variables, hostAlias } = workerEnvironment({
      config: configOf({ network: { ...network, peers } }),
      environment: {},
      models: [],
      secrets: new Set(['peer_token']),
    });
    expect(variables).toMatchObject({
      RMA_PEERS: 'https://box1:7701#SHA256:ab,http://host.docker.internal:7701',
      RMA_PEER_TOKEN_FILE: '/run/secrets/peer_token',
    });
    expect(hostAlias).toBe('host.docker.internal');
  });

  const of = (config: RmaConfig, environment: Record<string, string> = {}, secrets = NO_SECRETS) =>
    workerEnvironment({ config, environment, models: [], secrets });

  it.each([
    ['http://127.0.0.1:18999/m.gguf', true],
    ['http://localhost/m.gguf', true],
    ['http://[::1]:9/m.gguf', true],
    ['https://example.com/m.gguf', false],
    ['https://127.0.0.1.example.com/m.gguf', false],
  ])('names the host for a model at %s: %s', (url, expected) => {
    const files = [{ path: 'm.gguf', bytes: 1, digest: null }];
    const model = { source: 'url', ref: url, url, set: 'default', files };
    const { variables, hostAlias } = workerEnvironment({
      config: configOf(),
      environment: {},
      models: [model],
      secrets: NO_SECRETS,
    });
    const alias = expected ? 'host.docker.internal' : null;
    expect([hostAlias, variables['RMA_HOST_ALIAS'] ?? null]).toEqual([alias, alias]);
  });

  it.each([
    ['the Ollama registry', 'ollama', 'RMA_OLLAMA_ENDPOINT'],
    ['ModelScope', 'ms', 'MODELSCOPE_ENDPOINT'],
    ['GitHub', 'docling', 'RMA_GITHUB_ENDPOINT'],
  ] as const)('contains a mirror of %s, but not the default URL', (_, key, name) => {
    const { hub, ...rest } = configOf();
    const mirrored = {
      ...rest,
      hub: { ...hub, endpoints: { ...hub.endpoints, [key]: 'http://127.0.0.1:9000' } },
    };
    expect(of(mirrored)).toMatchObject({
      variables: { [name]: 'http://host.docker.internal:9000' },
      hostAlias: 'host.docker.internal',
    });
    expect(of(configOf()).variables).not.toHaveProperty(name);
  });

  it('contains all mirrors of a list, as the container must write them', () => {
    const { hub, ...rest } = configOf();
    const endpoints = { ...hub.endpoints, hf: 'http://127.0.0.1:9000,https://huggingface.co' };
    expect(of({ ...rest, hub: { ...hub, endpoints } })).toMatchObject({
      variables: { HF_ENDPOINT: 'http://host.docker.internal:9000,https://huggingface.co' },
      hostAlias: 'host.docker.internal',
    });
    const secret = { ...hub.endpoints, hf: 'https://huggingface.co,https://me:pw@mirror.example' };
    expect(() => of({ ...rest, hub: { ...hub, endpoints: secret } })).toThrowError(
      expect.objectContaining({ code: 'RMA_CONFIG_SECRET_IN_URL' }),
    );
  });

  it('contains the order of hubs, if there is one', () => {
    const { hub, ...rest } = configOf();
    const { variables } = of({ ...rest, hub: { ...hub, sources: ['ms', 'hf'] } });
    expect(variables).toMatchObject({ RMA_HUB_SOURCES: 'ms,hf' });
    expect(of(configOf()).variables).not.toHaveProperty('RMA_HUB_SOURCES');
  });

  it('contains the path of a token file, never the token, and only when the secret exists', () => {
    const environment = { HF_TOKEN: 'hf_geheim', LOG_LEVEL: 'DEBUG', LOG_FILE: '/x' };
    const { variables } = of(configOf(), environment, new Set(['hf_token', 'modelscope_token']));
    expect(variables).toEqual({
      HF_ENDPOINT: 'https://huggingface.co',
      HF_HOME: '/models/huggingface',
      HF_TOKEN_PATH: '/run/secrets/hf_token',
      LOG_LEVEL: 'DEBUG',
      MODELSCOPE_API_TOKEN_PATH: '/run/secrets/modelscope_token',
      MODEL_CACHE_DIR: '/models',
    });
    expect(of(configOf(), environment).variables).not.toHaveProperty('HF_TOKEN_PATH');
  });
});
