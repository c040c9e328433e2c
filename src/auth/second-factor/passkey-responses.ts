import { z } from 'zod';

const TRANSPORTS = new Set<unknown>(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']);

/** Binary data as WebAuthn's JSON carries it: base64url without padding. */
const base64url = (maxBytes: number) =>
  z
    .string()
    .max(Math.ceil((maxBytes * 4) / 3))
    .regex(/^[\w-]+$/);

// The parts of a response come to less than 64 KiB together, and the members that we don't need are left out.
const credential = <T extends z.ZodRawShape>(response: T) =>
  z.object({
    id: base64url(1023),
    rawId: base64url(1023),
    type: z.literal('public-key'),
    response: z.object({ clientDataJSON: base64url(4096), ...response }),
  });

const registrationSchema = credential({
  attestationObject: base64url(32_768),
  // A hint for browsers, which is not signed: what is unknown is dropped.
  transports: z.array(z.unknown()).max(16).catch([]),
});

const signInSchema = credential({ authenticatorData: base64url(16_384), signature: base64url(4096) });

const clientDataSchema = z.object({
  challenge: base64url(64),
  // Within a page of another site nobody sees what they consent to.
  crossOrigin: z.literal(false).optional(),
});

/** A response in the shape of WebAuthn's RegistrationResponseJSON, nothing verified; null for anything else. */
export function registrationResponse(value: unknown) {
  const { data } = registrationSchema.safeParse(value);
  if (!data) return null;
  const known = data.response.transports.filter((name): name is string => TRANSPORTS.has(name));
  const transports = [...new Set(known)];
  return { ...data, response: { ...data.response, transports }, clientExtensionResults: {} };
}

/** A response in the shape of WebAuthn's AuthenticationResponseJSON, nothing verified; null for anything else. */
export function signInResponse(value: unknown) {
  const { data } = signInSchema.safeParse(value);
  return data ? { ...data, clientExtensionResults: {} } : null;
}

/** The challenge that a response says it answers; null if it names none, or comes from a page within another site's. */
export function challengeOf(response: { response: { clientDataJSON: string } }): string | null {
  try {
    const clientData: unknown = JSON.parse(Buffer.from(response.response.clientDataJSON, 'base64url').toString());
    return clientDataSchema.safeParse(clientData).data?.challenge ?? null;
  } catch {
    return null;
  }
}
