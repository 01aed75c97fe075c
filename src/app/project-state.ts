import { EXIT, RmaError } from '../core/errors.ts';
import { checkShape, dictionary, list, oneOf, record, type Shape, text, wholeNumber } from '../core/shape.ts';
import type { FileStore } from '../ports/file-store.ts';

/** What a project remembers between two calls: profiles added by flag, and the ports its services got. */
export interface ProjectState {
  readonly schema: 'rma.project-state/v1';
  readonly profiles: readonly string[];
  readonly ports: Readonly<Record<string, number>>;
}

const projectState: Shape<ProjectState> = record({
  schema: oneOf('rma.project-state/v1'),
  profiles: list(text()),
  ports: dictionary(wholeNumber(1)),
});

const EMPTY: ProjectState = { schema: 'rma.project-state/v1', profiles: [], ports: {} };

/** Path of the state file below the state folder. */
export function stateFile(stateDir: string): string {
  return `${stateDir}/state.json`;
}

/** @throws RmaError RMA_STATE_INVALID (2) when someone broke the file */
export async function readProjectState(files: FileStore, stateDir: string): Promise<ProjectState> {
  const path = stateFile(stateDir);
  const content = await files.read(path);
  if (content === null) return EMPTY;
  const checked = checkShape(projectState, parse(content));
  if (checked.ok) return checked.value;
  throw new RmaError('RMA_STATE_INVALID', `${path} is not a state file of rma: ${checked.faults[0]}`, {
    exitCode: EXIT.usage,
    hint: `remove it: rm '${path}' (profiles added by --profile must then be named again)`,
  });
}

/** The text to write; the same state gives the same bytes. */
export function formatProjectState(state: Omit<ProjectState, 'schema'>): string {
  const ports = Object.fromEntries(Object.entries(state.ports).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ schema: EMPTY.schema, profiles: [...state.profiles].sort(), ports }, null, 2)}\n`;
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return content; // no JSON: the fault then shows what is there
  }
}
