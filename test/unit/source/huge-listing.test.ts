import { expect, test } from 'vitest';
import { huggingface } from '../../../src/core/source/huggingface.ts';
import { answerAll } from '../../helpers/builders/answer-dialog.ts';

test('[case F24] a listing of 200,000 entries in one page is read', () => {
  const oid = '0'.repeat(40);
  const page = Array.from({ length: 200_000 }, (_, at) => ({
    type: 'file',
    path: `f${at}.txt`,
    size: 1,
    oid,
  }));
  const ref = huggingface.parse('hf:org/repo');
  const dialog = huggingface.resolve(ref, { endpoint: 'https://hub.example', tokenSent: false });
  const model = answerAll(dialog, [JSON.stringify({ id: 'org/repo', sha: oid }), JSON.stringify(page)]);
  expect(model.files).toHaveLength(200_000);
});
