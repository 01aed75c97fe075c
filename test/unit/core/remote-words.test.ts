import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { remoteCommand } from '../../../src/core/remote-words.ts';

test.each(['sh', 'bash'])('%s reads every word unchanged', (login) => {
  const special = fc.constantFrom(...`'"\\$\`!*?[]{}()<>|&;#~= \t\n\r-\u0007\u001béж漢`);
  const word = fc.string({ unit: fc.oneof(special, fc.string({ unit: 'grapheme', maxLength: 1 })) });
  const isWord = (text: string): boolean => !text.includes('\0');
  fc.assert(
    fc.property(fc.array(word.filter(isWord), { minLength: 1, maxLength: 200 }), (words) => {
      const command = remoteCommand(['printf', '%s\\0', ...words]);
      const printed = execFileSync(login, ['-c', command], { encoding: 'utf8' });
      expect(printed.split('\0').slice(0, -1)).toEqual(words);
    }),
    { numRuns: 25 },
  );
});

test('plain words stay readable', () => {
  expect(remoteCommand(['docker', 'compose', '--file', "/srv/it's/a\\b.yaml", 'A=b c'])).toBe(
    `docker compose --file '/srv/it'\\''s/a'\\\\'b.yaml' 'A=b c'`,
  );
});
