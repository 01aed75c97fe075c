import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm } from '../../../src/cli/confirm.ts';
import { FakeTerminal } from '../../helpers/cli/fake-terminal.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

function asking(change: { readonly noInput?: boolean; readonly signal?: AbortSignal } = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = new FakeTerminal();
  const signal = change.signal ?? new AbortController().signal;
  const globals = { yes: false, noInput: change.noInput ?? false };
  return { stdin, stderr, answer: confirm('Remove it?', { io: { stdin, stderr, signal }, globals }) };
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
