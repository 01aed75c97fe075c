import { describe, expect, it } from 'vitest';
import { apiKeys } from '../../../../src/app/desired/api-keys.ts';
import { selectServices } from '../../../../src/core/profile/select-services.ts';
import { catalogOf, engineOf, profileServiceOf } from '../../../helpers/builders/render-builders.ts';
import { filesOf, hostOf } from '../../../helpers/host/port-builders.ts';

const apiKey = { file: 'key.json', content: '{"api_key": "{key}"}', variable: 'LLM_CONFIG' };
const PATH = '/srv/demo/key';

function keysOf(
  files: Readonly<Record<string, string>>,
  services = [profileServiceOf({ apiKeyFile: PATH })],
) {
  const catalog = catalogOf({ chat: services }, [engineOf('llm', { apiKey })]);
  return apiKeys(hostOf({ files: filesOf(files) }), selectServices(catalog, ['chat']));
}

describe('the keys that clients of services must send', () => {
  it('[req D19] are files as the engine reads them, one for each service', async () => {
    expect([...(await keysOf({ [PATH]: 's3cret-$&\n' }))]).toEqual([
      ['chat-llm-key.json', '{"api_key": "s3cret-$&"}'],
    ]);
    const replicas = [profileServiceOf({ apiKeyFile: PATH, replicas: 2 })];
    expect([...(await keysOf({ [PATH]: 'k' }, replicas)).keys()]).toEqual([
      'chat-llm-key.json',
      'chat-llm-2-key.json',
    ]);
    expect(await keysOf({}, [profileServiceOf()])).toEqual(new Map());
  });

  it.each([
    ['is missing or empty', {}],
    ['is missing or empty', { [PATH]: ' \n' }],
    ['has no valid key', { [PATH]: 'two words' }],
    ['has no valid key', { [PATH]: 'quote"' }],
    ['has no valid key', { [PATH]: 'back\\slash' }],
    ['has no valid key', { [PATH]: 'one\ntwo' }],
    ['has no valid key', { [PATH]: 'schlüssel' }],
  ])('[req D19] are an error if the file %s: %j', async (fault, files) => {
    const error = await keysOf(files).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'RMA_API_KEY_FILE',
      exitCode: 2,
      message: `the file ${PATH} with the API key of chat-llm ${fault}`,
      hint: expect.stringContaining(`openssl rand -hex 32 > ${PATH}`),
    });
    for (const text of Object.values(files)) expect(JSON.stringify(error)).not.toContain(text);
  });
});
