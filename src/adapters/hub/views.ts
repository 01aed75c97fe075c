import type { Endpoints } from './endpoints.ts';

/** Where URLs of a hub are requested, unless they are at the source's own server. */
export interface Mirror {
  /** address of the hub in URLs */
  readonly hub: string;
  readonly endpoints: Endpoints;
}

/** The addresses of one attempt. */
export interface View {
  /** the source's own server */
  readonly endpoint: string;
  /** address of a hub in URLs → where it is requested */
  readonly mirrored: ReadonlyMap<string, string>;
}

/** Returns one view for each address that requests may go to, in order of preference. */
export function viewsOf(own: Endpoints, mirrors: readonly Mirror[]): readonly View[] {
  const orders = mirrors.map(({ hub, endpoints }) => [hub, endpoints.order] as const);
  const count = Math.max(1, own.order.length, ...orders.map(([, order]) => order.length));
  const at = (order: readonly string[], index: number) => order[index] ?? order[0] ?? '';
  return Array.from({ length: count }, (_, index) => ({
    endpoint: at(own.order, index),
    mirrored: new Map(orders.map(([hub, order]) => [hub, at(order, index)])),
  }));
}

/** Returns the URL of a request in a view: at a mirror if one is set for its hub. */
export function urlIn({ endpoint, mirrored }: View, url: string): string {
  const isOwn = endpoint !== '' && url.startsWith(`${endpoint}/`);
  const [hub, mirror] = (isOwn ? [] : [...mirrored]).find(([each]) => url.startsWith(`${each}/`)) ?? [];
  return hub === undefined ? url : mirror + url.slice(hub.length);
}
