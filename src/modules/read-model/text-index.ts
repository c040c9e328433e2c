/** The places of texts. Most have one, which is kept as it stands; the others a list, in growing order. */
export class TextIndex {
  private readonly places = new Map<string, number | number[]>();

  /** Calls back with every place of a text, in growing order. */
  each(text: string, call: (place: number) => void): void {
    const found = this.places.get(text);
    if (found === undefined) return;
    if (typeof found === 'number') call(found);
    else for (let i = 0; i < found.length; i++) call(found[i]!);
  }

  add(text: string, place: number): void {
    const found = this.places.get(text);
    if (found === undefined) this.places.set(text, place);
    else if (typeof found === 'number') this.places.set(text, found < place ? [found, place] : [place, found]);
    else if (found.at(-1)! < place) found.push(place);
    else
      found.splice(
        found.findIndex((other) => other > place),
        0,
        place,
      );
  }

  remove(text: string, place: number): void {
    const found = this.places.get(text);
    if (found === place) this.places.delete(text);
    else if (Array.isArray(found)) {
      found.splice(found.indexOf(place), 1);
      if (found.length === 0) this.places.delete(text);
    }
  }

  /** About how much memory it takes, in bytes; its texts belong to others. */
  get bytes(): number {
    let bytes = this.places.size * 36;
    for (const found of this.places.values()) if (typeof found !== 'number') bytes += 56 + 8 * found.length;
    return bytes;
  }
}
