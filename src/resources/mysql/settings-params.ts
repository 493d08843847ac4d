/** What a recipe says of the settings of a server. */
import { z } from 'zod'
import { oneLine } from '../paths/params.ts'
import { settingsFile } from '../paths/settings-file.ts'
import { isListenAddress } from './address.ts'

const setting = z
  .union([
    oneLine
      .min(1)
      .regex(/^[^#'"\\]*$/, 'must not hold quotes, backslashes or #')
      .refine(text => text.trim() === text, 'must not have blanks at its ends'),
    z.number(),
    z.boolean(),
  ])
  .transform(value => (typeof value === 'boolean' ? (value ? 'ON' : 'OFF') : String(value)))

/** The params of `mysqlSettings`. */
export const settingsParams = z.strictObject({
  settings: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_-]*$/, 'must be the name of a setting, such as bind-address'),
      setting,
    )
    .refine(settings => Object.keys(settings).length > 0, 'name at least one')
    .transform(settings =>
      Object.fromEntries(Object.entries(settings).map(([key, value]) => [key.replaceAll('_', '-'), value])),
    )
    .describe('Values by name, as in an option file; dashes and underscores are the same.'),
  listens: z
    .array(
      z.strictObject({
        address: z.string().refine(isListenAddress, 'must be an IP address or *'),
        port: z.number().int().min(1).max(65535),
      }),
    )
    .default([])
    .describe('Addresses and ports that the server must be seen to listen on.'),
  ...settingsFile('.cnf'),
  overrides: z
    .enum(['refuse', 'edit'])
    .default('refuse')
    .describe('What happens to a setting that is read later and so wins: an error, or edited where it is.'),
})

export type SettingsParams = z.output<typeof settingsParams>
