import { expect, it } from 'vitest';
import { renderError } from '../../../src/cli/render/error.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { theme } from '../../helpers/cli/theme.ts';

it('an error of all hosts has a line for each of them', () => {
  const error = new RmaError('RMA_HOST_LOST', 'a: lost', {
    hint: 'ssh a',
    details: { host: 'a', also: ['b: lost', 'c: lost'] },
  });
  expect(renderError(error, theme(), false)).toBe(
    ['error: a: lost', '  b: lost', '  c: lost', '  hint: ssh a', '  code: RMA_HOST_LOST', ''].join('\n'),
  );
});
