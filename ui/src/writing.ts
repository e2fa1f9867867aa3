/** What a page's one main act opens: the form for a new record, with Ctrl+Enter as its key. */
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { useKeys } from './keys'

/** The form of a page. */
export interface Writing<What> {
  /** What it is open for; null while it is closed. */
  writing: ShallowRef<What | null>
  /** Whether the page offers to open it. */
  offered: ComputedRef<boolean>
  /** Opens it, for `what`; without, for what the key opens it for. */
  begin: (what?: What) => void
  end: () => void
}

/** `may`: whether there may be a form at all. `first`: what the key opens it for. */
export function useWriting<What>(may: () => boolean, first: What): Writing<What> {
  const writing = shallowRef<What | null>(null)
  const offered = computed(() => may() && writing.value === null)
  const begin = (what = first): void => { writing.value = what }
  const end = (): void => { writing.value = null }
  useKeys({
    'Ctrl+Enter': () => {
      if (!offered.value) return false
      begin()
    },
  })
  return { writing, offered, begin, end }
}
