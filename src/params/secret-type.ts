/** The param type for passwords and keys: never in an argument list, never printed. */
import { z } from 'zod'
import { Secret } from '../base/secret.ts'

/** Marks the type through every `.describe()` and `.optional()` around it, which copy a type but keep its definition. */
const definitions = new WeakSet<object>()

/**
 * A secret param: `password: secret().describe('...')`. The recipe gets a `Secret`, which prints as `[secret]`.
 * The value comes from a prompt, from the environment as OPS_PARAM_NAME, from `--name @FILE` (one line feed at its end
 * is dropped) or from `--name -`, which reads standard input. A plain `--name VALUE` is refused: every user of the
 * machine can read argument lists.
 */
export function secret(): z.ZodType<Secret, Secret | string> {
  const type = z
    .custom<Secret | string>(
      value => value instanceof Secret || (typeof value === 'string' && value !== ''),
      {
        message: 'must not be empty',
      },
    )
    .transform(value => (typeof value === 'string' ? new Secret(value) : value))
  definitions.add(type._zod.def)
  return type
}

/** True for what `secret()` made; not for types around it. */
export function isSecretType(type: z.core.$ZodType): boolean {
  return definitions.has(type._zod.def)
}
