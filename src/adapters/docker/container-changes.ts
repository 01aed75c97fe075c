import * as z from 'zod/mini';
import { LABEL } from '../../core/labels.ts';
import { jsonOrNull } from '../../core/schema/parse.ts';

/** Events that change what an inspect shows. Probes by exec are left out: healthy containers emit several a second. */
const CHANGES = ['create', 'start', 'die', 'pause', 'unpause', 'destroy', 'health_status', 'oom', 'restart'];

const containerEvent = z.object({ Actor: z.object({ ID: z.string() }) });

/** Returns the filter of the engine's event stream for the containers of a project. */
export function changeFilter(project: string): Record<string, string[]> {
  return { type: ['container'], event: CHANGES, label: [`${LABEL.project}=${project}`] };
}

/** Yields the ID of each container in the engine's event stream (one JSON object per line). */
export async function* changedContainers(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const id = containerId(line);
      if (id !== null) yield id;
    }
  }
}

function containerId(line: string): string | null {
  return jsonOrNull(containerEvent, line)?.Actor.ID ?? null;
}
