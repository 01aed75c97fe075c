import { EXIT, RmaError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { TOPIC_NAMES, type TopicName } from '../help/topic-names.ts';
import { TOPICS } from '../help/topics.ts';
import { otherName } from '../other-tools.ts';

interface HelpInput {
  readonly topic: readonly string[];
}

/** @throws RmaError RMA_USAGE_UNKNOWN_TOPIC exit 2 */
export async function showHelp({ topic }: HelpInput, { help }: Context): Promise<CommandResult> {
  const path = topic.join(' ');
  const text = isTopic(path) ? TOPICS[path]() : helpOn(path, help);
  return {
    json: { schema: 'rma.help/v1', topic: path, text },
    human: () => text.trimEnd(),
  };
}

function isTopic(path: string): path is TopicName {
  return TOPIC_NAMES.some((name) => name === path);
}

function helpOn(path: string, help: Context['help']): string {
  if (path === '' || help.paths.includes(path)) return help.render(path);
  const near = nearest(path, [...help.paths, ...TOPIC_NAMES]);
  const known = near === null ? 'to list commands and topics: rma --help' : `rma help ${near}`;
  throw new RmaError('RMA_USAGE_UNKNOWN_TOPIC', `unknown help topic "${path}"`, {
    exitCode: EXIT.usage,
    hint: otherName('', path) ?? known,
  });
}
