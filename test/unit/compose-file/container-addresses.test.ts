import { describe, expect, it } from 'vitest';
import { containerAddresses } from '../../../src/core/compose-file/container-addresses.ts';
import { fetchEnvironment } from '../../../src/core/compose-file/fetch-environment.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';

const ask = (address: string, environment: Record<string, string> = {}) =>
  containerAddresses({ addresses: { HUB: address }, environment, inside: ['engine'] });

describe('containerAddresses', () => {
  it.each([
    ['http://127.0.0.1:8080', 'http://host.docker.internal:8080'],
    ['http://127.1.2.3/x', 'http://host.docker.internal/x'],
    ['https://localhost:1/', 'https://host.docker.internal:1'],
    ['http://LOCALHOST', 'http://host.docker.internal'],
    ['http://hub.localhost:9', 'http://host.docker.internal:9'],
    ['http://[::1]:8080/a/b', 'http://host.docker.internal:8080/a/b'],
    ['localhost:3128', 'host.docker.internal:3128'],
  ])('leads %s to the host', (address, expected) => {
    expect(ask(address)).toEqual({
      variables: { HUB: expected },
      extraHosts: ['host.docker.internal:host-gateway'],
    });
  });

  it.each([
    ['https://huggingface.co', 'https://huggingface.co'],
    ['http://10.0.0.1:8080/', 'http://10.0.0.1:8080'],
    ['http://localhost.example', 'http://localhost.example'],
    ['http://1127.0.0.1', 'http://1127.0.0.1'],
    ['http://[::2]:80', 'http://[::2]:80'],
    ['proxy:3128', 'proxy:3128'],
  ])('leaves %s', (address, expected) => {
    expect(ask(address)).toEqual({ variables: { HUB: expected }, extraHosts: [] });
  });

  it('passes the proxies of the caller, and keeps what is inside and the host away from them', () => {
    const { variables } = ask('https://hub', { https_proxy: 'http://p:1', no_proxy: 'a, b', HOME: '/x' });
    expect(variables).toEqual({
      HUB: 'https://hub',
      https_proxy: 'http://p:1',
      NO_PROXY: 'a,b,localhost,127.0.0.1,host.docker.internal,engine',
      no_proxy: 'a,b,localhost,127.0.0.1,host.docker.internal,engine',
    });
  });

  it.each([
    ['HUB', 'http://me:geheim@hub', {}],
    ['HTTPS_PROXY', 'https://hub', { HTTPS_PROXY: 'http://me:geheim@proxy:3128' }],
    ['http_proxy', 'https://hub', { http_proxy: 'me:geheim@proxy:3128' }],
  ])('refuses a password in %s, and does not tell it', (name, address, environment) => {
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
  });
});

describe('fetchEnvironment', () => {
  it.each([
    ['the Ollama registry', 'ollamaEndpoint', 'RMA_OLLAMA_ENDPOINT'],
    ['ModelScope', 'modelscopeEndpoint', 'MODELSCOPE_ENDPOINT'],
  ] as const)(
    'takes a mirror of %s along, the host by its name, and leaves the usual address out',
    (_, key, name) => {
      const { hub, ...rest } = configOf();
      const mirrored = { ...rest, hub: { ...hub, [key]: 'http://127.0.0.1:9000' } };
      expect(fetchEnvironment(mirrored, {}, new Set())).toMatchObject({
        variables: { [name]: 'http://host.docker.internal:9000' },
        extraHosts: ['host.docker.internal:host-gateway'],
      });
      expect(fetchEnvironment(configOf(), {}, new Set()).variables).not.toHaveProperty(name);
    },
  );

  it('names the file of the token, never the token, and only where there is one', () => {
    const environment = { HF_TOKEN: 'hf_geheim', LOG_LEVEL: 'DEBUG', LOG_FILE: '/x' };
    const { variables } = fetchEnvironment(
      configOf(),
      environment,
      new Set(['hf_token', 'modelscope_token']),
    );
    expect(variables).toEqual({
      HF_ENDPOINT: 'https://huggingface.co',
      HF_HOME: '/models/huggingface',
      HF_TOKEN_PATH: '/run/secrets/hf_token',
      LOG_LEVEL: 'DEBUG',
      MODELSCOPE_API_TOKEN_PATH: '/run/secrets/modelscope_token',
      MODEL_CACHE_DIR: '/models',
    });
    expect(fetchEnvironment(configOf(), environment, new Set()).variables).not.toHaveProperty(
      'HF_TOKEN_PATH',
    );
  });
});
