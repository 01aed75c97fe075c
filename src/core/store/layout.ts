/** Mount point of the store in every container. */
export const STORE_MOUNT = '/models';
