import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { standinEngine } from '../helpers/stack/standin-engine.ts';

let dir = '';
let env: Readonly<Record<string, string>> = {};
beforeEach(async () => {
  dir = tempFolder();
  mkdirSync(join(dir, 'bin'));
  writeFileSync(join(dir, 'bin/docker'), '#!/bin/sh\necho 2.40.3\n');
  chmodSync(join(dir, 'bin/docker'), 0o755);
  const { endpoint } = await standinEngine({});
  env = { HOME: dir, DOCKER_HOST: endpoint, PATH: `${join(dir, 'bin')}:/usr/bin:/bin` };
});

const rma = (...argv: readonly string[]) => runRma(argv, { cwd: dir, env });

it.each(['models ls --stored', 'models ls --unused', 'models du', 'cache df', 'cache ls'])(
  'rma %s names the volume that does not exist yet, and what creates it',
  async (line) => {
    const argv = line.split(' ');
    const message = (store: string) => ({
      exitCode: 0,
      stdout: `${store} does not exist yet; rma up and rma models pull create it.\n`,
      stderr: '',
    });
    expect(await rma(...argv)).toEqual(message('The volume rma-models'));
    expect(await rma(...argv, '--volume', 'named:mine')).toEqual(message('The volume mine'));
    const path = join(dir, 'new');
    expect(await rma(...argv, '--volume', `host:${path}`)).toEqual(message(`The directory ${path}`));
    expect(JSON.parse((await rma(...argv, '--json')).stdout)).toHaveProperty('schema');
  },
);
