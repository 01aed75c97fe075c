import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { judgeProgram } from '../helpers/judges/judges.ts';
import { runProgram } from '../helpers/stack/engine-script.ts';
import { startStack } from '../helpers/stack/stack.ts';

const ORPHAN = `sha256-${'a'.repeat(64)}`;
const LIBRARY = '../../root/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/** Returns the command that installed a container as a shell command, with another name and a clock of its own. */
function withClock(text: string, name: string): string {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const library = join(judgeProgram('cron', 'cron'), LIBRARY);
  const clock = [
    `--volume ${library}:/faketime.so:ro --env LD_PRELOAD=/faketime.so`,
    `--env FAKETIME_DONT_FAKE_MONOTONIC=1 --env 'FAKETIME=@${tomorrow} 02:59:57'`,
  ];
  return text
    .replace('docker run', `docker run ${clock.join(' ')}`)
    .replace(`--name ${name} `, `--name ${name}-clock `);
}

test('a container prunes the store on schedule, without network and Docker socket, and rma down leaves it running', async () => {
  const stack = await startStack({ env: { TZ: 'UTC' } });
  const install = ['cache', 'schedule', 'install', '--backend', 'container', '--every', '0 3 * * *'];
  await stack.up();
  const dry = await stack.rma(...install, '--dry-run', '--json');
  const { name, written } = JSON.parse(dry.stdout) as {
    readonly name: string;
    readonly written: readonly { readonly text: string }[];
  };
  onTestFinished(
    async () => void (await runProgram('docker', ['rm', '-f', name, `${name}-clock`], stack.env)),
  );
  expect(await stack.docker('ps', '--all', '--quiet', '--filter', `name=${name}`)).toBe('');
  expect(await stack.rma(...install)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Installed'),
  });
  expect(await stack.rma(...install)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Nothing to do'),
  });

  const [{ HostConfig: host, Mounts: mounts }] = JSON.parse(await stack.docker('inspect', name));
  expect(host).toMatchObject({
    NetworkMode: 'none',
    CapDrop: ['ALL'],
    RestartPolicy: { Name: 'unless-stopped' },
  });
  expect(mounts).toEqual([expect.objectContaining({ Name: stack.volume, Destination: '/models' })]);

  expect(await stack.rma('down', '--yes')).toMatchObject({ code: 0 });
  const shown = await stack.rma('cache', 'schedule', 'show', '--json');
  expect(JSON.parse(shown.stdout)).toMatchObject({ backend: 'container', active: true, lastRun: null });

  const blob = `/models/ollama/blobs/${ORPHAN}`;
  await stack.inVolume(
    `mkdir -p "$(dirname ${blob})"; echo x > ${blob}; touch -d '2026-01-01 00:00' ${blob}`,
  );
  await stack.docker('rm', '--force', name);
  const started = await runProgram('sh', ['-ec', withClock(written[0]?.text ?? '', name)], stack.env);
  expect(started, started.stderr).toMatchObject({ code: 0 });
  const log = stack.follow('logs', '--follow', `${name}-clock`);
  expect(await log.line(/marked/)).toMatch(/T03:00:0\d\.\d+Z marked 1 entry \(.*\) for deletion$/);
  expect(await stack.inVolume(`ls /models/ollama/blobs`)).not.toContain(ORPHAN);

  await stack.docker('rm', '--force', `${name}-clock`);
  expect(await stack.rma('cache', 'schedule', 'run')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  await stack.rma(...install);
  const after = await stack.rma('cache', 'schedule', 'show', '--json');
  expect(JSON.parse(after.stdout)).toMatchObject({
    lastRun: { summary: null, error: null },
    missedRun: null,
  });
  expect(await stack.rma('cache', 'schedule', 'remove')).toMatchObject({
    stdout: `Removed: container ${name}\n`,
  });
  expect(await stack.docker('ps', '--all', '--quiet', '--filter', `name=${name}`)).toBe('');
});

test('the command that cron gets prunes the volume of the project with nothing of the environment of the user', async () => {
  const crontab = dirname(judgeProgram('cron', 'crontab'));
  const stack = await startStack({ env: { PATH: `${crontab}:${process.env['PATH']}` } });
  const install = ['cache', 'schedule', 'install', '--backend', 'cron', '--keep', '30d', '--dry-run'];
  const { stdout } = await stack.rma(...install, '--json');
  const { written } = JSON.parse(stdout) as { readonly written: readonly { readonly text: string }[] };
  const command = /^0 0 \* \* \* (?:root )?(.*)$/m.exec(written[0]?.text ?? '')?.[1] ?? '';
  await stack.docker('volume', 'create', stack.volume);
  const ran = await runProgram('env', ['-i', '/bin/sh', '-c', command.replaceAll('\\%', '%')], stack.env);
  expect(ran).toMatchObject({ code: 0, stdout: '' });
  expect(await stack.inVolume('cat /models/.rma/schedule/*.json')).toContain('"error":null');
});
