import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { convertCompose } from '../../../src/core/init/convert-compose.ts';
import { readCompose } from '../../../src/core/init/read-compose.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const catalog = shippedCatalog();

/** Converts files merged in this order. */
function converted(...texts: readonly string[]) {
  const files = texts.map((text, at) => ({ text, file: `${at}.yml` }));
  const project = convertCompose({
    files: readCompose(files, { shell: {}, envFile: null }),
    catalog,
    names: files.map(({ file }) => file),
    store: null,
    base: null,
  });
  return {
    notices: project.notices,
    settings: parse(project.files.get('rma.yaml') ?? ''),
    service: (name: string) => parse(project.files.get(`profiles/${name}.yaml`) ?? '').services[0],
  };
}

const SERVICE = 'services: { chat: { image: "vllm/vllm-openai:v0.27.1", command: [org/small] } }\n';

describe('a service of a Compose file', () => {
  it('has the keys of a mapping that it merges, and of those that this one merges', () => {
    const { service } = converted(`x-a: &a { image: "vllm/vllm-openai:v0.27.1" }
x-b: &b { <<: *a, command: [org/small] }
services:
  chat: { <<: *b, mem_limit: 4g }
`);
    expect(service('chat')).toEqual({ engine: 'vllm', models: ['hf:org/small'], memory: '4GiB' });
  });

  it.each([
    ['a merge key', '{ <<: *v }'],
    ['an alias', '*v'],
  ])('has no comment of a block of text as flags, also through %s', (_name, value) => {
    const { service, notices } = converted(`x-v: &v
  image: vllm/vllm-openai:v0.27.1
  command: >
    --model org/small
    --max-model-len 2048  # short context
services:
  chat: ${value}
`);
    expect(service('chat')).toEqual({ engine: 'vllm', models: ['hf:org/small'], context: 2048 });
    expect(notices).toContainEqual({
      kind: 'corrected',
      where: '0.yml:5:27',
      message: expect.stringContaining('"# short context" is not a comment'),
    });
  });

  it.each([
    ['8589934592', '8GiB'],
    ['536870913b', '536870913B'],
    ['1572864', '1536KiB'],
    ['2p', '2PiB'],
    ['0', undefined],
  ])('with a memory limit of %s has the memory %s', (limit, memory) => {
    const { service } = converted(SERVICE, `services: { chat: { mem_limit: ${limit} } }\n`);
    expect(service('chat').memory).toBe(memory);
  });
});

describe('a volume of a Compose file', () => {
  const named = `${SERVICE.replace(' } }', ', volumes: ["models:/models"] } }')}volumes: { models: { name: mine } }\n`;

  it.each(['{}', '', '{ external: true }'])('keeps its name in an override file with %j', (over) => {
    const { settings } = converted(named, `services: {}\nvolumes: { models: ${over} }\n`);
    expect(settings.volumes).toEqual({ store: 'named:mine' });
  });

  it('takes the name of an override file', () => {
    const { settings } = converted(named, 'services: {}\nvolumes: { models: { name: other } }\n');
    expect(settings.volumes).toEqual({ store: 'named:other' });
  });
});
