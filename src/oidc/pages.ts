import type { Client, ErrorOut, KoaContextWithOIDC } from 'oidc-provider';

type Ctx = KoaContextWithOIDC;

/** Why the code of a device is asked for again. */
export type DeviceFault = 'WRONG_CODE' | 'REFUSED' | 'FAILED';

/** A form of the provider: where it is posted to, and what it must carry so that no other site can post it. */
export interface OidcForm {
  action: string;
  xsrf: string;
}

/** The pages that the provider shows itself. Each writes its answer. */
export interface OidcPages {
  /** Where the code of a device is typed in: fields `xsrf`, `user_code`. */
  deviceCode(ctx: Ctx, page: { form: OidcForm; fault: DeviceFault | null }): void;
  /**
   * Asks whether it is this device that is meant: fields `xsrf`, `user_code`, and `confirm` or `abort`.
   * @param page.device the User-Agent of the device
   */
  deviceConfirm(ctx: Ctx, page: { form: OidcForm; client: Client; userCode: string; device: string }): void;
  /** The device may go on. */
  deviceDone(ctx: Ctx): void;
  /** Asks whether to sign out: fields `xsrf`, and `logout` for yes. */
  signOut(ctx: Ctx, page: { form: OidcForm; client: Client | undefined }): void;
  signedOut(ctx: Ctx): void;
  error(ctx: Ctx, out: ErrorOut): void;
}
