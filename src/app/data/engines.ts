import type { RmaConfig } from '../../core/domain/config.ts';
import type { DataOrigin, Engine } from '../../core/domain/profile.ts';
import type { Invocation } from '../../ports/invocation.ts';

export interface ListedEngine {
  readonly engine: Engine;
  readonly origin: DataOrigin | null;
  /** the image of the settings, else the engine's own */
  readonly image: string;
  /** days since its release; null: unknown, or another image is set */
  readonly ageDays: number | null;
  /** whether the settings have another image */
  readonly isReplaced: boolean;
}

const DAY_MS = 86_400_000;

/** Returns all engines, by name. Contacts neither Docker nor a registry. @throws RmaError RMA_DATA_INVALID (2) */
export async function listEngines(
  invocation: Pick<Invocation, 'catalog' | 'clock'>,
  config: RmaConfig,
): Promise<readonly ListedEngine[]> {
  const catalog = await invocation.catalog(config);
  const now = invocation.clock.now();
  return [...catalog.engines.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((engine) => {
      const own = config.images.engines[engine.name];
      return {
        engine,
        origin: catalog.engineOrigins.get(engine.name) ?? null,
        image: own ?? engine.image,
        ageDays: own === undefined ? daysSince(engine.released, now) : null,
        isReplaced: own !== undefined,
      };
    });
}

/** Returns whole days; a date in the future counts as today. */
function daysSince(date: string | null, now: number): number | null {
  if (date === null) return null;
  return Math.max(0, Math.floor((now - Date.parse(`${date}T00:00:00Z`)) / DAY_MS));
}
