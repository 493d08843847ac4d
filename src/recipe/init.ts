/** What `ops init` writes: an inventory, a first recipe, and types for editors. Nothing is ever overwritten. */
import { existsSync, lstatSync, readlinkSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inputError } from '../base/errors.ts'
import { makeFolder } from '../base/make-folder.ts'
import { packageFolder } from '../base/package-folder.ts'

export interface InitFile {
  /** Relative to the folder. */
  readonly path: string
  /** Of a link: where it leads. */
  readonly content: string
  /** For people, in a few words. */
  readonly purpose: string
}

/** Leads to where ops is installed. */
const packageLink = '.ops/package'

/** The files, in the order in which somebody would read them. */
function initFiles(): readonly InitFile[] {
  return [
    { path: 'ops.ini', content: inventory, purpose: 'hosts, groups and defaults' },
    { path: join('recipes', 'hello.ts'), content: hello, purpose: 'a first recipe' },
    {
      path: 'tsconfig.json',
      content: editorConfig(),
      purpose: 'types for editors; ops itself does not need it',
    },
    { path: join('.ops', '.gitignore'), content: '*\n', purpose: 'keeps the next one out of git' },
  ]
}

/**
 * Writes those that are not there yet.
 * @throws OpsError `input` where the folder cannot be written.
 */
export function writeInitFiles(folder: string): readonly (InitFile & { readonly written: boolean })[] {
  const files = initFiles().map(file => ({
    ...file,
    written: writeNew(join(folder, file.path), file.content),
  }))
  const link = {
    path: packageLink,
    content: packageFolder,
    purpose: 'a link to the ops of this machine, for editors',
  }
  return [...files, { ...link, written: linkNew(join(folder, packageLink)) }]
}

/** Another machine of the same folder, or ops installed anew, has it elsewhere: it is made again then. */
function linkNew(path: string): boolean {
  const before = lstatSync(path, { throwIfNoEntry: false })
  if (before && (!before.isSymbolicLink() || readlinkSync(path) === packageFolder)) return false
  try {
    if (before) unlinkSync(path)
    symlinkSync(packageFolder, path)
    return true
  } catch (thrown) {
    throw cannotWrite(path, thrown)
  }
}

function writeNew(path: string, content: string): boolean {
  if (existsSync(path)) return false
  try {
    makeFolder(dirname(path))
    // The flag refuses what is there by now, a dangling link included.
    writeFileSync(path, content, { flag: 'wx' })
    return true
  } catch (thrown) {
    throw cannotWrite(path, thrown)
  }
}

function cannotWrite(path: string, thrown: unknown): Error {
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  return inputError(`cannot write ${path}: ${reason}`, { next: 'Choose a folder that you may write to.' })
}

const inventory = `; What ops knows of your hosts. \`ops hosts\` shows it; names of your ssh config work without being listed here.

[hosts]
; name = user@address:port (user and port may be left out)
; web1 = deploy@192.0.2.10
; web2 = deploy@192.0.2.11:2222

[groups]
; name = hosts, other groups, or globs
; web = web1, web2

[params hello]
; Defaults for the params of a recipe; flags come before them.
; name = world
`

const hello = `import { file, recipe, z } from 'ops-recipes'

// Try it on a throw-away copy of this machine:   ops apply hello sandbox
// See what it would do to a host of yours:       ops plan hello HOST --name you
export default recipe({
  summary: 'Writes a greeting, to show what a recipe is.',

  // Each param is a flag (--name, --path), checked before any host is contacted.
  params: {
    name: z.string().min(1).default('world').describe('Whom to greet.'),
    path: z.string().startsWith('/').default('/etc/hello').describe('The file to write.'),
  },

  // The list of what should be true of the host, in order. \`ops resources\` shows what there is beside \`file\`.
  steps: ({ params }) => [file({ path: params.path, content: \`Hello, \${params.name}!\\n\`, mode: '0644' })],
})
`

/** May be shared: where ops is installed differs from machine to machine, and stands in a link that git leaves out. */
function editorConfig(): string {
  const config = {
    compilerOptions: {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: 'ES2022',
      lib: ['ES2023', 'ES2024.String'],
      module: 'ESNext',
      moduleResolution: 'Bundler',
      allowImportingTsExtensions: true,
      types: [],
      paths: {
        'ops-recipes': [`./${packageLink}/dist/types/index.d.ts`],
        'ops-recipes/jobs': [`./${packageLink}/dist/types/jobs/index.d.ts`],
      },
    },
    include: ['recipes', 'roles', 'jobs', '*.ts'],
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
