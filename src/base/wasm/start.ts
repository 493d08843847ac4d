/** Starts a WebAssembly module that has one function and a memory that does not grow. */

/** The part of WebAssembly that is used here: neither the language nor Node's types have it. */
interface WebAssembly {
  validate(bytes: Uint8Array): boolean
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { readonly m: { readonly m: object } },
  ) => { readonly exports: Readonly<Record<string, unknown>> }
}

export interface Started {
  readonly memory: ArrayBuffer
  readonly run: (argument: number) => number
}

/** Undefined where this processor or Node cannot run it, and where no address space is left: each memory takes gigabytes of that. */
export function startWasm(code: Uint8Array, pages: number): Started | undefined {
  const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly?: WebAssembly }
  // `node --jitless` has none.
  if (!wasm?.validate(code)) return undefined
  try {
    const memory = new wasm.Memory({ initial: pages, maximum: pages })
    const { exports } = new wasm.Instance(new wasm.Module(code), { m: { m: memory } })
    return { memory: memory.buffer, run: exports.f as Started['run'] }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
