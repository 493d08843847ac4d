/** The registry of resources: drives docs, completion and the conformance test. */
import type { StepMaker } from '../engine/step.ts'
import { apt } from './apt.ts'
import { assertion } from './assertion.ts'
import { backup } from './backup.ts'
import { command } from './command.ts'
import { directory } from './directory.ts'
import { file } from './file.ts'
import { filesystems } from './filesystems.ts'
import { gem } from './gem.ts'
import { gitBare } from './git-bare.ts'
import { group } from './group.ts'
import { line } from './line.ts'
import { link } from './link.ts'
import { mysqlSettings } from './mysql-settings.ts'
import { mysqlTables } from './mysql-tables.ts'
import { mysqlUser } from './mysql-user.ts'
import { option } from './option.ts'
import { repairedFilesystem } from './repaired-filesystem.ts'
import { service } from './service.ts'
import { user } from './user.ts'
import { wholeFiles } from './whole-files.ts'

export { lines } from './file/template.ts'
export {
  apt,
  assertion,
  backup,
  command,
  directory,
  file,
  filesystems,
  gem,
  gitBare,
  group,
  line,
  link,
  mysqlSettings,
  mysqlTables,
  mysqlUser,
  option,
  repairedFilesystem,
  service,
  user,
  wholeFiles,
}

/** Every resource by its type. */
// biome-ignore lint/suspicious/noExplicitAny: params of all resources meet here.
export const resources: Readonly<Record<string, StepMaker<any, any>>> = {
  apt,
  assertion,
  backup,
  command,
  directory,
  file,
  filesystems,
  gem,
  gitBare,
  group,
  line,
  link,
  mysqlSettings,
  mysqlTables,
  mysqlUser,
  option,
  repairedFilesystem,
  service,
  user,
  wholeFiles,
}
