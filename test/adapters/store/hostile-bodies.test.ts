import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toErrorDocument } from '../../../src/core/errors.ts';
import { JumpingClock } from '../../helpers/clock/jumping-clock.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { type RawAnswer, startRawServer } from '../../helpers/network/raw-server.ts';
import { sha256, startModelServer } from '../../helpers/store/model-server.ts';
import { hubFolder, testFetcher } from '../../helpers/store/store-fixture.ts';
import { ANSWERS, FINAL } from './hostile-bodies/answers.ts';
import { FRAMING } from './hostile-bodies/framing.ts';
import { HEADS } from './hostile-bodies/heads.ts';
import { CONTENT, honest } from './hostile-bodies/responses.ts';
import { RESUMES } from './hostile-bodies/resumes.ts';

/** Longest wait that a server can ask for, ms. */
const LONGEST_WAIT = 120_000;
const COMMIT = 'c0ffee'.padEnd(40, '0');

/** A store, and a model whose weights come from a server of raw bytes. */
async function rig(answer: RawAnswer) {
  const raw = await startRawServer(answer);
  const server = await startModelServer();
  const weights = { path: 'model.safetensors', content: CONTENT, lfs: true };
  server.serve({ repo: 'acme/tiny', commit: COMMIT, files: [weights] });
  server.fault = ({ path }, response) => {
    if (!path.includes('/resolve/')) return false;
    response.writeHead(302, { location: raw.url, 'content-length': 0 }).end();
    return true;
  };
  const root = tempFolder();
  const clock = new JumpingClock();
  const fetcher = testFetcher(root, server.url, { clock, stallMs: 300 });
  const model = await fetcher.resolve('hf:acme/tiny');
  const folder = hubFolder(root, 'acme/tiny');
  return {
    raw,
    clock,
    published: () => {
      const path = join(folder, 'snapshots', COMMIT, 'model.safetensors');
      return existsSync(path) ? readFileSync(path) : null;
    },
    blobs: () => (existsSync(join(folder, 'blobs')) ? readdirSync(join(folder, 'blobs')) : []),
    staged: () => readdirSync(join(root, '.rma/staging')),
    fetch: async () => {
      const [result] = await fetcher.fetch([model]);
      return result?.state === 'failed' ? toErrorDocument(result.error).code : 'healed';
    },
  };
}

const PASSING = [...FRAMING, ...HEADS, ...ANSWERS, ...RESUMES];

test.each([...PASSING, ...FINAL])(
  '[case F24] [case F25] [fail C2] [fail S5] a server that always sends %s: %s, and nothing wrong is stored',
  async (_, expected, answer) => {
    const { raw, clock, fetch, published, blobs, staged } = await rig(answer);
    expect(await fetch()).toBe(expected);
    expect(raw.requests()).toBeLessThan(150);
    expect(Math.max(0, ...clock.sleeps)).toBeLessThanOrEqual(LONGEST_WAIT);
    if (expected === 'healed') expect(published()?.equals(CONTENT)).toBe(true);
    else expect([published(), blobs()]).toEqual([null, []]);
    raw.answer = honest;
    expect(await fetch()).toBe('healed');
    expect(published()?.equals(CONTENT)).toBe(true);
    expect(blobs()).toEqual([sha256(CONTENT)]);
    expect(staged()).toEqual([]);
  },
);

test.each(PASSING)(
  '[case F24] a server that sends %s once: the download succeeds',
  async (...[, , answer]) => {
    const { fetch, published } = await rig((n, from) =>
      n === 1 || (n === 2 && from > 0) ? answer(n, from) : honest(n, from),
    );
    expect(await fetch()).toBe('healed');
    expect(published()?.equals(CONTENT)).toBe(true);
  },
);
