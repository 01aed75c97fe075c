import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';

import { tempFolder } from '../../helpers/files/temp-folder.ts';

const node = (script: string): [string, ...string[]] => [process.execPath, '-e', script];
const runner = new LocalRunner(process.env);

describe('LocalRunner', () => {
  it('returns the exit code, stdout and stderr', async () => {
    const outcome = await runner.run({
      argv: node("console.log('out'); console.error('err'); process.exitCode = 3"),
    });
    expect(outcome).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('passes arguments unchanged, without a shell', async () => {
    const outcome = await runner.run({
      argv: [process.execPath, '-p', 'process.argv[1]', '$HOME; `id` "a b"'],
    });
    expect(outcome.stdout).toBe('$HOME; `id` "a b"\n');
  });

  it('writes stdin and emits complete lines', async () => {
    const lines: string[] = [];
    await runner.run({
      argv: node('process.stdin.pipe(process.stdout)'),
      stdin: 'one\ntwo',
      onStdout: (line) => lines.push(line),
    });
    expect(lines).toEqual(['one', 'two']);
  });

  it('reports a missing program by name', async () => {
    await expect(runner.run({ argv: ['no-such-program-here'] })).rejects.toMatchObject({
      code: 'RMA_COMMAND_MISSING',
      exitCode: 3,
      message: expect.stringContaining('no-such-program-here'),
    });
  });

  it('reports a program as missing if PATH has only a directory of its name', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'crontab'));
    await expect(new LocalRunner({ PATH: folder }).run({ argv: ['crontab'] })).rejects.toMatchObject({
      code: 'RMA_COMMAND_MISSING',
    });
  });

  it('rejects with the reason if a program is not executable', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'crontab'), '', { mode: 0o644 });
    await expect(new LocalRunner({ PATH: folder }).run({ argv: ['crontab'] })).rejects.toMatchObject({
      code: 'EACCES',
    });
  });

  it('terminates a program after its timeout', async () => {
    await expect(
      runner.run({ argv: node('setInterval(() => {}, 1000)'), timeoutMs: 200 }),
    ).rejects.toMatchObject({
      code: 'RMA_COMMAND_TIMEOUT',
    });
  });

  it('terminates a program if its output handler throws, and rejects with that error', async () => {
    const refusal = new Error('not a status line');
    const run = runner.run({
      argv: node("console.log('one'); setInterval(() => {}, 1000)"),
      onStdout: () => {
        throw refusal;
      },
    });
    await expect(run).rejects.toBe(refusal);
  });

  it('waits for an aborted program to clean up', async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    const script =
      "process.on('SIGTERM', () => { console.log('saved'); process.exit(0) }); console.log('up'); setInterval(() => {}, 1000)";
    const ended = runner.run({
      argv: node(script),
      signal: stop.signal,
      onStdout: (line) => {
        lines.push(line);
        if (line === 'up') stop.abort(new Error('stop'));
      },
    });
    await expect(ended).rejects.toThrow('stop');
    expect(lines).toEqual(['up', 'saved']);
  });
});
