import type { StoredModel } from '../domain/stored-model.ts';

/** Returns how many models a store answered, and when it recorded the oldest of them. */
export function storedText(stored: readonly StoredModel[]): string {
  const count = stored.length === 1 ? '1 model' : `${stored.length} models`;
  const dates = stored.flatMap(({ recordedAt }) => recordedAt ?? []).sort();
  const day = dates[0]?.slice(0, 'YYYY-MM-DD'.length);
  if (day === undefined) return `using ${count} from the store, of unknown age`;
  const since = stored.length === 1 ? `recorded on ${day}` : `the oldest recorded on ${day}`;
  const other = dates.length < stored.length ? `, ${stored.length - dates.length} of unknown age` : '';
  return `using ${count} from the store, ${since}${other}`;
}
