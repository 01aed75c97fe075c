import { describe, expect, it } from 'vitest';
import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';

const runner = new LocalRunner(process.env);
const SIZE = 3_000_000;
const fault = new Error('the source is broken');

/** Yields bytes, then throws `end`, or waits forever. */
async function* bytes(end: Error | 'end' | 'wait' = 'end'): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < SIZE; at += 50_000) yield Buffer.alloc(50_000, at % 251);
  if (end instanceof Error) throw end;
  if (end === 'wait') await new Promise(() => undefined);
}

async function sizeOf(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of stream) size += chunk.length;
  return size;
}

describe('a program between two streams', () => {
  it('gets all bytes and its output is read at the pace of the reader', async () => {
    let size = 0;
    const outcome = await runner.run({
      argv: ['cat'],
      stdin: { bytes: bytes() },
      readStdout: async (stream) => {
        size = await sizeOf(stream);
      },
    });
    expect([outcome, size]).toEqual([{ exitCode: 0, stdout: '', stderr: '' }, SIZE]);
  });

  it('is stopped by a fault of its input, which is thrown', async () => {
    const run = runner.run({ argv: ['cat'], stdin: { bytes: bytes(fault) }, onStdout: () => undefined });
    await expect(run).rejects.toBe(fault);
  });

  it.each([
    ['by a fault of its input', () => ({ bytes: bytes(fault) }), undefined],
    ['by the caller', () => ({ bytes: bytes('wait') }), AbortSignal.timeout(500)],
  ])('gets the end of its input when it is stopped %s', async (_, stdin, signal) => {
    // like the client of Docker, it passes the signal on and ends with what reads its input
    const argv = ['sh', '-c', 'trap "" TERM; cat >/dev/null'] as const;
    const run = runner.run({ argv, stdin: stdin(), ...(signal === undefined ? {} : { signal }) });
    await expect(run).rejects.toThrow();
  });

  it('ends by itself while its input continues', async () => {
    const run = runner.run({ argv: ['sh', '-c', 'echo why >&2; exit 5'], stdin: { bytes: bytes('wait') } });
    expect(await run).toEqual({ exitCode: 5, stdout: '', stderr: 'why\n' });
  });

  it.each([
    ['yes', ['yes']],
    ['a program that writes only once', ['sh', '-c', 'echo x; exec sleep 1000']],
  ] as const)('is stopped by a fault of the reader, which is thrown: %s', async (_, argv) => {
    const [program, ...args] = argv;
    const readStdout = async (stream: AsyncIterable<Uint8Array>) => {
      for await (const _chunk of stream) throw fault;
    };
    await expect(runner.run({ argv: [program, ...args], readStdout })).rejects.toBe(fault);
  });

  it('is stopped although the reader leaves its output unread', async () => {
    const readStdout = async () => {
      throw fault;
    };
    await expect(runner.run({ argv: ['yes'], readStdout })).rejects.toBe(fault);
  });
});
