import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { snapshot } from '../../helpers/files/snapshot.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { sha256, startModelServer } from '../../helpers/store/model-server.ts';
import { testFetcher } from '../../helpers/store/store-fixture.ts';
import { testSource } from '../../helpers/store/test-source.ts';

const COMMIT = 'c0ffee'.padEnd(40, '0');
const CONTENT = Buffer.from('content');

/** Lists of file names that are refused before a download. */
const UNSAFE: readonly (readonly string[])[] = [
  ...[
    '',
    '.',
    '..',
    '../x',
    '../../etc/passwd',
    'a/../../x',
    'a/..',
    './x',
    'a/./b',
    'a//b',
    'a/',
    '/',
    '//x',
  ],
  ...['/etc/passwd', 'C:\\x', 'C:x', 'c:/x', '\\\\server\\x', '..\\x', 'a\\..\\b', 'a\\b', '\\'],
  ...['a\0b', 'a\nb', 'a\r\nb', 'a\tb', '\u001b[31m', 'a\u007f', '\ud800', 'a\udc00b', '\udfff\ud800'],
  ...['__proto__', 'a/__proto__', '__proto__/x', 'x'.repeat(300), 'é'.repeat(130), 'x/'.repeat(600)],
]
  .map((name): readonly string[] => [name])
  .concat([
    ['a', 'a/b'],
    ['a/b/c', 'a/b'],
  ]);

/** Lists of file names that are stored as they are, inside the directory of the repository. */
const ODD: readonly (readonly string[])[] = [
  ...[
    '.rma/x',
    '.rma',
    '.rma-staging/x',
    'blobs/x',
    'blobs',
    'refs/main',
    'snapshots',
    'trees',
    '.git/config',
  ],
  ...[
    'constructor',
    'toString/x',
    'hasOwnProperty',
    '-rf',
    '--json',
    '~root',
    '$HOME',
    '$(id)',
    '`id`',
    '*',
    '?',
  ],
  ...['a\u200bb', '\ufeffa', 'a\u202eb', 'a\u2066b', 'a\u00a0b', 'a\u2028b', ' a', 'a ', 'a.', '...', '..a'],
  ...['%2e%2e%2fx', '%00', '%', 'a#b', 'a&b=c', 'a;b', `a'b"c`, '😀', 'aux', 'NUL.txt', 'x'.repeat(255)],
  ...['file.part', 'file.part.json', 'x.lock', 'x.incomplete', 'node_modules/x', '.cache/huggingface/x'],
]
  .map((name): readonly string[] => [name])
  .concat([
    ['README.md', 'readme.md'],
    ['A/x', 'a/X'],
    ['\u00e9', 'e\u0301'],
  ]);

const SOURCES = {
  hf: {
    listing: (names: readonly string[]) =>
      names.map((path) => ({
        type: 'file',
        path,
        size: CONTENT.length,
        oid: 'a'.repeat(40),
        lfs: { oid: sha256(CONTENT), size: CONTENT.length },
      })),
    isListing: (path: string) => path.includes('/tree/'),
    directory: `huggingface/hub/models--org--tiny/snapshots/${COMMIT}`,
  },
  ms: {
    listing: (names: readonly string[]) => ({
      Code: 200,
      Data: {
        Files: names.map((Path) => ({ Path, Type: 'blob', Size: CONTENT.length, Sha256: sha256(CONTENT) })),
      },
    }),
    isListing: (path: string) => path.includes('/repo/files'),
    directory: 'modelscope/org/tiny',
  },
} as const;

/** A hub whose repository has files of these names; each request for a file is answered with the same content. */
async function hubWith(source: keyof typeof SOURCES, names: readonly string[]): Promise<string> {
  const { listing, isListing } = SOURCES[source];
  const server = await startModelServer();
  server.fault = ({ path }, response) => {
    if (isListing(path)) response.end(JSON.stringify(listing(names)));
    else if (path.includes('/revision/')) response.end(JSON.stringify({ id: 'org/tiny', sha: COMMIT }));
    else response.end(CONTENT);
    return true;
  };
  return server.url;
}

describe.each(['hf', 'ms'] as const)('a listing of %s', (source) => {
  test.each(UNSAFE.map((names) => [names]))('[case F24] [fail X1] with %j is refused', async (names) => {
    const hub = testSource(source, { endpoint: await hubWith(source, names) });
    await expect(hub.resolve(parseModelRef(`${source}:org/tiny`))).rejects.toMatchObject({
      code: 'RMA_CONTENT_UNSAFE_PATH',
      exitCode: 6,
    });
  });

  test.each(ODD.map((names) => [names]))(
    '[case F12] [case F24] with %j is stored inside the directory of its repository',
    async (names) => {
      const top = tempFolder();
      const root = join(top, 'in/store');
      mkdirSync(dirname(root));
      const fetcher = testFetcher(root, await hubWith(source, names));
      const model = await fetcher.resolve(`${source}:org/tiny`);
      expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
      for (const name of names) {
        const path = join(root, SOURCES[source].directory, name);
        expect(readFileSync(path).equals(CONTENT)).toBe(true);
        expect(realpathSync(path).startsWith(`${realpathSync(root)}/`)).toBe(true);
      }
      const outside = (await snapshot(top)).map((line) => line.split(' ')[0]);
      expect(outside.filter((path) => path?.startsWith('in/store') === false)).toEqual(['in']);
      // what a name may have damaged is read again
      expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
      expect(await fetcher.store.check(model)).toMatchObject({ state: 'present' });
    },
  );
});

test.each(['constructor', 'toString', 'hasOwnProperty'])(
  '[case F24] a URL whose file is named %s is stored, and verified again after a change of its time',
  async (name) => {
    const root = tempFolder();
    const fetcher = testFetcher(root, '');
    const model = await fetcher.resolve(`${await hubWith('hf', [])}/x.bin#as=${name}`);
    expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
    const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
    const path = join(root, names.find((each) => each.endsWith(`/${name}`)) ?? '');
    utimesSync(path, 1, 1);
    expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
    rmSync(path);
    writeFileSync(path, 'another file');
    expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
    expect(readFileSync(path).equals(CONTENT)).toBe(true);
  },
);
