import { expect, it } from 'vitest';
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
