import type { Endpoint } from '../../app/desired/endpoints.ts';
import { type Column, renderTable } from './table.ts';
import type { Theme } from './theme.ts';

export const ENDPOINT_COLUMNS: readonly Column<Endpoint>[] = [
  { title: 'SERVICE', value: ({ service }) => service },
  { title: 'ADDRESS', value: ({ url }) => url },
  { title: 'MODELS', value: ({ models }) => models.join(', ') },
];

/** Renders the endpoints as a table. */
export function renderEndpoints(endpoints: readonly Endpoint[], theme: Theme): string {
  return renderTable(ENDPOINT_COLUMNS, endpoints, theme);
}
