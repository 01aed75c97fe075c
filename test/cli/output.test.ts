import { describe, expect, it } from 'vitest';
import { EXIT, RmaError } from '../../src/core/errors.ts';
import { listResult, withProbe } from '../helpers/cli/probe-command.ts';
import { modelEvent } from '../helpers/cli/progress.ts';
import { runRma } from '../helpers/cli/run-rma.ts';

const SECRET = 'hf_abcdefghijklmnop';
const run = (argv: readonly string[], table = withProbe(async () => listResult)) =>
  runRma(['probe', 'run', 'x', ...argv], { table });
const working = withProbe(async (_input, { reporter }) => {
  reporter.emit({ type: 'step', id: 'a', state: 'start', text: 'Step' });
  reporter.emit(modelEvent(50));
  reporter.emit({ type: 'warning', code: 'RMA_ODD', text: 'odd' });
  return listResult;
});
const failing = withProbe(async (_input, { reporter }) => {
  reporter.emit({ type: 'step', id: 'a', state: 'start', text: 'Step' });
  throw new RmaError('RMA_PROBE_BROKE', `it broke with ${SECRET}`, {
    exitCode: EXIT.doesNotFit,
    hint: 'rma mend',
    details: { url: `https://me:${SECRET}@hub.example/`, need: 5 },
  });
});

describe('results', () => {
  it('go to stdout; progress and the next command go to stderr', async () => {
    const { stdout, stderr } = await run([], working);
    expect(stdout).toBe('human\n');
    expect(stderr.split('\n')).toEqual([
      '-> Step',
      'hf:org/repo: downloading 50 %, 50.0 MiB of 100 MiB, 10.0 MiB/s, ETA 5s',
      'warning: odd (RMA_ODD)',
      'next: rma probe again',
      '',
    ]);
  });

  it('with --json are one document that includes warnings, and stderr is empty', async () => {
    const { stdout, stderr } = await run(['--json'], working);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ ...listResult.json, warnings: [{ code: 'RMA_ODD', text: 'odd' }] });
  });

  it.each([
    ['json', `${JSON.stringify(listResult.json, null, 2)}\n`],
    ['yaml', 'schema: rma.probe/v1\nitems:\n  - name: a\n    bytes: 1\n'],
    ['table', 'human\n'],
    ['wide', 'human\n'],
    ['name', 'a\n'],
    ['{{name}}\\t{{ .engine.port }} {{bytes}}', 'a\t8080 1\n'],
  ])('come in the format %s', async (format, text) => {
    expect((await run(['--format', format])).stdout).toBe(text);
  });

  it.each([
    ['an unknown key', '{{name}} {{nmae}}', 'unknown key "nmae"'],
    ['an unknown nested key', '{{engine.prot}}', 'unknown key "engine.prot"'],
    ['a key below a text', '{{name.length}}', 'unknown key "name.length"'],
    ['a key that every object inherits', '{{toString}}', 'unknown key "toString"'],
    ['a function of Docker', '{{json .}}', 'contains "{{json .}}"'],
    ['a pipe', '{{name | upper}}', 'contains "{{name | upper}}"'],
    ['braces that are not closed', '{{name}} {{bytes', 'contains "{{bytes"'],
  ])('reject a template with %s', async (_name, format, fault) => {
    const { exitCode, stdout, stderr } = await run(['--format', format]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('RMA_USAGE_INVALID_VALUE');
    expect(stderr).toContain(fault);
    expect(stderr).toContain('{{name}} {{bytes}} {{engine}}');
  });

  it.each([
    ['is null in this item', { name: 'a', engine: null }],
    ['only another item has', { name: 'a' }],
  ])('print nothing for a key that %s', async (_name, item) => {
    const other = { name: 'b', engine: { port: 8080 } };
    const probe = withProbe(async () => ({ ...listResult, items: [item, other] }));
    expect((await run(['--format', '{{name}} {{engine.port}}'], probe)).stdout).toBe('a \nb 8080\n');
  });

  it('print nothing for an empty list, whatever the keys', async () => {
    const empty = withProbe(async () => ({ ...listResult, items: [] }));
    const { exitCode, stdout } = await run(['--format', '{{nmae}}'], empty);
    expect([exitCode, stdout]).toEqual([0, '']);
  });

  it('with -q are only ids, without progress and the next command, but with warnings', async () => {
    expect(await run(['-q'], working)).toEqual({
      exitCode: 0,
      stdout: 'a\n',
      stderr: 'warning: odd (RMA_ODD)\n',
    });
  });

  it('with --progress json are a stream that starts with the version and ends with the result', async () => {
    const { stdout, stderr } = await run(['--progress', 'json'], working);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(stderr).toBe('');
    expect(lines.map(({ type }) => type)).toEqual(['version', 'step', 'model', 'warning', 'result']);
    expect(lines[0]).toEqual({ type: 'version', rma: expect.any(String), format: '1.0' });
    expect(lines.at(-1)).toMatchObject({ exitCode: 0, result: { schema: 'rma.probe/v1' } });
  });

  it('have no control codes in a pipe, whatever --progress is', async () => {
    for (const progress of ['auto', 'tty', 'plain']) {
      const { stdout, stderr } = await run(['--progress', progress], working);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the output must not contain them
      expect(stdout + stderr).not.toMatch(/[\u001b\r]/);
    }
  });

  it('are colored with --color always', async () => {
    expect((await run(['--color', 'always'])).stdout).toBe('\u001b[1mhuman\u001b[22m\n');
    expect((await run(['--color', 'always', '--no-color'])).stdout).toBe('human\n');
  });

  it('have the exit code of the command', async () => {
    const partial = withProbe(async () => ({ ...listResult, exitCode: EXIT.partial }));
    expect((await run([], partial)).exitCode).toBe(8);
  });
});

describe('errors', () => {
  it('print message, hint and code, without stack or secrets', async () => {
    const { exitCode, stdout, stderr } = await run([], failing);
    expect([exitCode, stdout]).toEqual([5, '']);
    expect(stderr).toBe('-> Step\nerror: it broke with hf_***\n  hint: rma mend\n  code: RMA_PROBE_BROKE\n');
  });

  it('with --json are one document on stderr, without secrets', async () => {
    const { exitCode, stdout, stderr } = await run(['--json'], failing);
    expect([exitCode, stdout]).toEqual([5, '']);
    expect(JSON.parse(stderr)).toEqual({
      schema: 'rma.error/v1',
      error: {
        code: 'RMA_PROBE_BROKE',
        message: 'it broke with hf_***',
        hint: 'rma mend',
        exitCode: 5,
        details: { url: 'https://***@hub.example/', need: 5 },
      },
    });
  });

  it('end a progress stream with a result that contains them', async () => {
    const { stdout, stderr } = await run(['--progress', 'json'], failing);
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ type: 'result', exitCode: 5, error: { code: 'RMA_PROBE_BROKE' } });
    expect(stderr).toMatch(/^error: /);
  });

  it('print stack and causes only with --debug, without secrets', async () => {
    const table = withProbe(async () => {
      throw new RmaError('RMA_X', 'outer', { cause: new Error(`inner ${SECRET}`) });
    });
    const plain = await run([], table);
    const debug = await run(['--debug'], table);
    expect(plain.stderr).not.toMatch(/inner|\s+at /);
    expect(debug.stderr).toMatch(/caused by:\n.*inner hf_\*\*\*/);
    expect(debug.stderr).toMatch(/\n\s+at /);
  });

  it('in rma itself are reported as internal', async () => {
    const table = withProbe(async () => {
      throw new TypeError('x is not a function');
    });
    const { exitCode, stderr } = await run([], table);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('RMA_INTERNAL_FAULT');
  });
});

describe('signals', () => {
  const interrupted = new RmaError('RMA_INTERRUPTED', 'stopped by SIGINT', { exitCode: EXIT.interrupted });
  const abortable = withProbe(async (_input, { signal }) => {
    signal.throwIfAborted();
    return listResult;
  });
  const runAborted = (table = abortable) =>
    runRma(['probe', 'run', 'x'], { table, signal: AbortSignal.abort(interrupted) });

  it('exit with 130, whatever the aborted command threw', async () => {
    const failsOtherwise = withProbe(async () => {
      throw new Error('socket closed');
    });
    expect(await runAborted()).toMatchObject({ exitCode: 130 });
    const other = await runAborted(failsOtherwise);
    expect(other.exitCode).toBe(130);
    expect(other.stderr).not.toContain('socket closed');
  });

  it('keep the message of a command that explains how to resume', async () => {
    const resumable = withProbe(async () => {
      throw new RmaError('RMA_PULL_STOPPED', '3 files left', { exitCode: 130, hint: 'rma models pull' });
    });
    expect((await runAborted(resumable)).stderr).toContain('3 files left');
  });

  it('set the exit code even if the command succeeded, such as logs --follow', async () => {
    const ends = withProbe(async () => listResult);
    expect(await runAborted(ends)).toMatchObject({ exitCode: 130, stdout: 'human\n' });
  });
});

describe('prompts', () => {
  const asking = withProbe(async (_input, context) => {
    await context.confirm('Remove it?');
    return listResult;
  });

  it('fail without a terminal and suggest --yes', async () => {
    const { exitCode, stderr } = await run([], asking);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--yes');
  });

  it('are skipped with --yes', async () => {
    expect((await run(['--yes'], asking)).exitCode).toBe(0);
  });
});
