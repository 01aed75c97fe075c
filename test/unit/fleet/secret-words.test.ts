import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { secretWords } from '../../../src/core/fleet/secret-words.ts';
import type { Fleet } from '../../../src/core/fleet/service-spec.ts';

const KEY = 'sk-%s\\n';

/** What `sh` expands the word of an API key with this content to. */
function expanded(content: string): string {
  const services = [{ role: 'engine', secrets: ['key'], apiKey: { secret: 'key', content } }];
  const fleet = { project: 'demo', services } as unknown as Fleet;
  const word = secretWords(fleet, 'swarm', ['key']).words.get('key') ?? '';
  const script = `cat() { printf %s "$KEY"; }\nprintf %s ${word}`;
  return execFileSync('sh', ['-c', script], { env: { KEY }, encoding: 'utf8' });
}

it.each(['{key}', '{"api_key": "{key}"}', 'a\\nb: {key}, 100%, $HOME `x` "y" \'z\'', '{key}:{key}'])(
  'the content %j of an API key is created byte for byte, with each key',
  (content) => {
    expect(expanded(content)).toBe(content.replaceAll('{key}', () => KEY));
  },
);
