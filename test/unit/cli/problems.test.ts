import { expect, it } from 'vitest';
import { fixCommand } from '../../../src/cli/render/problems.ts';
import type { Problem } from '../../../src/core/domain/verification.ts';

const problem: Problem = {
  path: 'gguf/default/my model.gguf',
  kind: 'unreadable',
  text: 'cannot be read (EACCES)',
  reference: 'gguf/default/my model.gguf',
  fix: null,
};

it('the command for a file that cannot be read has its whole path, in a directory or in the containers', () => {
  const project = { dir: null, file: null, project: null };
  expect(fixCommand(problem, { dest: '/data/models', project })).toBe(
    "ls -l '/data/models/gguf/default/my model.gguf'",
  );
  expect(fixCommand(problem, { dest: null, project })).toBe("ls -l '/models/gguf/default/my model.gguf'");
});
