/** Told of each notification on a channel; `''` also after a time in which some may have been missed. */
export type OnNotify = (payload: string) => void;

/** Names of channels go into SQL as they stand. @throws Error for a name that is more than small letters and `_` */
export function checkChannel(channel: string): void {
  if (!/^[a-z_]+$/.test(channel)) throw new Error(`"${channel.slice(0, 50)}" can not be the name of a channel.`);
}

/** A listener of its own for each call, whose exceptions keep nobody else from being told. */
export function separate(onNotify: OnNotify, onError: (error: Error) => void = () => undefined): OnNotify {
  return (payload) => {
    try {
      onNotify(payload);
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  };
}
