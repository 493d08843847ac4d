/** The fourth report: gathers what is told beside it, and writes it down as a page at the end. */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ErrorData } from '../base/errors.ts'
import type { RunEvent } from '../run/events.ts'
import { page } from './html/page.ts'
import { Story } from './html/story.ts'

/** Takes events without secrets. The page is there whole or not at all, for its owner alone, and however the run ends. */
export class HtmlReport {
  readonly #file: string
  readonly #story = new Story()
  #isWritten = false
  readonly #atExit = (): void => void this.write()

  constructor(file: string) {
    this.#file = resolve(file)
    // Where even stopping takes too long, the process ends by itself.
    process.once('exit', this.#atExit)
  }

  emit(event: RunEvent): void {
    this.#story.take(event)
  }

  refuse(errors: readonly ErrorData[]): void {
    this.#story.refuse(errors)
  }

  /** Answers with why the page could not be written. */
  write(): string | undefined {
    if (this.#isWritten) return undefined
    this.#isWritten = true
    process.off('exit', this.#atExit)
    const part = `${this.#file}.${randomBytes(6).toString('hex')}.part`
    try {
      const descriptor = openSync(part, 'wx', 0o600)
      try {
        writeFileSync(descriptor, page(this.#story))
        fsyncSync(descriptor)
      } finally {
        closeSync(descriptor)
      }
      renameSync(part, this.#file)
      return undefined
    } catch (error) {
      rmSync(part, { force: true })
      return error instanceof Error ? error.message : String(error)
    }
  }
}
