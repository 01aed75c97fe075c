import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { type FileEntry, writeEntries } from '../../../src/adapters/store/bundle/tar-writer.ts';

const SIZE = 300_000;

/** Yields files of several chunks. `closed` has the names of those whose data was closed or read to the end. */
function filesOf(closed: string[], fault: Error | null = null) {
  async function* data(name: string): AsyncGenerator<Uint8Array> {
    try {
      for (let at = 0; at < SIZE; at += 10_000) {
        if (fault !== null && at === 100_000) throw fault;
        yield Buffer.alloc(10_000, name);
      }
    } finally {
      closed.push(name);
    }
  }
  return (async function* (): AsyncGenerator<FileEntry> {
    for (const name of ['a', 'b', 'c']) yield { name, bytes: SIZE, data: data(name) };
  })();
}

describe('the bytes of a tar file', () => {
  test.each([0, 1, 512, 100_000, SIZE, SIZE + 512, SIZE + 1024, 2 * SIZE + 5000])(
    'end and release the files when the reader stops after %d bytes',
    async (limit) => {
      const closed: string[] = [];
      let seen = 0;
      const fault = new Error('no space left');
      const read = async () => {
        for await (const chunk of writeEntries(pack(), filesOf(closed))) {
          seen += chunk.length;
          if (seen > limit) throw fault;
        }
      };
      await expect(read()).rejects.toBe(fault);
      expect(closed.length).toBeLessThanOrEqual(3);
    },
  );

  test('end with the fault of a file', async () => {
    const fault = new Error('the disk is broken');
    const read = async () => {
      for await (const _ of writeEntries(pack(), filesOf([], fault)));
    };
    await expect(read()).rejects.toBe(fault);
  });
});
