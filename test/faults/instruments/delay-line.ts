/** One direction of the fault proxy: carries bytes in order, each a fixed time after it came in. */
import type { Socket } from 'node:net'

/** What to do with a chunk: let it all pass (undefined), or let a part pass and then act. */
export interface Halt {
  readonly passBytes: number
  readonly act: () => void
}

/** How a line carries bytes, and who watches it. */
export interface LineOptions {
  readonly delayMs: number
  /** Asked before each chunk is handed on; `passed` counts the bytes before it. */
  readonly watch: (chunk: Buffer, passed: number) => Halt | undefined
}

/** An end of input travels as an item without bytes. */
interface Item {
  readonly due: number
  bytes: Buffer | undefined
}

/** Room for what is under way; beyond it the sender has to wait, as on a link whose buffers are full. */
const roomBytes = 64 * 1024 * 1024
/** Node's timers know whole milliseconds only: the last one is waited out in turns of the event loop. */
const timerStepMs = 1.2
/** Where much is under way, half a millisecond does not matter, and the turns would cost a whole core. */
const fewItems = 4
const toleranceMs = 0.5
const throttleTickMs = 10

/** Carries bytes from `source` to `sink` until it is dropped. */
export class DelayLine {
  /** Bytes handed on so far. */
  passed = 0
  readonly #source: Socket
  readonly #sink: Socket
  readonly #options: LineOptions
  #items: Item[] = []
  #head = 0
  #queuedBytes = 0
  #timer: NodeJS.Timeout | undefined
  #state: 'closed' | 'open' | 'dropped' = 'closed'
  #waitsForDrain = false
  #isWaiting = false
  #bytesPerSecond = Number.POSITIVE_INFINITY
  #budgetSince = 0
  #budgetBytes = 0

  constructor(source: Socket, sink: Socket, options: LineOptions) {
    this.#source = source
    this.#sink = sink
    this.#options = options
    source.on('data', (bytes: Buffer) => this.#take(bytes))
    source.on('end', () => this.#take(undefined))
    sink.on('drain', () => {
      this.#waitsForDrain = false
      this.#pump()
    })
  }

  /** Starts to hand bytes on, or goes on after `hold`. */
  open(): void {
    if (this.#state === 'dropped') return
    this.#state = 'open'
    this.#pump()
  }

  /** Holds everything back until `open`; the sender notices only when buffers are full. */
  hold(): void {
    if (this.#state === 'open') this.#state = 'closed'
  }

  /** Forgets what is under way and carries nothing any more. */
  drop(): void {
    this.#state = 'dropped'
    clearTimeout(this.#timer)
    this.#items = []
    this.#head = 0
  }

  /** Limits the rate from now on. */
  throttle(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond
    this.#budgetSince = performance.now()
    this.#budgetBytes = 0
  }

  #take(bytes: Buffer | undefined): void {
    if (this.#state === 'dropped') return
    this.#items.push({ due: performance.now() + this.#options.delayMs, bytes })
    this.#queuedBytes += bytes?.length ?? 0
    if (this.#queuedBytes > roomBytes) this.#source.pause()
    this.#pump()
  }

  #pump(): void {
    for (;;) {
      const item = this.#items[this.#head]
      if (item === undefined || this.#state !== 'open' || this.#waitsForDrain) return
      const waitMs = item.due - performance.now()
      if (waitMs > (this.#isBusy ? toleranceMs : 0)) {
        this.#later(waitMs)
        return
      }
      if (!this.#pass(item)) return
    }
  }

  get #isBusy(): boolean {
    return this.#items.length - this.#head > fewItems
  }

  #later(waitMs: number): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    const goOn = (): void => {
      this.#isWaiting = false
      this.#pump()
    }
    if (waitMs > timerStepMs) this.#timer = setTimeout(goOn, waitMs - timerStepMs)
    else if (this.#isBusy) this.#timer = setTimeout(goOn, 1)
    else setImmediate(goOn)
  }

  /** Hands one item on, or the part of it that may go; false when the rest has to wait. */
  #pass(item: Item): boolean {
    if (item.bytes === undefined) {
      this.#shift()
      this.#sink.end()
      return true
    }
    const halt = this.#options.watch(item.bytes, this.passed)
    const allowed = Math.min(halt?.passBytes ?? item.bytes.length, this.#budget())
    if (allowed > 0) this.#write(item, allowed)
    if (halt !== undefined && allowed === halt.passBytes) {
      halt.act()
      return true
    }
    if (allowed === 0) this.#later(throttleTickMs)
    return allowed > 0
  }

  #write(item: Item, length: number): void {
    const bytes = item.bytes ?? Buffer.alloc(0)
    if (length === bytes.length) this.#shift()
    else item.bytes = bytes.subarray(length)
    this.passed += length
    this.#budgetBytes -= length
    this.#queuedBytes -= length
    if (this.#queuedBytes <= roomBytes && this.#source.isPaused()) this.#source.resume()
    this.#waitsForDrain = !this.#sink.write(length === bytes.length ? bytes : bytes.subarray(0, length))
  }

  /** Bytes that the rate allows now. */
  #budget(): number {
    if (this.#bytesPerSecond === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
    const now = performance.now()
    this.#budgetBytes += ((now - this.#budgetSince) / 1000) * this.#bytesPerSecond
    this.#budgetSince = now
    return Math.max(0, Math.floor(this.#budgetBytes))
  }

  #shift(): void {
    this.#head += 1
    if (this.#head < 1024) return
    this.#items = this.#items.slice(this.#head)
    this.#head = 0
  }
}
