import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKOUT, runProgram } from '../helpers/stack/engine-script.ts';
import { publicCopy, runAsNobody, runOn } from '../helpers/stack/other-machine.ts';

const engineUp = async (): Promise<readonly string[]> => [
  join(await publicCopy(), 'scripts/engine.sh'),
  'up',
];

test.each([
  ['ubuntu', 'ID=ubuntu\nVERSION_ID="24.04"\n', 'https://download.docker.com/linux/ubuntu'],
  ['fedora', 'ID=fedora\nVERSION_ID=42\n', 'sudo dnf -y install docker-ce'],
  ['arch', 'ID=arch\n', 'https://docs.docker.com/engine/install/'],
  ['Debian 11', 'ID=debian\nVERSION_ID="11"\n', 'https://download.docker.com/linux/debian'],
])('on %s the private engine fails with the commands that install Docker', async (_name, release, way) => {
  const { code, stdout, stderr } = await runOn(release, await engineUp());
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toMatch(/^error: the private Docker Engine runs on Debian 12 or newer, amd64 \(this is /);
  expect(stderr).toContain(way);
});

test('without root the private engine fails with the commands that install Docker', async () => {
  const { code, stderr } = await runAsNobody(await engineUp());
  expect(code).toBe(3);
  expect(stderr).toContain('error: the private Docker Engine needs root (this is user nobody)');
  expect(stderr).toContain('https://download.docker.com/linux/debian');
});

test.each([
  [['upp'], 'error: unknown verb: upp\n'],
  [['legacy', 'upp'], 'error: unknown verb: legacy upp\n'],
  [[], 'error: a verb is missing\n'],
])('the arguments %j are a usage error that names the verb', async (args, message) => {
  const { code, stderr } = await runProgram(`${CHECKOUT}/scripts/engine.sh`, args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).toContain('usage: scripts/engine.sh VERB');
});
