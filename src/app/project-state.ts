import { EXIT, RmaError } from '../core/errors.ts';
import type { FileStore } from '../ports/file-store.ts';

/** What a project remembers between two calls: profiles added by flag, and the ports its services got. */
export interface ProjectState {
  readonly schema: 'rma.project-state/v1';
  readonly profiles: readonly string[];
  readonly ports: Readonly<Record<string, number>>;
}

const EMPTY: ProjectState = { schema: 'rma.project-state/v1', profiles: [], ports: {} };

/** Path of the state file below the state folder. */
export function stateFile(stateDir: string): string {
  return `${stateDir}/state.json`;
}

/** @throws RmaError RMA_STATE_INVALID (2) when someone broke the file */
export async function readProjectState(files: FileStore, stateDir: string): Promise<ProjectState> {
  const path = stateFile(stateDir);
  const text = await files.read(path);
  if (text === null) return EMPTY;
  const state = parse(text);
  if (state?.schema === EMPTY.schema && Array.isArray(state.profiles) && typeof state.ports === 'object') {
    return state as ProjectState;
  }
  throw new RmaError('RMA_STATE_INVALID', `${path} is not a state file of rma`, {
    exitCode: EXIT.usage,
    hint: `remove it: rm '${path}' (profiles added by --profile must then be named again)`,
  });
}

/** The text to write; the same state gives the same bytes. */
export function formatProjectState(state: Omit<ProjectState, 'schema'>): string {
  const ports = Object.fromEntries(Object.entries(state.ports).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ schema: EMPTY.schema, profiles: [...state.profiles].sort(), ports }, null, 2)}\n`;
}

function parse(text: string): Partial<ProjectState> | null {
  try {
    return JSON.parse(text) as Partial<ProjectState> | null;
  } catch {
    return null;
  }
}
