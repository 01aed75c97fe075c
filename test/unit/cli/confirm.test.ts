import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm, offer } from '../../../src/cli/confirm.ts';
import { renderError } from '../../../src/cli/render/error.ts';
import { createTheme } from '../../../src/cli/render/theme.ts';
import { FakeTerminal } from '../../helpers/cli/fake-terminal.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

interface Change {
  readonly yes?: boolean;
  readonly noInput?: boolean;
  readonly signal?: AbortSignal;
}

function asking(change: Change = {}, prompt: typeof confirm | typeof offer = confirm) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = new FakeTerminal();
  const signal = change.signal ?? new AbortController().signal;
  const globals = { yes: change.yes ?? false, noInput: change.noInput ?? false };
  return { stdin, stderr, answer: prompt('Remove it?', { io: { stdin, stderr, signal }, globals }) };
}

describe('a prompt on a terminal', () => {
  it.each(['y\n', 'yes\n', ' Y \n'])('continues after %j', async (typed) => {
    const { stdin, stderr, answer } = asking();
    stdin.write(typed);
    await expect(answer).resolves.toBeUndefined();
    expect(stderr.screen).toContain('Remove it? [y/N]');
  });

  it.each(['n\n', '\n', 'yesterday\n', CTRL_D])('fails with exit code 2 after %j', async (typed) => {
    const { stdin, answer } = asking();
    stdin.write(typed);
    await expect(answer).rejects.toMatchObject({ code: 'RMA_USAGE_NOT_CONFIRMED', exitCode: 2 });
  });

  it('prints only that it was canceled after a no, which is not an error', async () => {
    const { stdin, stderr, answer } = asking();
    stdin.write('n\n');
    const declined = await answer.catch((error: unknown) => error);
    expect(renderError(declined, createTheme(stderr, {}, { color: 'never' }), false)).toBe('Canceled.\n');
  });

  it('fails with exit code 130 on Ctrl-C', async () => {
    const { stdin, answer } = asking();
    stdin.write(CTRL_C);
    await expect(answer).rejects.toMatchObject({ code: 'RMA_INTERRUPTED', exitCode: 130 });
  });

  it('rejects with the reason of a signal', async () => {
    const controller = new AbortController();
    const { answer } = asking({ signal: controller.signal });
    controller.abort(new Error('SIGTERM'));
    await expect(answer).rejects.toThrow('SIGTERM');
  });

  it('is skipped with --no-input', async () => {
    await expect(asking({ noInput: true }).answer).rejects.toMatchObject({ code: 'RMA_USAGE_NOT_CONFIRMED' });
  });
});

describe('an offer on a terminal', () => {
  it.each([
    ['y\n', true],
    ['n\n', false],
    ['\n', false],
    [CTRL_D, false],
  ])('is answered by %j with %j', async (typed, yes) => {
    const { stdin, stderr, answer } = asking({}, offer);
    stdin.write(typed);
    expect(await answer).toBe(yes);
    expect(stderr.screen).toContain('Remove it? [y/N]');
  });

  it.each([
    ['--yes', { yes: true }],
    ['--no-input', { noInput: true }],
  ])('is not made with %s', async (_option, change) => {
    const { stderr, answer } = asking(change, offer);
    expect(await answer).toBeNull();
    expect(stderr.screen).not.toContain('Remove it?');
  });

  it('is not made without a terminal', async () => {
    const io = { stdin: new PassThrough(), stderr: new FakeTerminal(), signal: new AbortController().signal };
    expect(await offer('Remove it?', { io, globals: { yes: false, noInput: false } })).toBeNull();
  });
});
