/** Lets a detached `ssh` ask its questions through ops: two named pipes in a private folder, nothing on disk. */
import { execFileSync } from 'node:child_process'
import { chmodSync, constants, openSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { quote } from '../shell/quote.ts'

/** Runs until stopped. */
export interface Questions {
  readonly environment: Readonly<Record<string, string>>
  stop(): void
}

/** Answers each question that ssh asks with what `askSecret` returns. */
export async function serveQuestions(
  directory: string,
  askSecret: (question: string) => Promise<string>,
): Promise<Questions> {
  const path = (name: string) => join(directory, name)
  execFileSync('mkfifo', ['-m', '600', path('question'), path('answer')])
  // `none` means that ssh only tells something, such as "touch your key", and waits for no answer.
  writeFileSync(
    path('askpass'),
    `#!/bin/sh
[ "\${SSH_ASKPASS_PROMPT-}" != none ] || exit 0
printf '%s' "$1" | tr '\\n' ' ' >${quote(path('question'))}
echo >${quote(path('question'))}
cat ${quote(path('answer'))}
`,
  )
  chmodSync(path('askpass'), 0o700)
  let stopped = false
  const socket = new Socket({
    fd: openSync(path('question'), constants.O_RDWR | constants.O_NONBLOCK),
    readable: true,
    writable: false,
  })
  const answer = async (question: string) => {
    const secret = await askSecret(question.trim().replace(/:$/, ''))
    const pipe = await openForWriting(path('answer'), () => stopped)
    await pipe.write(`${secret}\n`)
    await pipe.close()
  }
  const lines = createInterface({ input: socket })
  lines.on('line', line => {
    answer(line).catch(() => undefined)
  })
  socket.on('error', () => undefined)
  return {
    environment: {
      SSH_ASKPASS: path('askpass'),
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: process.env.DISPLAY ?? ':0',
    },
    stop() {
      stopped = true
      lines.close()
      socket.destroy()
    },
  }
}

/** A pipe that nobody reads yet, or any more, would hold up a thread of this program, and so its end. */
async function openForWriting(path: string, isOver: () => boolean): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(path, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO' || isOver()) throw error
      await pause(20)
    }
  }
}
