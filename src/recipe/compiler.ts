/** Runs the TypeScript compiler, a native program, over one recipe and reads what it says. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { errorDataOf, inputError, type SourceLocation } from '../base/errors.ts'
import { packageFolder } from '../base/package-folder.ts'

export interface Diagnostic {
  /** The number after `TS`. */
  readonly code: number
  readonly text: string
  readonly where: SourceLocation | undefined
}

const compileTimeoutMs = 60_000
/** It ends before there is much to collect: not to try saves a third of its work. What needs more memory than this collects. */
const sparing = { GOGC: 'off', GOMEMLIMIT: '512MiB' }
const ours = createRequire(join(packageFolder, 'package.json'))

/**
 * What the compiler says of files and all that they import; empty when nothing is wrong.
 * @throws OpsError `input` when the compiler itself does not run, or has no room for its settings.
 */
export async function compile(files: readonly string[], folder: string): Promise<readonly Diagnostic[]> {
  const scratch = makeRoom(() => mkdtempSync(join(tmpdir(), 'ops-types-')))
  try {
    const project = join(scratch, 'tsconfig.json')
    const config = JSON.stringify(configFor(files))
    makeRoom(() => writeFileSync(project, config, { mode: 0o600 }))
    return parseDiagnostics(await runCompiler(['-p', project, '--pretty', 'false'], folder), folder)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** A machine without room for a temporary file is no defect of the recipe, and none of ops. */
function makeRoom<T>(write: () => T): T {
  try {
    return write()
  } catch (error) {
    throw inputError(`the types of recipes cannot be checked: nothing can be written in ${tmpdir()}`, {
      detail: errorDataOf(error).title,
      next: 'Free some space there, or set TMPDIR to a folder that can be written.',
    })
  }
}

/** The compiler prints `FILE(LINE,COLUMN): error TSnnnn: TEXT`, with more lines of the text indented below. */
export function parseDiagnostics(said: string, folder: string): Diagnostic[] {
  const found: { code: number; text: string; where: SourceLocation | undefined }[] = []
  for (const line of said.split('\n')) {
    const [, file, row, column, code, text] =
      /^(?:(.+?)\((\d+),(\d+)\): )?error TS(\d+): (.*)$/.exec(line) ?? []
    const last = found.at(-1)
    if (code !== undefined) {
      const where = file
        ? { file: resolve(folder, file), line: Number(row), column: Number(column) }
        : undefined
      found.push({ code: Number(code), text: text ?? '', where })
    } else if (last && /^\s+\S/.test(line)) last.text += `\n${line}`
  }
  return found
}

function configFor(files: readonly string[]): object {
  return {
    files,
    compilerOptions: {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: 'es2022',
      lib: ['es2023', 'es2024.string'],
      module: 'esnext',
      moduleResolution: 'bundler',
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      esModuleInterop: true,
      paths: { 'ops-recipes': [typesOf('index')], 'ops-recipes/jobs': [typesOf('jobs/index')] },
      // Node's own types come with ops, so that a recipe may read a local file without installing anything.
      types: ['node'],
      typeRoots: [nodeTypesRoot()],
    },
  }
}

/** @throws OpsError `input` where an installation lacks them. */
function nodeTypesRoot(): string {
  try {
    return dirname(dirname(ours.resolve('@types/node/package.json')))
  } catch (error) {
    throw inputError('the types of recipes cannot be checked: ops finds no @types/node beside it', {
      detail: errorDataOf(error).title,
      next: 'Install ops again, with all of its packages.',
    })
  }
}

/** Declarations as they were built; in a clone that was not built, the sources. */
function typesOf(module: string): string {
  const built = join(packageFolder, 'dist', 'types', `${module}.d.ts`)
  return existsSync(built) ? built : join(packageFolder, 'src', `${module}.ts`)
}

function runCompiler(argv: readonly string[], folder: string): Promise<string> {
  const [program, ...first] = compilerCommand()
  return new Promise((done, refuse) => {
    execFile(
      program,
      [...first, ...argv],
      { cwd: folder, env: { ...sparing, ...process.env }, timeout: compileTimeoutMs, maxBuffer: 1 << 24 },
      (error, stdout, stderr) => {
        // Exit codes 1 and 2 mean that there are diagnostics.
        if (!error || error.code === 1 || error.code === 2) return done(stdout)
        refuse(
          inputError('the TypeScript compiler that checks recipes did not run', {
            detail: stderr.trim() || error.message,
            next: 'Install ops again; its package `typescript` must fit this machine.',
          }),
        )
      },
    )
  })
}

/** Whether there is a compiler: where a job was sent to by `ops job schedule` there is none, as its types were checked before. */
export function isCompilerThere(): boolean {
  try {
    ours.resolve('typescript/package.json')
    return true
  } catch {
    return false
  }
}

/** The native program of this platform, or else the compiler's own launcher. */
function compilerCommand(): [string, ...string[]] {
  const compiler = dirname(ours.resolve('typescript/package.json'))
  try {
    const native = `@typescript/typescript-${process.platform}-${process.arch}/package.json`
    const program = join(dirname(createRequire(join(compiler, 'package.json')).resolve(native)), 'lib', 'tsc')
    if (existsSync(program)) return [program]
  } catch {}
  return [process.execPath, join(compiler, 'bin', 'tsc')]
}
