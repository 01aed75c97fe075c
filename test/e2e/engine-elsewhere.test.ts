import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CHECKOUT, runProgram, type ScriptResult } from '../helpers/stack/engine-script.ts';

/** A copy of the scripts that any user of the machine may read. */
const publicCopy = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'rma-elsewhere-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(join(CHECKOUT, 'scripts'), join(folder, 'scripts'), { recursive: true });
  await chmod(folder, 0o755);
  return folder;
};

/** `engine.sh up` where /etc/os-release says something else: in a mount namespace of its own. */
const upOn = async (osRelease: string): Promise<ScriptResult> => {
  const folder = await publicCopy();
  await writeFile(join(folder, 'os-release'), osRelease);
  const script = 'mount --bind "$1/os-release" /etc/os-release; exec "$1/scripts/engine.sh" up';
  return runProgram('unshare', ['--mount', 'bash', '-c', script, 'bash', folder]);
};

test.each([
  ['ubuntu', 'ID=ubuntu\nVERSION_ID="24.04"\n', 'https://download.docker.com/linux/ubuntu'],
  ['fedora', 'ID=fedora\nVERSION_ID=42\n', 'sudo dnf -y install docker-ce'],
  ['arch', 'ID=arch\n', 'https://docs.docker.com/engine/install/'],
  ['Debian 11', 'ID=debian\nVERSION_ID="11"\n', 'https://download.docker.com/linux/debian'],
])(
  'on %s the private engine is refused with the commands that install Docker',
  async (_name, release, way) => {
    const { code, stdout, stderr } = await upOn(release);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^error: the private Docker Engine runs on Debian 12 or newer, amd64 \(this is /);
    expect(stderr).toContain(way);
  },
);

test('a user who is not root is told so, with the commands that install Docker', async () => {
  const folder = await publicCopy();
  const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
  const { code, stderr } = await runProgram('setpriv', [...nobody, `${folder}/scripts/engine.sh`, 'up']);
  expect(code).toBe(3);
  expect(stderr).toContain('error: the private Docker Engine needs root (this is user nobody)');
  expect(stderr).toContain('https://download.docker.com/linux/debian');
});

test('a verb that does not exist is a usage error', async () => {
  const { code, stderr } = await runProgram(`${CHECKOUT}/scripts/engine.sh`, ['upp']);
  expect(code).toBe(2);
  expect(stderr).toContain('usage: scripts/engine.sh VERB');
});
