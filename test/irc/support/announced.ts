import { expect, vi } from 'vitest';
import type { TestService } from '../../support/service.js';

/** The text of a version with a class of so many methods and fields that nobody has named: func_5000_a, field_5000_a and so on. */
export const bigVersion = (methods: number, fields: number): string =>
  [
    'a net/minecraft/Big',
    ...Array.from({ length: fields }, (_, n) => `\tf${n} field_${5_000 + n}_a`),
    ...Array.from({ length: methods }, (_, n) => `\tm${n} ()V func_${5_000 + n}_a`),
    '',
  ].join('\n');

/** Waits until so many subscriptions are open. */
export async function streamsOf({ http }: TestService, count: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const { body } = await http.inject('/metrics');
      expect(/^graphql_subscriptions_open (\d+)$/m.exec(body)?.[1] ?? '0').toBe(String(count));
    },
    { timeout: 15_000, interval: 100 },
  );
}
