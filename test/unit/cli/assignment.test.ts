import { expect, it } from 'vitest';
import { assignmentText } from '../../../src/cli/render/assignment.ts';
import { theme } from '../../helpers/cli/theme.ts';

it('the hosts of profiles are listed with the reasons for and against each', () => {
  const hosts = [{ host: 'box1', why: 'new' }];
  const rejected = [{ host: 'box2', why: 'is not selected' }];
  expect(
    assignmentText(
      [
        { profile: 'vllm', hosts, rejected },
        { profile: 'ocr', hosts: [], rejected },
      ],
      theme(),
    ),
  ).toBe(
    ['Hosts', 'vllm', '  + box1: new', '  - box2: is not selected', 'ocr', '  - box2: is not selected'].join(
      '\n',
    ),
  );
});
