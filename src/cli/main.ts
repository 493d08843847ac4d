#!/usr/bin/env node
/** The program `ops`: the smallest start path; everything else is loaded when it is needed. */
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { opsVersion } from '../base/version.ts'
import { lostOutput, processScreen } from '../report/screen.ts'
import { exitCodes } from './exit-code.ts'

/** The bundle beside this file; the build puts its name here. */
declare const opsBundle: string

const argv = process.argv.slice(2)
const screen = processScreen()
const onlyVersion = argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')
let keepCompiled = (): void => {}

if (onlyVersion) screen.out(`${opsVersion()}\n`)
else {
  collectAsFits(argv[0])
  const { runCompiled } = await import('./compiled-bundle.ts')
  const running = runCompiled(fileURLToPath(new URL(opsBundle, import.meta.url)), useOf(argv))
  const exitCode = await running.exports.runProgram(argv, screen)
  // A slip of the keyboard is no use to be prepared for. A check that came too late would come too late again.
  if (exitCode !== exitCodes.input) keepCompiled = () => running.keep(exitCode !== exitCodes.unreachable)
  process.exitCode = exitCode
}

// Waits until what was written is out and any failure of that was told, then ends, whatever handle a library may still hold.
process.stdout.write('', () => setImmediate(end))

/** Of verbs that have verbs of their own each needs other code, and a help nearly none. */
function useOf(argv: readonly string[]): string {
  const [verb = '', nested = ''] = argv
  // What stands behind `--` is a command for hosts.
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  if (own.some(word => word === '--help' || word === '-h')) return 'help'
  return verb === 'db' || verb === 'job' || verb === 'logs' ? `${verb} ${nested}` : verb
}

/** How V8 collects what lives short. It counts these flags at once; the sizes that it begins with are those of its own start. */
function collectAsFits(verb: string | undefined): void {
  // Nothing that reading a log makes lives long: V8 would keep more and more memory for it.
  if (verb === 'logs') setFlagsFromString('--semi-space-growth-factor=1')
  // Most of what a short run makes lives to its end: room at once, instead of copying it again and again, and no threads to wait for.
  if (verb === 'apply' || verb === 'plan' || verb === 'check') {
    setFlagsFromString('--semi-space-growth-factor=16')
    setFlagsFromString('--no-parallel-scavenge')
  }
}

function end(): void {
  const lost = lostOutput()
  if (lost) {
    screen.error(`error: the output could not be written whole: ${lost.message}\n`)
    process.exitCode ||= exitCodes.failed
  }
  process.stderr.write('', () => {
    keepCompiled()
    process.exit()
  })
}
