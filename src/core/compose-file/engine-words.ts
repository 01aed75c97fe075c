import type { ServicePlacement } from '../domain/placement.ts';
import type { SelectedService } from '../domain/selection.ts';
import { engineSubpath, STORE_MOUNT } from '../store/layout.ts';
import { pinnedModel } from './build-worker-config.ts';
import { shareOf } from './gpu-share.ts';
import type { RenderInput } from './render-input.ts';

/** What the words of an engine's file stand for: `{port}`, `{share}` and the others of docs/engines.md. */
export type EngineWords = Readonly<Record<string, string>>;

/** The words of one service; those for GPUs only where it has some. */
export function engineWords(input: RenderInput, selected: SelectedService): EngineWords {
  const { engine, models, context, concurrency, maxLoaded } = selected;
  const only = models.length === 1 ? models[0] : undefined;
  const placement = input.placement.get(selected.service);
  return {
    port: String(engine.port),
    context: String(context),
    concurrency: String(concurrency),
    context_total: String(context * concurrency),
    models: String(models.length),
    max_loaded: String(Math.min(maxLoaded ?? models.length, models.length)),
    ...(only === undefined
      ? {}
      : { name: only.name, model: `${STORE_MOUNT}/${engineSubpath(pinnedModel(input, only.ref))}` }),
    ...(placement === undefined || placement.devices.length === 0 ? {} : gpuWords(placement)),
  };
}

/** The text with its words replaced. Braces around anything else stay: they may be meant for the engine. */
export function fillWords(text: string, words: EngineWords): string {
  return text.replace(/\{([a-z_]+)\}/g, (found, word: string) => words[word] ?? found);
}

/** Counted for the smallest of its GPUs. */
function gpuWords(placement: ServicePlacement): EngineWords {
  const { devices, bytesPerGpu, kvBytesPerGpu } = placement;
  const total = Math.min(...devices.map(({ totalBytes }) => totalBytes));
  return {
    gpus: String(devices.length),
    share: (shareOf(placement) ?? 0).toFixed(2),
    kv_bytes: String(kvBytesPerGpu),
    others_bytes: String(Math.max(0, total - bytesPerGpu)),
  };
}
