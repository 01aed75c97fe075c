import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { plantFile, sha } from '../helpers/store/foreign-store.ts';

let dir = '';
let store = '';
beforeEach(() => {
  dir = tempFolder();
  store = join(dir, 'store');
  mkdirSync(store);
});

/** No program is found: neither crontab nor docker. */
const rma = (...argv: readonly string[]) =>
  runRma(['cache', 'schedule', ...argv], { cwd: dir, env: { HOME: dir, PATH: dir } });

describe('rma cache schedule run', () => {
  it('prints nothing if there is nothing to do, and one line if there is', async () => {
    expect(await rma('run', '--dest', store)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    const blob = `ollama/blobs/sha256-${sha('1')}`;
    plantFile(store, blob, 'x');
    const long = new Date('2026-01-01T00:00:00Z');
    utimesSync(join(store, blob), long, long);
    const { exitCode, stdout, stderr } = await rma('run', '--dest', store);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^marked 1 entry \(.*\) for deletion\n$/);
  });

  it('prints its record as JSON', async () => {
    const { stdout } = await rma('run', '--dest', store, '--json');
    const record = readdirSync(join(store, '.rma/schedule'));
    expect(record).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'rma.cache-run/v1', summary: null, error: null });
  });

  it('fails with the error of the prune', async () => {
    plantFile(store, '.rma/projects/box-demo.chat.json', '{');
    expectFault(await rma('run', '--dest', store), { exitCode: 3, code: 'RMA_CACHE_ROOTS_UNREADABLE' });
  });

  it('does not create a store in a directory with a typo', async () => {
    const fault = { exitCode: 2, code: 'RMA_USAGE_NO_FOLDER', words: ['--dest'] };
    expectFault(await rma('run', '--dest', `${store}x`), fault);
    expectFault(await rma('install', '--dest', `${store}x`), fault);
    expect(readdirSync(dir)).toEqual(['store']);
  });
});

describe('rma cache schedule', () => {
  it.each([
    ['61 3 * * *', ['(column 1)']],
    ['0 22-2 * * *', ['(column 3)', '--every "0 22-23,0-2 * * *"']],
    ['6h', ['--every "0 */6 * * *"']],
  ])('install rejects %j with its position or the fix', async (every, words) => {
    const ended = await rma('install', '--every', every, '--dest', store);
    expectFault(ended, { exitCode: 2, code: 'RMA_SCHEDULE_INVALID', words });
  });

  it('install rejects an invalid policy before it writes anything', async () => {
    const ended = await rma('install', '--keep', 'soon', '--dest', store);
    expectFault(ended, { exitCode: 2, code: 'RMA_USAGE_INVALID_VALUE', words: ['--keep'] });
  });

  it.each([
    [
      'what each run removes',
      ['--keep', '30d', '--filter', 'size>1GB'],
      "prunes with --keep 30d --filter 'size>1GB'",
    ],
    ['that no model is removed', [], 'removes leftovers only, no models'],
    [
      'that no model is removed, whatever leftovers are',
      ['--partials', '3d'],
      'removes leftovers only, no models',
    ],
  ])('install shows %s', async (_, policy, words) => {
    writeFileSync(join(dir, 'crontab'), '#!/bin/sh\necho "no crontab for me" >&2\nexit 1\n', { mode: 0o755 });
    const ended = await rma('install', '--backend', 'cron', '--dry-run', '--dest', store, ...policy);
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`Each run ${words}`) });
  });

  it('remove accepts the store of the project, as install and show do', async () => {
    const { stderr } = await rma('remove', '--volume', 'named:models');
    expect(stderr).not.toContain('RMA_USAGE_');
  });

  it('show and remove report that none is installed', async () => {
    expect(await rma('show', '--dest', store)).toMatchObject({
      exitCode: 0,
      stdout: `No schedule for the model store ${store}.\n`,
      stderr: `next: rma cache schedule install --dest ${store}\n`,
    });
    const { stdout } = await rma('show', '--dest', store, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'rma.cache-schedule/v1',
      backend: null,
      nextRun: null,
    });
    expect((await rma('remove', '--dest', store)).stdout).toBe(
      `Nothing to do: there is no schedule for the model store ${store}.\n`,
    );
  });

  it('show survives a file with the name of a program', async () => {
    writeFileSync(join(dir, 'crontab'), '', { mode: 0o644 });
    expect(await rma('show', '--dest', store)).toMatchObject({ exitCode: 0 });
  });
});
