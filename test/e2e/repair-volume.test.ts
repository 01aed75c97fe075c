import { expect, test } from 'vitest';
import { startStack } from '../helpers/stack/stack.ts';
import { patternContent } from '../hub/content.ts';

const MIB = 2 ** 20;
const PIECE = 64 * MIB;
const SIZE = PIECE + 2 * MIB;

test('[fail C4] finds a wrong byte in a volume, changes nothing in a dry run, and downloads only the wrong piece', async () => {
  const weights = { content: patternContent(SIZE), lfs: true };
  const stack = await startStack({ hub: { repos: { 'Acme/Big': { files: { 'weights.dat': weights } } } } });
  expect(await stack.rma('models', 'pull', 'hf:Acme/Big')).toMatchObject({ code: 0 });
  const blob = (await stack.inVolume('find /models/huggingface -type f -size +1000k')).trim();
  await stack.inVolume(
    `touch -r ${blob} /tmp/time && printf X | dd of=${blob} bs=1 seek=${PIECE + 5} conv=notrunc && touch -r /tmp/time ${blob}`,
  );
  const state = () => stack.inVolume("find /models -type f -exec stat -c '%n %s %Y' {} + | sort");
  const before = await state();
  stack.hub.log.clear();

  const planned = await stack.rma('models', 'repair', '--dry-run', '--json');
  expect(planned.code).toBe(0);
  expect(JSON.parse(planned.stdout)).toMatchObject({
    problems: [{ kind: 'content', outcome: 'repairable', wrongPiece: [PIECE, SIZE] }],
    fetchedBytes: SIZE - PIECE,
  });
  expect(await state()).toBe(before);
  expect(stack.hub.log.entries()).toEqual([]);

  expect(await stack.rma('models', 'verify')).toMatchObject({ code: 0 });
  expect(await stack.rma('models', 'verify', '--deep')).toMatchObject({ code: 6 });
  const repaired = await stack.rma('models', 'repair', '--json');
  expect(repaired.code).toBe(0);
  expect(JSON.parse(repaired.stdout)).toMatchObject({
    problems: [{ outcome: 'repaired' }],
    fetchedBytes: SIZE - PIECE,
  });
  const sent = stack.hub.log.contentRequests().map(({ bytesSent }) => bytesSent);
  expect(sent).toEqual([SIZE - PIECE]);
  expect(await stack.rma('models', 'verify', '--deep')).toMatchObject({ code: 0 });
  const owners = await stack.inVolume('find /models ! -user 1000 -o ! -group 1000');
  expect(owners.trim()).toBe('');
});
