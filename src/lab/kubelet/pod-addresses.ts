/** Pod addresses of one node, from its podCIDR: the lowest free one first. */
export class PodAddresses {
  readonly #prefix: readonly number[];
  readonly #size: number;
  readonly #owners = new Map<string, string>();
  #next = 4;

  constructor(podCIDR: string) {
    const [base = '10.244.0.0', bits = '24'] = podCIDR.split('/');
    this.#prefix = base.split('.').map(Number);
    this.#size = 2 ** (32 - Number(bits));
  }

  /** Keeps an address that a pod already has. */
  keep(ip: string, pod: string): void {
    this.#owners.set(ip, pod);
  }

  /** Undefined when the node has none left. Goes on behind the last one given, so that old addresses rest before they are used again. */
  take(pod: string): string | undefined {
    for (let tried = 0; tried < this.#size; tried++) {
      const offset = 4 + ((this.#next - 4 + tried) % Math.max(1, this.#size - 6));
      const ip = this.#at(offset);
      if (this.#owners.has(ip)) continue;
      this.#next = offset + 1;
      this.#owners.set(ip, pod);
      return ip;
    }
    return undefined;
  }

  release(pod: string): void {
    for (const [ip, owner] of this.#owners) if (owner === pod) this.#owners.delete(ip);
  }

  #at(offset: number): string {
    const [a = 0, b = 0, c = 0, d = 0] = this.#prefix;
    const sum = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d + offset;
    return [24, 16, 8, 0].map((shift) => Math.floor(sum / 2 ** shift) % 256).join('.');
  }
}
