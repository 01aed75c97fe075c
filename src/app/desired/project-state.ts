import { EXIT, RmaError } from '../../core/errors.ts';
import type { ServiceNames } from '../../core/profile/service-names.ts';
import {
  checkShape,
  dictionary,
  list,
  oneOf,
  optional,
  record,
  type Shape,
  text,
  wholeNumber,
} from '../../core/shape.ts';
import type { FileStore } from '../../ports/file-store.ts';

/** What a project remembers between two calls: profiles added by flag, the ports its services got, and what they run. */
export interface ProjectState {
  readonly schema: 'rma.project-state/v1';
  /** in the order in which they were added */
  readonly profiles: readonly string[];
  readonly ports: Readonly<Record<string, number>>;
  readonly services?: ServiceNames | undefined;
}

const projectState: Shape<ProjectState> = record({
  schema: oneOf('rma.project-state/v1'),
  profiles: list(text()),
  ports: dictionary(wholeNumber(1)),
  services: optional(dictionary(text())),
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
  const { profiles, ports, services = {} } = state;
  const content = { schema: EMPTY.schema, profiles, ports: byName(ports), services: byName(services) };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function byName<T>(mapping: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(mapping).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return content; // no JSON: the fault then shows what is there
  }
}
