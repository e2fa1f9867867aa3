/** One act of a page at a time: busy while it runs, and what went wrong beside the field it is about. */
import { computed, ref, shallowRef, type ComputedRef, type Ref } from 'vue'
import { asFailure, type Failure } from './transport'

/** An act of a form or a button. */
export interface Act {
  busy: Ref<boolean>
  /** What went wrong, unless a field of the form shows it. */
  failure: ComputedRef<Failure | null>
  /** What is wrong with a field, in a sentence. */
  wrong: (field: string) => string | null
  /** Runs it; true when it went well. */
  act: (what: () => Promise<unknown>) => Promise<boolean>
  forget: () => void
}

/** `fields` are those that show their own mistake. */
export function useAct(...fields: string[]): Act {
  const busy = ref(false)
  const thrown = shallowRef<Failure | null>(null)
  const failure = computed(() => (thrown.value && !fields.includes(thrown.value.field ?? '') ? thrown.value : null))
  const wrong = (field: string): string | null => (thrown.value?.field === field ? `${thrown.value.message}${thrown.value.advice}` : null)
  const forget = (): void => { thrown.value = null }
  const act = async (what: () => Promise<unknown>): Promise<boolean> => {
    if (busy.value) return false
    busy.value = true
    forget()
    try {
      await what()
      return true
    } catch (error) {
      thrown.value = asFailure(error)
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, failure, wrong, act, forget }
}
