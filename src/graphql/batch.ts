import DataLoader from 'dataloader';
import type { Context } from './context.js';

/**
 * Loads what a field needs for one parent together with what it needs for all others that ask with the same arguments in the
 * same turn: one statement, however long the list of parents.
 * @param kind stands for the field; any constant object
 * @param args the field's arguments, told apart by their JSON
 * @param batch gives the value of every key that has one
 */
export function loadBatched<Key extends string | number, Value>(
  context: Context,
  kind: object,
  args: unknown,
  key: Key,
  batch: (keys: Key[]) => Promise<ReadonlyMap<Key, Value>>,
): Promise<Value | undefined> {
  const loaders = context.once(kind, () => new Map<string, DataLoader<Key, Value | undefined>>());
  const name = JSON.stringify(args);
  let loader = loaders.get(name);
  if (loader === undefined) {
    loader = new DataLoader(async (keys) => {
      const values = await batch([...keys]);
      return keys.map((each) => values.get(each));
    });
    loaders.set(name, loader);
  }
  return loader.load(key);
}
