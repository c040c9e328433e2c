/** Told of each notification on a channel; `''` also after a time in which some may have been missed. */
export type OnNotify = (payload: string) => void;

/** Told whether from here on every notification is heard: false as soon as a connection is known to be lost. */
export type OnLink = (isUp: boolean) => void;

/** Somebody who listens. */
export interface Listener {
  onNotify: OnNotify;
  onLink: OnLink;
}

/** Names of channels go into SQL as they stand. @throws Error for a name that is more than small letters and `_` */
export function checkChannel(channel: string): void {
  if (!/^[a-z_]+$/.test(channel)) throw new Error(`"${channel.slice(0, 50)}" can not be the name of a channel.`);
}

/** A function of its own for each call, whose exceptions keep nobody else from being told. */
export function separate<Told>(
  onTold: (told: Told) => void,
  onError: (error: Error) => void = () => undefined,
): (told: Told) => void {
  return (told) => {
    try {
      onTold(told);
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  };
}
