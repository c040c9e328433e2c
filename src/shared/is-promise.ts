/** Whether a value is yet to come: what has it at hand gives it as it is, and whoever asks goes on in the same turn. */
export const isPromise = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> & Promise<T> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
