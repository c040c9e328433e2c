/** Whether an IRC network may be called so. */
export const isNetworkName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name);

/** What {@link isNetworkName} asks for, for people. */
export const NETWORK_RULE =
  'The name of a network has 1 to 63 letters, digits, ".", "_" and "-", a letter or digit first.';

/** Whether services may know an account by it, whatever the account is called. */
export const isEntityId = (id: string): boolean => /^[\x21-\x7e]{1,64}$/.test(id);

/** Whether an account or nick may be called so: one word of what is drawn. */
export const isAccountName = (name: string): boolean => /^[^\p{C}\p{Z}]{1,64}$/u.test(name);
