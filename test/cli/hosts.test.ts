import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';

const HERE = 'hosts: { here: {}, there: { address: "ssh://box.invalid", labels: { rack: r1 } } }\n';

async function projectWith(text: string | null): Promise<string> {
  const dir = tempFolder();
  if (text !== null) await writeFile(join(dir, 'rma.yaml'), text);
  return dir;
}

describe('rma hosts', () => {
  it('add writes a new rma.yaml, and prints how to add this machine', async () => {
    const dir = await projectWith(null);
    const added = await runRma(['hosts', 'add', 'box1', 'ssh://admin@box1', '--bind', '10.0.0.11'], {
      cwd: dir,
    });
    expect(added).toMatchObject({ exitCode: 0 });
    expect(added.stdout).toContain('To add this machine too: rma hosts add here');
    expect(await readFile(join(dir, 'rma.yaml'), 'utf8')).toBe(
      'hosts:\n  box1:\n    address: ssh://admin@box1\n    bind: 10.0.0.11\n',
    );
  });

  it.each([
    [['box1', 'tcp://box1'], 'RMA_HOST_INVALID'],
    [['box1', '10.0.0.11'], 'hint: rma hosts add box1 ssh://10.0.0.11'],
    [['Box', 'ssh://box1'], 'RMA_HOST_INVALID'],
    [['box1', 'ssh://box1', '--bind', 'nowhere!'], 'RMA_HOST_INVALID'],
    [['here', 'ssh://box1'], 'RMA_HOST_EXISTS'],
  ])('add refuses %j, and the file stays as it is', async (args, code) => {
    const dir = await projectWith(HERE);
    const { exitCode: exit, stderr } = await runRma(['hosts', 'add', ...args], { cwd: dir });
    expect([exit, stderr]).toEqual([2, expect.stringContaining(code)]);
    expect(await readFile(join(dir, 'rma.yaml'), 'utf8')).toBe(HERE);
  });

  it('rm removes one, and suggests a name for a typo', async () => {
    const dir = await projectWith(HERE);
    const typo = await runRma(['hosts', 'rm', 'ther'], { cwd: dir });
    expect([typo.exitCode, typo.stderr]).toEqual([2, expect.stringContaining('did you mean "there"?')]);
    expect(await runRma(['hosts', 'rm', 'there'], { cwd: dir })).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(dir, 'rma.yaml'), 'utf8')).toBe('hosts: { here: {} }\n');
  });

  it.each([
    ['coordinator: { host: there }', 'RMA_CONFIG_INVALID', 'coordinator.host: unknown host "there"'],
    ['placement: { cpu-worker: { hosts: [there] } }', 'RMA_PLACEMENT_UNKNOWN', 'unknown host "there"'],
    ['placement: { cpu-worker: { labels: { rack: r1 } } }', 'RMA_PLACEMENT_UNKNOWN', 'unknown label "rack"'],
  ])('rm refuses a host that %s needs, and the file stays as it is', async (line, code, message) => {
    const text = `${HERE}${line}\n`;
    const dir = await projectWith(text);
    const removed = await runRma(['hosts', 'rm', 'there'], { cwd: dir });
    expect([removed.exitCode, removed.stderr]).toEqual([2, expect.stringContaining(code)]);
    expect(removed.stderr).toContain(message);
    expect(removed.stderr).toContain('is unchanged');
    expect(await readFile(join(dir, 'rma.yaml'), 'utf8')).toBe(text);
  });

  it('add refuses a machine that the file already has, and the file stays as it is', async () => {
    const dir = await projectWith(HERE);
    const added = await runRma(['hosts', 'add', 'other', 'ssh://box.invalid'], { cwd: dir });
    expect([added.exitCode, added.stderr]).toEqual([2, expect.stringContaining('RMA_CONFIG_INVALID')]);
    expect(await readFile(join(dir, 'rma.yaml'), 'utf8')).toBe(HERE);
  });

  it.each([
    ['equal addresses', 'hosts: { a: { address: "ssh://box" }, b: { address: "ssh://box" } }', 'rm b'],
    ['a missing host in placement', 'hosts: { a: }\nplacement: { p: { hosts: [b, c] } }', 'add b ssh://b'],
    ['a missing coordinator host', 'hosts: { a: }\ncoordinator: { host: z }', 'add b ssh://b'],
  ])('in a file with %s, changes what adds no fault', async (_fault, text, words) => {
    const dir = await projectWith(text);
    expect(await runRma(['hosts', ...words.split(' ')], { cwd: dir })).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(dir, 'rma.yaml'), 'utf8')).not.toBe(text);
  });

  it.each(['hosts: { a: { address: "ssh://box" } }\ntypo: 1', 'hosts: { a: '])(
    'add refuses what adds a fault to %j, and a file that is not YAML',
    async (text) => {
      const dir = await projectWith(text);
      const added = await runRma(['hosts', 'add', 'b', 'ssh://box'], { cwd: dir });
      expect(added).toMatchObject({ exitCode: 2 });
      expect(await readFile(join(dir, 'rma.yaml'), 'utf8')).toBe(text);
    },
  );

  it('equal addresses are an error with their line and the command that removes one', async () => {
    const dir = await projectWith('hosts:\n  a: { address: ssh://me@box }\n  b: { address: ssh://me@box }\n');
    const { exitCode: code, stderr } = await runRma(['config', 'show'], { cwd: dir });
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('rma.yaml:3:3: hosts.a and hosts.b both have'),
    ]);
    expect(stderr).toContain('the address ssh://me@box\n');
    expect(stderr).toContain('hint: to remove one: rma hosts rm b');
  });

  it('exec suggests a shell for a command line in one word', async () => {
    const dir = await projectWith('hosts: { here: {} }\n');
    const { exitCode, stderr } = await runRma(['hosts', 'exec', '--', 'uptime; free -h'], { cwd: dir });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("rma hosts exec -- sh -c 'uptime; free -h'");
  });

  it('exec runs a command on the selected machine, and has its exit code', async () => {
    const dir = await projectWith(HERE);
    const ran = await runRma(['hosts', 'exec', '--host', 'here', '--', 'sh', '-c', 'echo hello; exit 3'], {
      cwd: dir,
      env: { PATH: process.env['PATH'] ?? '' },
    });
    expect(ran).toMatchObject({ exitCode: 3, stdout: 'here  hello\n' });
  });

  it('an unknown host, pattern or label is an error', async () => {
    const dir = await projectWith(HERE);
    for (const word of ['ther', 'x*', 'rack=r2']) {
      const { exitCode: code, stderr } = await runRma(['ps', '--host', word], { cwd: dir });
      expect([code, stderr]).toEqual([2, expect.stringContaining('RMA_HOST_UNKNOWN')]);
    }
  });

  it('a command that acts on no host refuses --host', async () => {
    const dir = await projectWith(HERE);
    const { exitCode: code, stderr } = await runRma(['config', 'show', '--host', 'here'], { cwd: dir });
    expect([code, stderr]).toEqual([2, expect.stringContaining('omit --host')]);
  });

  it('a command for one host asks to choose one', async () => {
    const dir = await projectWith(HERE);
    const { exitCode: code, stderr } = await runRma(['volumes', 'shell'], { cwd: dir });
    expect([code, stderr]).toEqual([2, expect.stringContaining('--host here')]);
  });
});
