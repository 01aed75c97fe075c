import { describe, expect, it } from 'vitest';
import { EXIT, RmaError } from '../../../src/core/errors.ts';
import { namedBy } from '../../../src/core/profile/model-users.ts';

const missing = new RmaError('RMA_HUB_NOT_FOUND', 'org/repo does not exist', { exitCode: EXIT.failed });

describe('the error for a missing model', () => {
  it.each([
    [['ocr'], 'org/repo does not exist; used by profile ocr'],
    [['ocr', 'chat'], 'org/repo does not exist; used by profiles ocr, chat'],
  ])('names the profiles %j', (profiles, message) => {
    expect(namedBy(missing, profiles)).toMatchObject({ code: missing.code, message, cause: missing });
  });

  it('stays as it is without a profile', () => {
    expect(namedBy(missing, [])).toBe(missing);
  });

  it('stays as it is when the source could not be reached', () => {
    const unreachable = new RmaError('RMA_HUB_UNREACHABLE', 'no route to host', { exitCode: EXIT.failed });
    expect(namedBy(unreachable, ['ocr'])).toBe(unreachable);
  });
});
