/** The places of numbers of which some are the same: sorted by number, and by place within one. */
export class Numbered {
  private readonly order: Uint32Array;

  /** @param numbers the number at each place; -1 leaves it out */
  constructor(private readonly numbers: Int32Array) {
    const places: number[] = [];
    numbers.forEach((number, place) => number !== -1 && places.push(place));
    this.order = Uint32Array.from(places).sort((a, b) => numbers[a]! - numbers[b]! || a - b);
  }

  /** Calls back with every place of a number, in growing order. */
  each(number: number, call: (place: number) => void): void {
    const { order, numbers } = this;
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (numbers[order[middle]!]! < number) low = middle + 1;
      else high = middle;
    }
    for (; low < order.length && numbers[order[low]!] === number; low++) call(order[low]!);
  }

  get bytes(): number {
    return this.order.byteLength;
  }
}
