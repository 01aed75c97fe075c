/** One metric of an expression; every label set with these labels counts. */
export interface MetricTerm {
  readonly sign: 1 | -1;
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
}

const METRIC = /^([A-Za-z_:][\w:]*)(?:\{([A-Za-z_]\w*)="([^"\\]*)"\})?$/;

/**
 * Parses the metrics of `in_flight_metric`: `NAME` or `NAME{LABEL="VALUE"}`, several of them joined by ` + ` and ` - `. Returns
 * null for anything else.
 */
export function readInFlightMetric(expression: string): readonly MetricTerm[] | null {
  const parts = `+ ${expression}`.split(/(?:^|\s+)([+-])\s+/).slice(1);
  const terms = parts.flatMap((sign, at) => (at % 2 === 0 ? [termOf(sign, parts[at + 1] ?? '')] : []));
  const valid = terms.filter((term) => term !== null);
  return valid.length === terms.length ? valid : null;
}

function termOf(sign: string, text: string): MetricTerm | null {
  const [, metric, label, value] = METRIC.exec(text) ?? [];
  if (metric === undefined) return null;
  const labels = label === undefined || value === undefined ? {} : { [label]: value };
  return { sign: sign === '-' ? -1 : 1, metric, labels };
}
