import { EXIT, RmaError } from '../../core/errors.ts';
import { nonEmptyListArgument, requiredArgument } from '../argument.ts';
import { defineCommand } from '../define-command.ts';
import { textOption } from '../option.ts';

export const execCommand = defineCommand({
  path: 'exec',
  group: 'Workers',
  summary: 'Run a command in a running service',
  description:
    'Runs the command in the container of the service, attached to this terminal, and exits with its exit code. ' +
    'All arguments after SERVICE are passed to the command; a -- before the command is optional.',
  examples: [
    { command: 'rma exec cpu-worker-worker sh', does: 'open a shell' },
    { command: 'rma exec cpu-worker-worker ls -l /models', does: 'list the model store' },
    { command: 'rma exec -u 0 cpu-worker-worker df -h', does: 'run as root' },
  ],
  arguments: {
    service: requiredArgument('a service of the project (see rma ps)'),
    command: { ...nonEmptyListArgument('the command and its arguments'), read: commandOf },
  },
  options: {
    user: textOption('-u, --user <USER>', 'user name or UID, optionally with :GROUP'),
    workdir: textOption('-w, --workdir <DIR>', 'working directory in the container'),
  },
  settings: false,
  list: false,
  passThrough: true,
  hosts: 'own',
  load: async () => (await import('./exec-handler.ts')).runExec,
});

/** Returns the command without the leading `--` that kubectl requires there. */
function commandOf(texts: readonly string[]): readonly string[] {
  const command = texts[0] === '--' ? texts.slice(1) : texts;
  if (command.length > 0) return command;
  throw new RmaError('RMA_USAGE_MISSING_ARGUMENT', 'no command follows --', {
    exitCode: EXIT.usage,
    hint: 'to run a shell: rma exec SERVICE -- sh; rma exec --help',
  });
}
