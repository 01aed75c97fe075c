/** The version of rma, replaced by the build with that of package.json. */
declare const __RMA_VERSION__: string | undefined;

export const RMA_VERSION: string = typeof __RMA_VERSION__ === 'string' ? __RMA_VERSION__ : '0.0.0-dev';
