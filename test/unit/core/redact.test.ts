import { describe, expect, it } from 'vitest';
import { RmaError, toErrorDocument } from '../../../src/core/errors.ts';
import { redact } from '../../../src/core/redact.ts';

describe('redact', () => {
  it.each([
    ['token hf_abcdefghijklmnop in a message', 'token hf_*** in a message'],
    ['token ms-0a1b2c3d-0000-1111-2222-333344445555 here', 'token ms-*** here'],
    ['cookie m_session_id=secret; a=b', 'cookie m_session_id=***; a=b'],
    ['Authorization: Bearer abc.def-123456', 'Authorization: Bearer ***'],
    ['https://me:secret@hub.example/x', 'https://***@hub.example/x'],
    ['https://token@hub.example/x', 'https://***@hub.example/x'],
    ['ssh://me:secret@box1', 'ssh://***@box1'],
    ['ssh://me@secret@box1', 'ssh://***@box1'],
    [
      'https://cdn.example/f?X-Amz-Signature=deadbeef&part=1',
      'https://cdn.example/f?X-Amz-Signature=***&part=1',
    ],
    ['https://a.example/f?private_token=abc&x=1', 'https://a.example/f?private_token=***&x=1'],
    ['https://a.example/f?access_token=abc', 'https://a.example/f?access_token=***'],
    ['https://a.example/f?v=1&api-key=abc', 'https://a.example/f?v=1&api-key=***'],
    ['https://a.example/f?X-Goog-Signature=abc', 'https://a.example/f?X-Goog-Signature=***'],
    ['https://a.example/f?GoogleAccessId=abc', 'https://a.example/f?GoogleAccessId=***'],
    ['https://a.example/f?AWSAccessKeyId=abc', 'https://a.example/f?AWSAccessKeyId=***'],
  ])('masks the secret in %j', (text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  it.each(['login refused: ssh://admin@10.0.0.11:22', 'rma hosts add NAME ssh://USER@HOST[:PORT]'])(
    'keeps the user of an address: %s',
    (text) => {
      expect(redact(text)).toBe(text);
    },
  );

  it('keeps ordinary text unchanged', () => {
    const text =
      'hf:org/repo@main is 491 MB, see https://hub.example/org/repo?download=true&max_tokens=5&key=a';
    expect(redact(text)).toBe(text);
  });
});

describe('RmaError', () => {
  it('contains no secret in message or hint', () => {
    const error = new RmaError('RMA_TEST', 'refused hf_abcdefghijklmnop', { hint: 'try https://u:p@h/' });
    expect(JSON.stringify(toErrorDocument(error))).not.toMatch(/abcdefghijklmnop|u:p/);
  });

  it('reports an unknown error as internal, without its stack', () => {
    expect(toErrorDocument(new Error('boom'))).toEqual({
      code: 'RMA_INTERNAL_FAULT',
      message: 'boom',
      exitCode: 1,
    });
  });
});
