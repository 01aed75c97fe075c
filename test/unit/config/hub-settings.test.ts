import { expect, it } from 'vitest';
import { hubOrder } from '../../../src/core/config/hub-order.ts';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import { asRmaYaml } from '../../../src/core/config/show-config.ts';
import { base, withFile } from '../../helpers/builders/config-sources.ts';

it.each([
  ['hub: { endpoint: [https://a.example/, https://b.example] }', {}],
  ['hub: { endpoint: "https://a.example, https://b.example" }', {}],
  ['', { HF_ENDPOINT: 'https://a.example,https://b.example' }],
])('several addresses of a hub are read from %j and %j', (text, env) => {
  const resolved = resolveConfig({ ...withFile(text), env });
  expect(resolved.config.hub.endpoints['hf']).toBe('https://a.example,https://b.example');
  expect(asRmaYaml(resolved)['hub']).toMatchObject({
    endpoint: ['https://a.example', 'https://b.example'],
    ollama_endpoint: 'https://registry.ollama.ai',
  });
});

it('the order of hubs is read from the file and the environment', () => {
  const file = withFile('hub: { sources: [hf] }');
  expect(resolveConfig(file).config.hub.sources).toEqual(['hf']);
  const resolved = resolveConfig({ ...file, env: { RMA_HUB_SOURCES: 'ms,hf' } });
  expect(resolved.config.hub.sources).toEqual(['ms', 'hf']);
  expect(asRmaYaml(resolved)['hub']).toMatchObject({ sources: ['ms', 'hf'] });
  expect(() => resolveConfig({ ...base, env: { RMA_HUB_SOURCES: 'ollama' } })).toThrowError(
    expect.objectContaining({
      code: 'RMA_CONFIG_INVALID',
      message: expect.stringContaining('hub.sources expects hf or ms, got "ollama"'),
    }),
  );
});

it.each([
  [{ USE_MODELSCOPE: 'true' }, ['ms']],
  [{ USE_MODELSCOPE: 'False' }, ['hf']],
  [{ USE_MODELSCOPE: '1', RMA_HUB_SOURCES: 'hf,ms' }, ['hf', 'ms']],
  [{ USE_MODELSCOPE: '' }, undefined],
])('[req K02] the hub to try first can be chosen as for the tokenizer service: %j', (env, sources) => {
  expect(resolveConfig({ ...base, env }).config.hub.sources).toEqual(sources);
  // in containers
  expect(hubOrder(env)).toEqual(sources ?? []);
});

it('[req K02] USE_MODELSCOPE is a switch', () => {
  expect(() => resolveConfig({ ...base, env: { USE_MODELSCOPE: 'ms' } })).toThrowError(
    /USE_MODELSCOPE: hub\.sources expects true or false, got "ms"/,
  );
});
