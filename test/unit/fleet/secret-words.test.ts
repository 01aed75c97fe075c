import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { buildFleet } from '../../../src/core/fleet/build-fleet.ts';
import { secretWords } from '../../../src/core/fleet/secret-words.ts';
import { fleetInputOf } from '../../helpers/builders/render-builders.ts';

const KEY = 'sk-%s\\n';

/** What `sh` expands the word of an API key with this content to. */
function expanded(content: string): string {
  const fleet = buildFleet(fleetInputOf());
  const apiKey = { secret: 'key', content };
  const services = fleet.services.map((spec) => (spec.role === 'engine' ? { ...spec, apiKey } : spec));
  const word = secretWords({ ...fleet, services }, 'swarm', ['key']).words.get('key') ?? '';
  const script = `cat() { printf %s "$KEY"; }\nprintf %s ${word}`;
  return execFileSync('sh', ['-c', script], { env: { KEY }, encoding: 'utf8' });
}

it.each(['{key}', '{"api_key": "{key}"}', 'a\\nb: {key}, 100%, $HOME `x` "y" \'z\'', '{key}:{key}'])(
  'the content %j of an API key is created byte for byte, with each key',
  (content) => {
    expect(expanded(content)).toBe(content.replaceAll('{key}', () => KEY));
  },
);
