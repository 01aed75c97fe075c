import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { SWARM_CASES } from '../golden/swarm/cases.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { runProgram } from '../helpers/stack/engine-script.ts';
import { stackExport } from '../helpers/swarm/stack-export.ts';

it.each(Object.keys(SWARM_CASES))(
  'docker stack accepts the export of %s, with all services',
  async (name) => {
    const each = SWARM_CASES[name];
    if (each === undefined) throw new Error(`no case ${name}`);
    const { files, services } = await stackExport(each);
    const dir = join(tempFolder(), name);
    mkdirSync(dir, { recursive: true });
    for (const [file, text] of files) writeFileSync(join(dir, file), text);
    const args = ['stack', 'config', '--compose-file', join(dir, 'stack.yaml')];
    const { code, stdout, stderr } = await runProgram('docker', args, engineEnv());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(Object.keys(parse(stdout).services).sort()).toEqual([...services].sort());
  },
);
