import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKOUT, runProgram } from '../helpers/stack/engine-script.ts';
import {
  publicCopy,
  runAsNobody,
  runOn,
  runUnprivileged,
  runWithNode,
  runWithoutAptSources,
  runWithoutProgram,
} from '../helpers/stack/other-machine.ts';

const UBUNTU = 'ID=ubuntu\nVERSION_ID="24.04"\n';
const NODE_HINT = 'Install Node.js 20.19.0 or newer: https://nodejs.org/en/download';
type Machine = (command: readonly string[]) => ReturnType<typeof runAsNobody>;

const MISSING: readonly (readonly [string, Machine, string])[] = [
  ['Node.js', (command) => runWithoutProgram('node', command), `Node.js is not installed\n  ${NODE_HINT}`],
  [
    'a supported Node.js',
    (command) => runWithNode('18.20.4', command),
    `Node.js 18.20.4 is too old\n  ${NODE_HINT}`,
  ],
  ['npm', (command) => runWithoutProgram('npm', command), 'npm is not installed\n  apt-get install npm'],
];

const MISSING_FOR_TESTS: typeof MISSING = [
  ...MISSING,
  ['git', (command) => runWithoutProgram('git', command), 'git is not installed\n  apt-get install git'],
  [
    'Debian',
    (command) => runOn(UBUNTU, command),
    'scripts/test.sh runs on Debian 12 or newer, amd64 (this is ubuntu 24.04, x86_64)',
  ],
  ['root', runAsNobody, 'scripts/test.sh needs root (this is user nobody)'],
  [
    'permission to create namespaces',
    runUnprivileged,
    'scripts/test.sh needs network and mount namespaces, and this root cannot create them (in a container: docker run --privileged)',
  ],
  [
    'a Debian mirror',
    runWithoutAptSources,
    'the apt sources of this machine have no Debian mirror\n  Add one to /etc/apt/sources.list, then run: apt-get update',
  ],
];

describe('scripts/test.sh', () => {
  it.each(MISSING_FOR_TESTS)('without %s fails and changes nothing', async (_name, machine, error) => {
    const checkout = await publicCopy();
    const { code, stdout, stderr } = await machine([join(checkout, 'scripts/test.sh')]);
    expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: '', stderr: `error: ${error}\n` });
    expect(await readdir(checkout)).toEqual(['scripts']);
  });
});

describe('scripts/quickstart.sh', () => {
  it.each(MISSING)('without %s fails', async (_name, machine, error) => {
    const checkout = await publicCopy();
    const { code, stdout, stderr } = await machine([join(checkout, 'scripts/quickstart.sh')]);
    expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: '', stderr: `error: ${error}\n` });
  });

  it('with neither Docker nor Debian suggests how to install Docker', async () => {
    const checkout = await publicCopy();
    const { code, stdout, stderr } = await runOn(UBUNTU, [
      join(checkout, 'scripts/quickstart.sh'),
      '--engine',
      'private',
    ]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^error: the private Docker Engine runs on Debian 12 or newer, amd64/);
    expect(stderr).toContain('https://download.docker.com/linux/ubuntu');
  });
});

describe('scripts/judges.sh', () => {
  it('without Debian reports the required system', async () => {
    const checkout = await publicCopy();
    const { code, stderr } = await runOn(UBUNTU, [join(checkout, 'scripts/judges.sh'), 'gguf']);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'error: scripts/judges.sh runs on Debian 12 or newer, amd64 (this is ubuntu 24.04, x86_64)\n',
    });
  });
});

describe('an option of scripts/quickstart.sh', () => {
  it.each([
    [['--hub'], "--hub must be one of: auto real local\n  Current value: ''"],
    [['--hub', '--yes'], "--hub must be one of: auto real local\n  Current value: '--yes'"],
    [['--engine', 'docker', '--yes'], '--engine must be one of: auto own private'],
    [['--purge-all'], 'unknown option: --purge-all'],
  ])('%j without a valid value fails with one error and starts nothing', async (argv, error) => {
    const result = await runProgram('bash', [join(CHECKOUT, 'scripts/quickstart.sh'), ...argv], process.env);
    expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(error) });
    expect(result.stderr.match(/error:/g)).toHaveLength(1);
  });
});
