/** A draft (草稿) is safe from the first letter and comes back to the same place. */
import { onBeforeUnmount, ref, watch, type Ref } from 'vue'

/** Where drafts are kept. The pages pass one made of `call({ ask: 'saveDraft', … })`. */
export interface DraftKeeper<T> {
  load(key: string): Promise<T | null>
  save(key: string, value: T): Promise<void>
  drop(key: string): Promise<void>
}

/** How the draft stands; each has its words on screen. */
export type DraftState = 'empty' | 'saving' | 'saved' | 'failed'

/** A draft on a page. */
export interface Draft<T> {
  value: Ref<T>
  state: Ref<DraftState>
  /** Settles when a kept draft has come back, or there is none. */
  ready: Promise<void>
  /** Saves what is still waiting, now. */
  flush(): Promise<void>
  /** After the real save: forgets the draft and starts from an empty one. */
  finish(): Promise<void>
}

/** Keeps `key`'s draft through `keeper`, at most every `wait` ms, and once more when the page is left. */
export function useDraft<T extends object>(key: string, empty: () => T, keeper: DraftKeeper<T>, wait = 400): Draft<T> {
  const value = ref(empty()) as Ref<T>
  const state = ref<DraftState>('empty')
  let timer: ReturnType<typeof setTimeout> | undefined
  let waiting = false
  let touched = false
  let quiet = true
  let chain: Promise<void> = Promise.resolve()

  const flush = (): Promise<void> => {
    clearTimeout(timer)
    if (!waiting) return chain
    waiting = false
    const copy = JSON.parse(JSON.stringify(value.value)) as T
    state.value = 'saving'
    chain = chain.then(() => keeper.save(key, copy)).then(
      () => { if (!waiting) state.value = 'saved' },
      () => { state.value = 'failed' },
    )
    return chain
  }

  const ready = keeper.load(key).then(
    (kept) => {
      // What was typed before the draft came back is newer than the draft.
      if (kept !== null && !touched) {
        quiet = true
        // A form may have gained a field since.
        value.value = { ...empty(), ...kept }
        state.value = 'saved'
      }
    },
    () => { state.value = 'failed' },
  )

  watch(value, () => {
    if (quiet) return
    waiting = true
    touched = true
    clearTimeout(timer)
    timer = setTimeout(() => void flush(), wait)
  }, { deep: true, flush: 'sync' })
  quiet = false
  void ready.then(() => { quiet = false })

  // Whoever looks elsewhere, or closes the window, has stopped typing.
  const leave = (): void => void flush()
  window.addEventListener('blur', leave)
  window.addEventListener('pagehide', leave)
  onBeforeUnmount(() => {
    window.removeEventListener('blur', leave)
    window.removeEventListener('pagehide', leave)
    void flush()
  })

  const finish = async (): Promise<void> => {
    clearTimeout(timer)
    waiting = false
    quiet = true
    value.value = empty()
    quiet = false
    chain = chain.then(() => keeper.drop(key)).catch(() => {})
    await chain
    state.value = 'empty'
  }

  return { value, state, ready, flush, finish }
}
