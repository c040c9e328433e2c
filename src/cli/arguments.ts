import { InvalidArgumentError } from 'commander';
import { fromScope, isPermission, RoleName, type Permission } from '../auth/permissions.js';

const HOUR = 3_600_000;
const UNITS: Record<string, number> = { h: HOUR, d: 24 * HOUR, w: 7 * 24 * HOUR };

/** A role in any case. */
export function roleArgument(text: string): RoleName {
  const wanted = text.toUpperCase().replace(/-/g, '_');
  const role = Object.values(RoleName).find((name) => String(name) === wanted);
  if (role === undefined) throw new InvalidArgumentError(`The roles are ${Object.values(RoleName).join(', ')}.`);
  return role;
}

/** Permissions, separated by commas: `mapping:propose` or `MAPPING_PROPOSE`. */
export function permissionsArgument(text: string): Permission[] {
  return text.split(',').map((part) => {
    const name = part.trim();
    const permission = fromScope(name.toLowerCase()) ?? name.toUpperCase();
    if (!isPermission(permission)) throw new InvalidArgumentError(`There is no permission ${name}.`);
    return permission;
  });
}

/** An instant to come: a span from now (`12h`, `30d`, `8w`) or a date (`2027-01-31`, `2027-01-31T12:00:00Z`). */
export function instantArgument(text: string): Date {
  const span = /^(\d{1,5})([hdw])$/.exec(text);
  if (span) return new Date(Date.now() + Number(span[1]) * UNITS[span[2]!]!);
  const date = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : new Date(NaN);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('Give a span (12h, 30d, 8w) or a date (2027-01-31).');
  return date;
}
