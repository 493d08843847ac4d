/** What a recipe says of the settings of a PostgreSQL server. */
import { z } from 'zod'
import { oneLine } from '../paths/params.ts'
import { settingsFile } from '../paths/settings-file.ts'

/** Directives of its files that are no settings, and settings that lead the server to other files than those that are looked at. */
const noSettings = ['include', 'include_dir', 'include_if_exists', 'config_file', 'data_directory']

/** With another one of these the server would not be found where `psql` asks for it, and so the change could not be proved. */
const whereItIsAsked = ['port', 'unix_socket_directories']

const name = z
  .string()
  .regex(
    /^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*$/,
    'must be the name of a setting in small letters, such as work_mem',
  )
  .refine(text => !noSettings.includes(text), 'is nothing that a file of settings may say here')
  .refine(
    text => !whereItIsAsked.includes(text),
    'leads the server away from where psql asks for it: change it by a `line` of postgresql.conf and a `service` that follows it',
  )

const value = z
  .union([oneLine, z.number(), z.boolean(), z.array(oneLine.min(1)), z.null()])
  .transform(given => {
    if (given === null) return null
    if (typeof given === 'boolean') return given ? 'on' : 'off'
    return Array.isArray(given) ? given.join(', ') : String(given)
  })

/** As libpq reads them, in words and in URIs. */
const holdsPassword = (text: string) =>
  /(^|[\s?&])(ssl)?password\s*=/i.test(text) || /^\s*postgres(ql)?:\/\/[^/@?]*:[^/@?]*@/i.test(text)

/** A program by its path, and further paths: nothing in it can be the passphrase. */
const isProgramOfPaths = (text: string) => /^\/\S+( +(%p|\/\S+))*$/.test(text)

/** The params of `postgresSettings`. */
export const settingsParams = z.strictObject({
  settings: z
    .record(name, value)
    .refine(settings => Object.keys(settings).length > 0, 'name at least one')
    .refine(
      ({ primary_conninfo: given }) => !given || !holdsPassword(given),
      'primary_conninfo must not hold a password, which every user of the host could read in its file: write it into a file of mode 0600 and say passfile=PATH',
    )
    .refine(
      ({ ssl_passphrase_command: given }) => !given || isProgramOfPaths(given),
      'ssl_passphrase_command must be the path of a program, with no other arguments than %p and paths, since every user of the host could read it: `/bin/cat /etc/postgresql/passphrase`, a file of mode 0600',
    )
    .describe(
      'Values by name, as `postgresql.conf` takes them: `1GB`, `on`, a list. `null`: the file of ops sets it no longer. Of several servers on a host, of the one that `psql` reaches by itself.',
    ),
  ...settingsFile('.conf'),
  restart: z
    .boolean()
    .default(true)
    .describe('`false`: what can only be set at a start waits for the next one, and the plan says so.'),
})

export type SettingsParams = z.output<typeof settingsParams>

/** As a line of its file: quoted, so that nothing in it is read as anything else. */
export function settingLine(key: string, text: string): string {
  return `${key} = '${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
